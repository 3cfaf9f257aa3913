/**
 * Somebody at a browser who wants to get in, whatever happens to the server: who reloads a page that did
 * not come, sends a form again, goes on from what a page shows, and goes back where it shows nothing.
 */
import { defaultLimits } from '../../src/engine/world.ts'
import type { Browser, Form, Page } from '../support/browser.ts'
import { codeFor } from '../support/world.ts'
import { secretOn } from './acts.ts'

export interface Wants {
  /** What is typed into the password page; absent: this person signs in with Google. */
  readonly password?: { readonly username: string; readonly password: string }
  /** The secret of an authenticator app that is registered. */
  totpSecret?: string
  /** Who this is at Google. */
  readonly google?: string
}

/** What stands between the person and a server that may be gone. */
export interface Life {
  /** Called after a request that was not answered. @returns whether the server had died */
  revive(): Promise<boolean>
  /** Lets time pass on the server. */
  pass(ms: number): Promise<void>
  readonly clock: { aheadMs: number }
  readonly issuer: URL
  /** How many answers of 500 and above are sent again, and deaths beyond a few; one more is the end. */
  errorsMax: number
  /** Called after each of those, before it is sent again. */
  afterError?(): Promise<void>
  /** Told of each request of ours before it is sent. */
  asking?(path: string): Promise<void>
}

type Next =
  | { readonly open: string }
  | { readonly submit: Form; readonly fields?: Readonly<Record<string, string>> }

/** Longer than a claim can hold a login. */
const claimMs = defaultLimits.claimMs + 1
const requestsMax = 60

export class Person {
  readonly #browser: Browser
  readonly #life: Life
  readonly #wants: Wants
  /** Where the sign-in was last seen: what the browser's Back leads to. */
  #signIn: string | undefined
  #refused = 0
  #errors = 0
  /** What went other than without a crash, in order. */
  readonly trouble: string[] = []
  /** The path of each request of ours that was answered. */
  readonly asked: string[] = []

  constructor(browser: Browser, life: Life, wants: Wants) {
    this.#browser = browser
    this.#life = life
    this.#wants = wants
  }

  /** @returns the address at the application, or `undefined` when the sign-in is over without one */
  async signIn(url: string): Promise<string | undefined> {
    let next: Next | undefined = { open: url }
    for (let request = 0; request < requestsMax; request++) {
      const page = await this.#ask(next)
      if (page.left) return page.url
      if (page.status >= 500) {
        await this.#fail(page)
        continue
      }
      next = onward(page) ?? (await this.#decide(page))
      if (!next) return undefined
    }
    throw new Error(`still not done after ${requestsMax} requests: ${this.asked.slice(-12)}`)
  }

  /** @param url of the application's sign-out */
  async signOut(url: string): Promise<void> {
    let next: Next | undefined = { open: url }
    for (let request = 0; next && request < requestsMax; request++) {
      const page = await this.#ask(next)
      if (page.left) return
      if (page.status >= 500) {
        await this.#fail(page)
        continue
      }
      const asks = page.forms.some(({ buttons }) => buttons.some((b) => /^Yes/.test(b.text)))
      next = asks ? { submit: page.form('Yes, sign out') } : onward(page)
    }
  }

  /** @throws unless the same may be asked once more */
  async #fail(page: Page): Promise<void> {
    if (++this.#errors > this.#life.errorsMax) {
      throw new Error(`${page.status} at ${page.url}: ${page.text}`)
    }
    this.trouble.push(`${page.status}`)
    await this.#life.afterError?.()
  }

  async #ask(next: Next): Promise<Page> {
    const path = this.#pathOf('open' in next ? next.open : next.submit.action)
    if (path !== undefined) await this.#life.asking?.(path)
    for (let attempt = 0; attempt < 4 + this.#life.errorsMax; attempt++) {
      try {
        const page =
          'open' in next
            ? await this.#browser.open(next.open, { redirects: 0 })
            : await this.#browser.submit(next.submit, next.fields, { redirects: 0 })
        if (page.hops.length > 0) this.#remember(page)
        return page
      } catch (thrown) {
        if (!isGone(thrown)) throw thrown
        await this.#life.revive()
      }
    }
    throw new Error('the server does not stay up')
  }

  #remember(page: Page): void {
    const path = this.#pathOf(page.url)
    if (path === undefined) return
    this.asked.push(`${page.hops[0]!.request.method} ${path} ${page.status}`)
    if (/^\/login\/lg_[^/]+$/.test(path)) this.#signIn = page.url
  }

  /** Of an address of ours. */
  #pathOf(url: string): string | undefined {
    const { origin, pathname } = new URL(url)
    return origin === this.#life.issuer.origin ? pathname : undefined
  }

  async #decide(page: Page): Promise<Next | undefined> {
    const path = new URL(page.url).pathname.replace(/^(\/login\/lg_|\/auth\/).*/, '$1')
    if (page.status >= 400) this.trouble.push(`${page.status} ${path}`)
    this.#refused = page.status === 409 ? this.#refused + 1 : 0
    if (this.#refused > 1) {
      // A submission that died with the server holds the login for a while.
      this.trouble.push('waited')
      await this.#life.pass(claimMs)
    }
    // Each code works once: the app shows the next one after half a minute.
    if (/code is not right/.test(page.text)) await this.#life.pass(30_000)
    return this.#act(page) ?? this.#back(page)
  }

  #act(page: Page): Next | undefined {
    const { password, totpSecret, google } = this.#wants
    const has = (button: string) =>
      page.forms.some(({ buttons }) => buttons.some(({ text }) => text === button))
    if (has('Sign in') && password) return { submit: page.form('Sign in'), fields: password }
    if (has('Verify') && totpSecret) {
      const code = codeFor(totpSecret, this.#life)
      return { submit: page.form('Verify'), fields: { code } }
    }
    if (has('Verify and save')) {
      this.#wants.totpSecret = secretOn(page)
      const code = codeFor(this.#wants.totpSecret, this.#life)
      return { submit: page.form('Verify and save'), fields: { code } }
    }
    if (has('Not now')) return { submit: page.form('Not now'), fields: {} }
    if (has('Continue with Google')) return { submit: page.form('Continue with Google') }
    if (has('Next') && google) return { submit: page.form('Next'), fields: { person: google } }
    if (has('Allow')) return { submit: page.form('Allow') }
    return undefined
  }

  /** A page without a way on: Back, as long as that leads elsewhere. */
  #back(page: Page): Next | undefined {
    if (/LOGIN_OVER/.test(page.text)) return undefined
    if (!this.#signIn || this.#signIn === page.url) {
      const way = this.asked.slice(-12).join(', ')
      throw new Error(`no way on from ${page.url}: ${page.status} ${page.text}; ${way}`)
    }
    return { open: this.#signIn }
  }
}

/** Where a page or an answer leads by itself or by its one link. */
function onward(page: Page): Next | undefined {
  const { location } = page.headers
  if (page.status >= 300 && page.status < 400 && location) {
    return { open: new URL(location, page.url).href }
  }
  const links = page
    .$('a.button[href]')
    .toArray()
    .map((element) => page.$(element).attr('href')!)
  return links.length === 1 && page.forms.length === 0
    ? { open: new URL(links[0]!, page.url).href }
    : undefined
}

/** Whether the server went away before it answered. */
export function isGone(thrown: unknown): boolean {
  const { code } = thrown as { code?: string }
  return code === 'ECONNRESET' || code === 'ECONNREFUSED' || code === 'EPIPE'
}
