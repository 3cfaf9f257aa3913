/**
 * A browser without script: pages, forms, cookies, redirects, and the headers that a real one sends.
 *
 *     const browser = new Browser()
 *     const page = await browser.open(url)
 *     const next = await browser.submit(page.form('Continue'), { username: 'jane' })
 *
 * It knows HTML and nothing of Sallyport. As real ones do, it keeps `SameSite`, derives `Origin` from
 * the referrer policy, and holds a form's whole chain of redirects to the page's `form-action`. It is
 * stricter in one thing: each origin counts as a site of its own, because servers that share a machine
 * in a test stand on different sites in the world.
 */
import { Agent } from 'node:http'
import { CookieJar } from 'tough-cookie'
import { type Answer, exchange, exchangeTogether, type Request } from './exchange.ts'
import { type Form, type Link, type Origin, originOf, type Page, pageOf } from './page.ts'

export type { Answer, Form, Page }

export interface BrowserOptions {
  /** Beginnings of addresses at which nobody listens: arriving there ends a chain of redirects. */
  readonly stopAt?: readonly string[]
  /** Headers of every request, e.g. `accept-language`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What is to be different from what a browser would do: an attack, mostly. */
export interface Sending {
  /** Headers that are put in place of a browser's own; `undefined` leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** The origin that causes the request, e.g. `https://evil.test`, or the application's. */
  readonly from?: string
  /** Redirects followed at most; 20 when absent. 0 shows the redirect itself. */
  readonly redirects?: number
  /** Fields sent besides, or instead of, those that the form has. */
  readonly extra?: Readonly<Record<string, string>>
}

/** A single request, outside any page; the cookies go with it. */
export interface Raw {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

const redirectsMax = 20

/** Milliseconds that a connection may be idle: less than a server keeps it, which may close it as it is used again. */
const idleMaxMs = 2_000

export class Browser {
  readonly #agent = new Agent({ keepAlive: true, timeout: idleMaxMs })
  readonly #options: BrowserOptions
  readonly cookies: CookieJar

  constructor(options: BrowserOptions = {}, cookies = newJar()) {
    this.#options = options
    this.cookies = cookies
  }

  /** As if typed into the address bar, unless `sending.from` says which site led here. */
  open(url: string, sending: Sending = {}): Promise<Page> {
    return this.#navigate({ method: 'GET', url, initiator: undefined }, sending)
  }

  follow(link: Link, sending: Sending = {}): Promise<Page> {
    return this.#navigate({ method: 'GET', url: link.href, initiator: link.page }, sending)
  }

  /**
   * Fills in a form and presses its button.
   *
   * @throws when a field is not there: a person could not fill it in. Attacks use `sending.extra`
   */
  async submit(
    form: Form,
    fields: Readonly<Record<string, string>> = {},
    sending: Sending = {},
  ): Promise<Page> {
    const missing = Object.keys(fields).filter((name) => !form.names.includes(name))
    if (missing.length > 0)
      throw new Error(`the form has no ${missing.join(', ')}; it has: ${form.names.join(', ')}`)
    const pressed = form.button?.name ? { [form.button.name]: form.button.value } : {}
    const all = { ...form.fields, ...fields, ...pressed, ...sending.extra }
    const encoded = new URLSearchParams(all).toString()
    const action = form.button?.action ?? form.action
    if (form.method === 'GET') {
      const url = new URL(action)
      url.search = encoded
      return this.#navigate({ method: 'GET', url: url.href, initiator: form.page, form }, sending)
    }
    const body = encoded
    return this.#navigate(
      { method: 'POST', url: action, initiator: form.page, form, body },
      sending,
    )
  }

