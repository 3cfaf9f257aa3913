/** The frame around every page. */
import type { Context } from 'koa'
import { asPage } from '../headers.ts'
import { type Html, html, type Part } from './html.ts'
import { type Language, pickLanguage } from './texts.ts'

export interface Page {
  readonly language: Language
  /** The document's title, and the heading's text unless `heading` says otherwise. */
  readonly title: string
  readonly heading?: string
  readonly content: Html
  /** In front of the page itself; absent: nothing. */
  readonly header?: Html
  /** A module of our own; absent: the page has no script. */
  readonly script?: Html
  /** Where the browser goes on by itself, at once: an http or https address. */
  readonly onward?: string
  /** Origins, beside our own, to which a form's answer may lead the browser. */
  readonly formTargets?: readonly string[]
}

/** Writes a page as the answer. The status is the caller's. */
export function writePage(ctx: Context, style: Html, page: Page): void {
  const nonce = asPage(ctx, page.formTargets)
  const { language } = page
  ctx.set('Content-Language', language.tag)
  ctx.body = html`<!doctype html>
<html lang="${language.tag}" dir="${language.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${page.onward !== undefined && html`<meta http-equiv="refresh" content="0; url=${page.onward}">`}
<title>${page.title}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
</head>
<body>
${page.header}
<main>
<h1>${wholeWords(page.heading ?? page.title)}</h1>
${page.content}
</main>
${page.script && html`<script type="module" nonce="${nonce}">${page.script}</script>`}
</body>
</html>
`.toString()
}

/** A line breaks behind a hyphen as well: a heading's not within `e-mail`. A long name may. */
function wholeWords(text: string): readonly Part[] {
  return text
    .split(/((?<!\S)\p{L}{1,9}-\p{L}{1,9}(?!\S))/u)
    .map((part, at) => (at % 2 === 1 ? html`<span class="whole">${part}</span>` : part))
}

/** The language for this person: what the application asked for, then what the browser says. */
export function languageFor(ctx: Context, uiLocales: readonly string[] = []): Language {
  return pickLanguage([...uiLocales, ...acceptedLanguages(ctx)])
}

/** What a browser says (RFC 9110, 12.5.4), best first. */
export function acceptedLanguages(ctx: Context): readonly string[] {
  const accepted = ctx.acceptsLanguages()
  return Array.isArray(accepted) ? accepted : []
}
