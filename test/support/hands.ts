/**
 * A person before a real browser: fills in fields and presses buttons, with a mouse or by keyboard alone, and
 * sees one page after another.
 *
 *     const hands = new Hands(page, { ours: issuer.origin, keyboard: true })
 *     await hands.open(address)
 *     await hands.fill('username', 'jane')
 *     await hands.press('Sign in')
 */
import type { Locator, Page, Response } from 'playwright-core'
import { readQrCode } from './qr-code.ts'

export interface HandsOptions {
  /** The origin whose pages lead the browser on by themselves. */
  readonly ours: string
  /** Nothing is clicked: Tab until it is reached, and Enter. */
  readonly keyboard?: boolean
  /** Looks at each page that has come, before anything is done on it. */
  readonly look?: (page: Page) => Promise<void>
}

const tabsMax = 40
const seenWithinMs = 10_000

export class Hands {
  readonly page: Page
  readonly #options: HandsOptions

  constructor(page: Page, options: HandsOptions) {
    this.page = page
    this.#options = options
  }

  async open(address: string): Promise<void> {
    await this.#go(() => this.page.goto(address))
  }

  /**
   * @param name of the field; the first that has it
   * @param form the heading of the form that it stands in, where several have one
   */
  async fill(name: string, text: string, form?: string): Promise<void> {
    const field = this.#field(name, form)
    await this.#see(field)
    if (!this.#options.keyboard) return field.fill(text)
    await this.#reach(field)
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.type(text)
  }

  /** Enter in a field, as everybody does who has just typed. Another page has come when this returns. */
  async submit(name: string, form?: string): Promise<void> {
    await this.#go(() => this.#field(name, form).press('Enter'))
  }

  /** @param text a button's, or how it begins. Another page has come when this returns. */
  async press(text: string): Promise<void> {
    await this.#take(this.page.getByRole('button', { name: new RegExp(`^${text}`) }).first())
  }

  /** @param text a link's, or how it begins. Another page has come when this returns. */
  async follow(text: string | RegExp): Promise<void> {
    const name = typeof text === 'string' ? new RegExp(`^${text}`) : text
    await this.#take(this.page.getByRole('link', { name }).first())
  }

  /** @returns the address in the picture on the page, read as a camera does */
  async scan(): Promise<URL> {
    const text = await readQrCode(await this.page.locator('img.qr').screenshot())
    if (text === undefined) throw new Error(`no code can be read at ${this.page.url()}`)
    return new URL(text)
  }

  /** What the page says, hidden or not. */
  async text(): Promise<string> {
    return (await this.page.locator('main').textContent()) ?? ''
  }

  #field(name: string, form?: string): Locator {
    const place = form === undefined ? this.page : this.page.getByRole('region', { name: form })
    return place.locator(`[name="${name}"]:not([type=hidden])`).first()
  }

  async #take(wanted: Locator): Promise<void> {
    await this.#see(wanted)
    if (!this.#options.keyboard) return this.#go(() => wanted.click())
    await this.#reach(wanted)
    await this.#go(() => this.page.keyboard.press('Enter'))
  }

  /** @throws with what the page says instead */
  async #see(wanted: Locator): Promise<void> {
    await wanted.waitFor({ timeout: seenWithinMs }).catch(async () => {
      const says = (await this.text()).replaceAll(/\s+/g, ' ')
      throw new Error(`${wanted} is not at ${this.page.url()}, which says: ${says}`)
    })
  }

  async #reach(wanted: Locator): Promise<void> {
    await this.#see(wanted)
    for (let tabs = 0; tabs < tabsMax; tabs += 1) {
      if ((await wanted.and(this.page.locator(':focus')).count()) > 0) return
      await this.page.keyboard.press('Tab')
    }
    throw new Error(`${wanted} is not reached by keyboard at ${this.page.url()}`)
  }

  /** A page of ours that has taken a form and leads elsewhere is no place to be at. */
  async #go(act: () => Promise<unknown>): Promise<void> {
    const before = this.page.url()
    const [response] = await Promise.all([this.page.waitForNavigation(), act()])
    if (this.#leadsOn(response)) await this.page.waitForURL(({ href }) => href !== before)
    await this.#options.look?.(this.page)
  }

  #leadsOn(response: Response | null): boolean {
    if (response === null || !response.ok()) return false
    const { origin } = new URL(response.url())
    return origin === this.#options.ours && response.request().method() === 'POST'
  }
}
