/** What several of the administrators' pages are made of: lists page by page, forms, terms, times. */
import type { Page } from '../../../engine/administration.ts'
import { type Html, html, type Part } from '../../browser/html.ts'
import { type Language, ownText, say } from '../../browser/texts.ts'
import { cursorOf, positionOf } from '../representation.ts'
import { type AdminVisit, at, type Query } from './visit.ts'

/** Of every list. */
const pageLength = 25

/** Which page of a list is asked for. @throws {KnownError} REQUEST_MALFORMED */
export function pageAsked({ query }: AdminVisit) {
  return { after: positionOf(query.after), limit: pageLength }
}

/** A list, and the way to what follows. @param wanted what it was searched by */
export function listHtml<T>(
  visit: AdminVisit,
  path: string,
  wanted: Query,
  { items, next }: Page<T>,
  show: (item: T) => Html,
): Html {
  const { language, query } = visit
  const first = query.after !== undefined && at(visit, path, wanted)
  const after = next && at(visit, path, { ...wanted, after: cursorOf(next) })
  return html`${itemsHtml(language, items.map(show))}
${
  (first || after) &&
  html`<p class="row">
${first && html`<a href="${first}">${say(language, 'admin.first')}</a>`}
${after && html`<a href="${after}">${say(language, 'admin.next')}</a>`}
</p>`
}`
}

/** What a list says of its items stands in each: a table does not fit a phone. */
export function itemsHtml(language: Language, items: readonly Html[]): Html {
  if (items.length === 0) return html`<p class="soft">${say(language, 'admin.none')}</p>`
  return html`<ul class="items">${items.map((item) => html`<li>${item}</li>\n`)}</ul>`
}

/** Names with what they say; what is absent is left out. */
export function termsHtml(terms: readonly (readonly [term: string, value: Part])[]): Html {
  const said = terms.filter(([, value]) => value !== undefined && value !== false && value !== '')
  return html`<dl>${said.map(([term, value]) => html`<dt>${term}</dt>\n<dd>${value}</dd>\n`)}</dl>`
}

export interface DeedForm {
  /** Below `/admin`. */
  readonly path: string
  readonly label: string
  readonly fields?: Readonly<Record<string, string>>
  /** It takes something away for good. */
  readonly danger?: boolean
  /** What is asked for in the form itself. */
  readonly content?: Html
}

/** A form that changes something. Whoever may only look has none. */
export function deedHtml(visit: AdminVisit, form: DeedForm): Html | false {
  const { path, label, fields = {}, danger = false, content } = form
  if (!visit.mayChange) return false
  return html`<form method="post" action="${at(visit, path)}">
${visit.token}
${Object.entries(fields).map(
  ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
)}
${content}
<button class="${danger ? 'danger' : 'quiet'}">${label}</button>
</form>
`
}

export interface Choice {
  readonly name: string
  readonly label: string
  readonly values: readonly (readonly [value: string, label: string])[]
}

/** A form that looks for something. @param wanted what it is searched by now */
export function searchHtml(
  visit: AdminVisit,
  path: string,
  wanted: Query,
  text: { readonly name: string; readonly label: string; readonly max: number } | undefined,
  choices: readonly Choice[],
): Html {
  const { language } = visit
  return html`<form method="get" action="${at(visit, path)}" role="search">
${
  text &&
  html`<div class="field"><label for="s-${text.name}">${text.label}</label>
<input id="s-${text.name}" name="${text.name}" value="${wanted[text.name] ?? ''}" \
maxlength="${text.max}" type="search" dir="auto" autocomplete="off" spellcheck="false"></div>`
}
<div class="choices">
${choices.map((choice) => choiceHtml(language, choice, wanted[choice.name] ?? ''))}
</div>
<button>${say(language, 'admin.find')}</button>
</form>`
}

function choiceHtml(language: Language, { name, label, values }: Choice, chosen: string): Html {
  const all = [['', say(language, 'admin.any')] as const, ...values]
  return html`<div class="field"><label for="s-${name}">${label}</label>
<select id="s-${name}" name="${name}">${all.map(
    ([value, text]) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
  )}</select></div>
`
}

/** The ways of a drawing are read in the lists beside it: as an image, nothing of it runs. */
export function drawingHtml(label: string, svg: string): Html {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  return html`<div class="drawing" role="region" aria-label="${label}" tabindex="0">
<img src="${source}" alt="${label}"></div>`
}

/** In UTC, as the records have it. */
export function timeHtml({ tag }: Language, ms: number): Html {
  const shown = new Intl.DateTimeFormat(tag, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(ms)
  return html`<time datetime="${new Date(ms).toISOString()}">${shown}</time>`
}

/** A word that files or records are written in, whatever language the page is in. */
export function codeHtml(text: string): Html {
  return html`<code dir="ltr">${text}</code>`
}

/** From one state to another: as the drawing is, it is read from left to right in every language. */
export function wayHtml(from: string, to: string): Html {
  return html`<span dir="ltr">${codeHtml(from)} → ${codeHtml(to)}</span>`
}

/** What somebody has typed or an upstream has said: it turns nothing around. */
export function nameHtml(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

/** A sentence of the checker: it speaks English. */
export function englishHtml(text: string): Html {
  return html`<span lang="en" dir="ltr">${text}</span>`
}

/** The words for one of a family, or its own name where nobody has written any. */
export function wordFor(language: Language, family: string, word: string): string {
  return ownText(language, `${family}.${word}`) ?? word
}
