/**
 * A program that signs a person in by the JSON API alone. It knows no flow and no step: it looks at the
 * actions that are offered, asks its person for what their fields want, and follows where it is sent.
 *
 *     const api = new ApiClient(issuer)
 *     const { claims } = await api.signIn(application, {
 *       prefers: ['password', 'totp'],
 *       answers: { username: () => 'jane', password: () => '…', code: () => codeNow() },
 *     })
 */
import { randomUUID } from 'node:crypto'
import { type Answer, Browser, type Page } from './browser.ts'
import type { Parameters, Redeemed, RelyingParty } from './relying-party.ts'

/** A login as the API shows it; what a generic client needs of it. */
export interface ApiLogin {
  readonly id: string
  readonly seq: string
  readonly status: 'awaiting_input' | 'awaiting_upstream' | 'complete'
  readonly step?: { readonly id: string; readonly type?: string }
  readonly actions: readonly ApiAction[]
  readonly messages: readonly {
    readonly code: string
    readonly action?: string
    readonly field?: string
    readonly attemptsLeft?: number
  }[]
  readonly facts: { readonly amr: readonly string[]; readonly who?: string }
  readonly redirect?: string
}

export interface ApiAction {
  readonly name: string
  readonly href: string
  readonly type?: string
  readonly kind?: string
  readonly input: {
    readonly properties: Readonly<Record<string, unknown>>
    readonly required: readonly string[]
  }
  readonly exhibits?: readonly Readonly<Record<string, unknown>>[]
  /** What the browser's credential API is to be asked. */
  readonly webauthn?: {
    readonly ceremony: 'get' | 'create'
    readonly options: Readonly<Record<string, unknown>>
  }
}

export interface ApiPerson {
  /**
   * Names of actions, the best first. Where none of them is offered, the first action is taken whose
   * fields the person can all answer; never `back` or `cancel`, unless they stand here.
   */
  readonly prefers?: readonly string[]
  /** What to fill in, by the field's name. */
  readonly answers?: Readonly<Record<string, (action: ApiAction, login: ApiLogin) => string>>
  /** What the person does at an upstream, from its first page on, until the browser is back. */
  away?(page: Page, browser: Browser): Promise<unknown>
}

/** How a drive ended, with what was done on the way. */
export interface Ride {
  /** The API's last answer: of the complete login, or the refusal that ended it (410, 422, 429, ...). */
  readonly answer: Answer
  /** The address to fetch for the application's answer; absent when the ride did not get that far. */
  readonly redirect: string | undefined
  readonly taken: readonly { readonly state: string | undefined; readonly action: string }[]
}

const actionsMax = 40

export class ApiClient {
  readonly browser: Browser
  readonly #base: string

  /** @param browser whose cookies the program has, and that visits upstreams */
  constructor(issuer: string, browser = new Browser()) {
    this.#base = `${issuer.replace(/\/$/, '')}/flow-api/logins`
    this.browser = browser
  }

  /** @param parameters of the authorization request, e.g. from `RelyingParty.parameters` */
  begin(parameters: Readonly<Record<string, unknown>>): Promise<Answer> {
    return this.post(this.#base, parameters)
  }

  look(id: string): Promise<Answer> {
    return this.browser.send(`${this.#base}/${id}`, { headers: { accept: 'application/json' } })
  }

  /** @param key the `Idempotency-Key`; a fresh one when absent */
  act(
    login: ApiLogin,
    action: string,
    input: Readonly<Record<string, string>> = {},
    key: string = randomUUID(),
  ): Promise<Answer> {
    const href = login.actions.find(({ name }) => name === action)?.href
    const address = href ?? `${this.#base}/${login.id}/actions/${encodeURIComponent(action)}`
    return this.post(address, { seq: login.seq, input }, { 'idempotency-key': key })
  }

  post(
    url: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.browser.send(url, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  /**
   * Goes on from an answer of the API until the login is complete or refused.
   *
   * @throws when the person has no answer to anything that is offered, or it goes on for ever
   */
  async drive(from: Answer, person: ApiPerson): Promise<Ride> {
    const taken: { state: string | undefined; action: string }[] = []
    let answer = from
    while (taken.length < actionsMax) {
      const login = loginIn(answer)
      if (!login) return { answer, redirect: undefined, taken }
      if (login.status === 'complete') return { answer, redirect: login.redirect, taken }
      if (login.status === 'awaiting_upstream' && login.redirect) {
        await this.#goAway(login.redirect, person)
        answer = await this.look(login.id)
        // Somebody who has not come back would be sent away for ever.
        taken.push({ state: login.step?.id, action: 'away' })
      } else {
        const { action, input } = choose(login, person)
        taken.push({ state: login.step?.id, action: action.name })
        answer = await this.act(login, action.name, input)
      }
    }
    throw new Error(`still not done: ${taken.map(({ action }) => action).join(', ')}`)
  }

  /**
   * Signs in to an application, from its request to its tokens.
   *
   * @param more parameters of the request
   * @throws openid-client's error when the application is told of one
   */
  async signIn(
    application: RelyingParty,
    person: ApiPerson,
    more: Parameters = {},
  ): Promise<Redeemed> {
    const { answer, redirect } = await this.drive(
      await this.begin(await application.parameters(more)),
      person,
    )
    if (redirect === undefined)
      throw new Error(`the login ended with ${answer.status}: ${answer.body}`)
    return application.redeem((await this.browser.open(redirect)).url)
  }

  async #goAway(url: string, person: ApiPerson): Promise<void> {
    const page = await this.browser.open(url)
    const isBack = this.#base.startsWith(`${new URL(page.url).origin}/`)
    if (isBack) return
    if (!person.away) throw new Error(`the person does not know what to do at ${page.url}`)
    await person.away(page, this.browser)
  }
}

/** The login that an answer shows: itself, or, in a refusal as out of date, where it stands now. */
function loginIn(answer: Answer): ApiLogin | undefined {
  if (answer.status === 200 || answer.status === 201) return answer.json<ApiLogin>()
  return answer.status === 409 ? answer.json<{ login?: ApiLogin }>().login : undefined
}

function choose(
  login: ApiLogin,
  person: ApiPerson,
): { action: ApiAction; input: Record<string, string> } {
  const preferred = (person.prefers ?? []).map((name) =>
    login.actions.find((action) => action.name === name),
  )
  const others = login.actions.filter(({ name }) => name !== 'back' && name !== 'cancel')
  const action = [...preferred, ...others].find((one) => one && canAnswer(one, person))
  if (action) return { action, input: fill(action, login, person) }
  const offered = login.actions.map(
    ({ name, input }) => `${name}(${Object.keys(input.properties).join(', ')})`,
  )
  throw new Error(`at ${login.step?.id} the person can do nothing of ${offered.join(', ')}`)
}

function canAnswer({ input }: ApiAction, { answers }: ApiPerson): boolean {
  return input.required.every((field) => answers?.[field])
}

function fill(action: ApiAction, login: ApiLogin, { answers }: ApiPerson): Record<string, string> {
  const fields = Object.keys(action.input.properties)
  return Object.fromEntries(
    fields.flatMap((field) => {
      const answer = answers?.[field]
      return answer ? [[field, answer(action, login)]] : []
    }),
  )
}