  /** One request and its answer, with this browser's cookies and only the headers given. */
  async send(url: string, raw: Raw = {}): Promise<Answer> {
    const answer = await exchange(this.#agent, await this.#raw(url, raw))
    await this.#keepCookies(answer, 'strict')
    return answer
  }

  /** Many requests at the same moment, all with the cookies of now. */
  async sendTogether(all: readonly (Raw & { readonly url: string })[]): Promise<Answer[]> {
    const requests = await Promise.all(all.map((raw) => this.#raw(raw.url, raw)))
    const answers = await exchangeTogether(requests)
    for (const answer of answers) await this.#keepCookies(answer, 'strict')
    return answers
  }

  /** Another browser with the same cookies, as of now: a stolen jar, or a restored window. */
  async clone(): Promise<Browser> {
    return new Browser(this.#options, await this.cookies.clone())
  }

  close(): void {
    this.#agent.destroy()
  }

  async #raw(url: string, raw: Raw): Promise<Request> {
    const cookie = await this.cookies.getCookieString(url)
    return {
      method: raw.method ?? 'GET',
      url,
      headers: { ...(cookie && { cookie }), ...this.#options.headers, ...raw.headers },
      ...(raw.body !== undefined && { body: raw.body }),
    }
  }

  async #navigate(first: Navigation, sending: Sending): Promise<Page> {
    const hops: Answer[] = []
    const limit = sending.redirects ?? redirectsMax
    const start =
      sending.from === undefined ? first : { ...first, initiator: foreign(sending.from) }
    let step: Navigation | undefined = start
    let relation: Relation = start.initiator ? 'same-origin' : 'none'
    while (step && hops.length <= limit) {
      if (this.#isOutside(step.url)) return pageOf(hops, step.url)
      holdToFormAction(step)
      relation = worse(relation, step)
      const answer = await this.#exchange(step, relation, sending)
      hops.push(answer)
      const next = redirected(step, answer)
      step = next ?? refreshed(answer)
      if (!next) relation = 'same-origin'
    }
    if (step && limit > 0) throw new Error(`more than ${limit} redirects: ${trail(hops)}`)
    return pageOf(hops)
  }

  async #exchange(step: Navigation, relation: Relation, sending: Sending): Promise<Answer> {
    const context = sameSiteContext(relation, step.method)
    const answer = await exchange(
      this.#agent,
      await this.#request(step, relation, context, sending),
    )
    await this.#keepCookies(answer, context)
    return answer
  }

  async #request(
    step: Navigation,
    relation: Relation,
    context: Context,
    sending: Sending,
  ): Promise<Request> {
    const cookie: string = await this.cookies.getCookieString(step.url, {
      sameSiteContext: context,
    })
    const headers: Record<string, string | undefined> = {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'accept-language': 'en',
      'user-agent': 'Mozilla/5.0 (a test without script)',
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': relation,
      'sec-fetch-user': '?1',
      'content-type': step.body === undefined ? undefined : 'application/x-www-form-urlencoded',
      origin: step.method === 'POST' ? originHeader(step) : undefined,
      ...(cookie && { cookie }),
      ...this.#options.headers,
      ...sending.headers,
    }
    return {
      method: step.method,
      url: step.url,
      headers: defined(headers),
      ...(step.body !== undefined && { body: step.body }),
    }
  }

  async #keepCookies(answer: Answer, context: Context): Promise<void> {
    for (const cookie of answer.headers['set-cookie'] ?? [])
      await this.cookies.setCookie(cookie, answer.url, {
        sameSiteContext: context,
        ignoreError: true,
      })
  }

  /** Only this machine is ever asked. */
  #isOutside(url: string): boolean {
    const { hostname, protocol } = new URL(url)
    const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname) && protocol === 'http:'
    return !loopback || (this.#options.stopAt ?? []).some((start) => url.startsWith(start))
  }
}

interface Navigation {
  readonly method: string
  readonly url: string
  readonly body?: string
  /** The page that led here; absent: the person typed the address. */
  readonly initiator: Origin | undefined
  /** The form whose submission this is, or is a redirect of. */
  readonly form?: Form
}

/** Fetch Metadata's `Sec-Fetch-Site`. */
type Relation = 'none' | 'same-origin' | 'cross-site'
type Context = 'strict' | 'lax' | 'none'

/** Cookies with `__Host-` and `__Secure-` are held to their prefix, as browsers do (RFC 6265bis, 4.1.3). */
function newJar(): CookieJar {
  return new CookieJar(undefined, { prefixSecurity: 'strict' })
}

function foreign(url: string): Origin {
  return { url, referrerPolicy: undefined, formAction: undefined }
}

/** Once a chain has touched another site, it stays cross-site. */
function worse(relation: Relation, step: Navigation): Relation {
  if (!step.initiator || relation === 'none') return 'none'
  const same = new URL(step.initiator.url).origin === new URL(step.url).origin
  return same ? relation : 'cross-site'
}

function sameSiteContext(relation: Relation, method: string): Context {
  if (relation !== 'cross-site') return 'strict'
  return method === 'GET' ? 'lax' : 'none'
}

/** Fetch, "append a request Origin header": a form's origin is hidden where the referrer is. */
function originHeader({ initiator, url }: Navigation): string {
  const origin = initiator ? new URL(initiator.url).origin : 'null'
  const policy = initiator?.referrerPolicy
  if (policy === 'no-referrer') return 'null'
  return policy === 'same-origin' && origin !== new URL(url).origin ? 'null' : origin
}

/** CSP 3, `form-action`: Chromium applies it to the redirects after a submission as well. */
function holdToFormAction({ form, url }: Navigation): void {
  const sources = form?.page.formAction
  if (!form || !sources) return
  const own = new URL(form.page.url).origin
  const { origin, protocol } = new URL(url)
  const allowed = sources.some((source) => {
    if (source === "'self'") return origin === own
    return source === '*' || source === protocol || source.replace(/\/$/, '') === origin
  })
  if (!allowed)
    throw new Error(
      `a browser would stop here: form-action of ${form.page.url} is "${sources.join(' ')}", and the form leads to ${origin}`,
    )
}

/**
 * Fetch, "HTTP-redirect fetch": 303 always becomes GET, 301 and 302 do so for POST.
 *
 * @returns `undefined` when the answer is not a redirect
 */
function redirected(step: Navigation, { status, headers }: Answer): Navigation | undefined {
  if (status < 300 || status >= 400 || !headers.location) return undefined
  const url = new URL(headers.location, step.url).href
  if (status === 307 || status === 308) return { ...step, url }
  const { body: _, ...rest } = step
  return { ...rest, method: 'GET', url }
}

/**
 * HTML, "shared declarative refresh steps": a page that goes on by itself, at once. It is a navigation of
 * the page's own: the form that led to the page has no part in it.
 */
function refreshed(answer: Answer): Navigation | undefined {
  if (!/http-equiv=["']?refresh/i.test(answer.body)) return undefined
  const { $, url, headers } = pageOf([answer])
  const target = /^0;\s*url=(.+)$/.exec($('meta[http-equiv=refresh]').attr('content') ?? '')?.[1]
  if (target === undefined) return undefined
  return { method: 'GET', url: new URL(target, url).href, initiator: originOf(url, headers) }
}

function defined(
  headers: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(headers)
  return Object.fromEntries(entries.filter((e): e is [string, string] => e[1] !== undefined))
}

function trail(hops: readonly Answer[]): string {
  return hops.map(({ request, status }) => `${request.method} ${request.url} ${status}`).join(', ')
}
