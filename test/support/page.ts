/**
 * A page as a person without script has it: text, links, and forms to fill in.
 */
import { type Cheerio, type CheerioAPI, load } from 'cheerio'
import type { Answer } from './exchange.ts'

export interface Page {
  /** The address at which the browser stands. */
  readonly url: string
  readonly status: number
  readonly headers: Answer['headers']
  readonly body: string
  /** Every answer on the way here, this page's own last. Empty when nothing was fetched. */
  readonly hops: readonly Answer[]
  /** The browser was sent to an address that no server of the test has; nothing was fetched there. */
  readonly left: boolean
  readonly $: CheerioAPI
  /** What a person reads, with white space collapsed. */
  readonly text: string
  readonly title: string
  readonly forms: readonly Form[]
  /**
   * The form that has the button of this text (or beginning with it), or that a CSS selector finds.
   *
   * @throws when there is none or more than one, naming what there is
   */
  form(which: string): Form
  /** @throws when no link has this text */
  link(text: string): Link
}

/** Where a form or link stands: a browser's headers depend on it. */
export interface Origin {
  readonly url: string
  readonly referrerPolicy: string | undefined
  /** The sources of the policy's `form-action`; absent: none is set. */
  readonly formAction: readonly string[] | undefined
}

export interface Link {
  readonly href: string
  readonly page: Origin
}

export interface Form {
  readonly page: Origin
  readonly action: string
  readonly method: string
  /** The fields with what stands in them, hidden ones too. */
  readonly fields: Readonly<Record<string, string>>
  /** Names of fields, and of boxes that are not ticked. */
  readonly names: readonly string[]
  readonly buttons: readonly Button[]
  /** The one that will be pressed; by default the first. */
  readonly button: Button | undefined
}

export interface Button {
  readonly text: string
  readonly name: string | undefined
  readonly value: string
  /** Where the button has a `formaction` of its own. */
  readonly action: string | undefined
}

export function pageOf(hops: readonly Answer[], leftFor?: string): Page {
  const last = hops.at(-1)
  const url = leftFor ?? last?.url ?? 'about:blank'
  const body = leftFor === undefined ? (last?.body ?? '') : ''
  const headers = leftFor === undefined ? (last?.headers ?? {}) : {}
  const origin = originOf(url, headers)
  const parsed = once(() => load(body))
  const forms = once(() => {
    const $ = parsed()
    return formElements($).map((element) => formOf($, $(element), origin))
  })
  const text = once(() => textOf(parsed()))
  return {
    url,
    status: leftFor === undefined ? (last?.status ?? 0) : 0,
    headers,
    body,
    hops,
    left: leftFor !== undefined,
    get $() {
      return parsed()
    },
    get text() {
      return text()
    },
    get title() {
      return collapse(parsed()('title').text())
    },
    get forms() {
      return forms()
    },
    form: (which) => findForm(parsed(), forms(), which),
    link: (text) => findLink(parsed(), text, origin),
  }
}

/** Most pages are only passed through: what nobody asks of a page is not worked out. */
function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | undefined
  return () => {
    done ??= { value: work() }
    return done.value
  }
}

function formElements($: CheerioAPI) {
  return $('form').toArray()
}

/** The parser's element, whose package is not one of ours to name. */
type Element = ReturnType<typeof formElements>[number]

/** What of a page its forms and links carry along. */
export function originOf(url: string, headers: Answer['headers']): Origin {
  const directives = String(headers['content-security-policy'] ?? '').split(';')
  const formAction = directives
    .map((directive) => directive.trim().split(/\s+/))
    .find(([name]) => name === 'form-action')
  return {
    url,
    referrerPolicy: headers['referrer-policy'] as string | undefined,
    formAction: formAction?.slice(1),
  }
}

function textOf($: CheerioAPI): string {
  const body = $('body').clone()
  body.find('script, style, template, [hidden]').remove()
  // Blocks stand apart for the eye; their text must not run together here either.
  body.find(blocks).append(' ')
  return collapse(body.text())
}

const blocks = 'p, div, li, h1, h2, h3, dt, dd, td, th, form, label, button, option, small, br'

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function findForm($: CheerioAPI, forms: readonly Form[], which: string): Form {
  const candidates = forms.flatMap((form) => form.buttons.map((button) => ({ ...form, button })))
  const exact = candidates.filter(({ button }) => button.text === which)
  const found = exact.length > 0 ? exact : candidates.filter((c) => c.button.text.startsWith(which))
  if (found.length === 1) return found[0]!
  if (found.length === 0) {
    const selected = select($, which)
    const index = formElements($).findIndex((element) => selected.includes(element))
    if (forms[index]) return forms[index]
  }
  const there = candidates.map(({ button }) => `"${button.text}"`).join(', ')
  throw new Error(
    `${found.length} buttons are called "${which}"; there are: ${there || 'none'}. The page says: ${textOf($).slice(0, 500)}`,
  )
}

/** A button's text need not be a selector. */
function select($: CheerioAPI, selector: string): readonly unknown[] {
  try {
    return $(selector).closest('form').toArray()
  } catch {
    return []
  }
}

function findLink($: CheerioAPI, text: string, page: Origin): Link {
  const found = $('a[href]')
    .toArray()
    .find((element) => collapse($(element).text()) === text)
  if (!found) throw new Error(`no link is called "${text}"; the page says: ${textOf($)}`)
  return { href: new URL($(found).attr('href') ?? '', page.url).href, page }
}

function formOf($: CheerioAPI, form: Cheerio<Element>, page: Origin): Form {
  const id = form.attr('id')
  const own = (selector: string) =>
    $<Element, string>(selector)
      .toArray()
      .map((element) => $(element))
      .filter((element) => {
        const owner = element.attr('form')
        return owner === undefined ? element.closest('form').is(form) : owner === id
      })
      .filter((element) => element.attr('disabled') === undefined)
  const buttons = own('button, input[type=submit]')
    .filter((element) => (element.attr('type') ?? 'submit') === 'submit')
    .map((element) => buttonOf(element, page))
  const controls = own('input:not([type=submit]):not([type=button]), select, textarea').filter(
    (element) => element.attr('name'),
  )
  const filled = controls.filter((element) => isFilled(element))
  return {
    page,
    action: new URL(form.attr('action') || page.url, page.url).href,
    method: (form.attr('method') ?? 'get').toUpperCase(),
    fields: Object.fromEntries(
      filled.map((element) => [element.attr('name')!, contentOf(element)]),
    ),
    names: [...new Set(controls.map((element) => element.attr('name')!))],
    buttons,
    button: buttons[0],
  }
}

function buttonOf(element: Cheerio<Element>, page: Origin): Button {
  const action = element.attr('formaction')
  return {
    text: collapse(element.attr('aria-label') ?? (element.text() || (element.attr('value') ?? ''))),
    name: element.attr('name'),
    value: element.attr('value') ?? '',
    action: action === undefined ? undefined : new URL(action, page.url).href,
  }
}

function isFilled(element: Cheerio<Element>): boolean {
  const type = element.attr('type')
  return (type !== 'radio' && type !== 'checkbox') || element.attr('checked') !== undefined
}

function contentOf(element: Cheerio<Element>): string {
  if (element.is('select')) {
    const chosen = element.find('option[selected]').first()
    const option = chosen.length > 0 ? chosen : element.find('option').first()
    return option.attr('value') ?? option.text()
  }
  if (element.is('textarea')) return element.text()
  const type = element.attr('type')
  return element.attr('value') ?? (type === 'radio' || type === 'checkbox' ? 'on' : '')
}
