/** An attack as a list of things that people do with their browsers, and what comes of it in words. */
import { Acting } from '../../src/cli/play/acting.ts'
import { type ApiLogin, type Client, loginIn, redirectIn } from '../../src/cli/play/client.ts'
import {
  giveAccount,
  giveCredential,
  type Holding,
  type Intent,
  newPerson,
  type Person,
  setLocked,
} from '../../src/cli/play/person.ts'
import type { Stage } from '../../src/cli/play/stage.ts'

export interface Owner extends Person {
  readonly account: string
}

export class Scene {
  readonly stage: Stage

  constructor(stage: Stage) {
    this.stage = stage
  }

  /** @param kinds credentials that their account has */
  async person(name: string, kinds: readonly string[], holding: Holding = {}): Promise<Owner> {
    const person = newPerson(name)
    const account = await giveAccount(this.stage, person, holding)
    for (const kind of kinds) await giveCredential(this.stage, account, kind, person)
    return { ...person, account }
  }

  /** Nobody that is known here. */
  stranger(name: string, subject?: string): Person {
    return newPerson(name, {}, subject)
  }

  lock(person: Person): Promise<void> {
    return setLocked(this.stage, person, true)
  }

  browser(): Browser {
    return new Browser(this.stage)
  }
}

export class Browser {
  readonly #stage: Stage
  #acting: Acting
  readonly client: Client
  #asked: Parameters<Client['redeem']>[0] | undefined
  /** Where a request was answered without a login. */
  #redirect: string | undefined

  constructor(stage: Stage) {
    this.#stage = stage
    this.client = stage.client()
    this.#acting = this.#actingIn('small')
  }

  /** @param more of the authorization request: `acr_values`, ... */
  async begin(application = 'small', more: Readonly<Record<string, string>> = {}) {
    const found = this.#stage.organisation.applications.find(({ id }) => id === application)!
    this.#acting = this.#actingIn(application)
    const { answer, asked } = await this.client.begin(found, more)
    this.#asked = asked
    const login = loginIn(answer)
    this.#redirect = login ? undefined : redirectIn(answer)
    return login
  }

  /** Takes an option that is offered. @returns the login afterwards; absence where none is shown */
  async answer(
    login: ApiLogin | undefined,
    name: string,
    person: Person,
    intent: Intent = 'rightly',
  ): Promise<ApiLogin | undefined> {
    const action = login?.actions.find((one) => one.name === name)
    const option = login && this.#acting.offered(login, name)
    if (!login || !action || !option) return login
    return this.#acting.answer(login, option, action, person, intent)
  }

  /** @returns `undefined` where it is not shown */
  async look(id: string): Promise<ApiLogin | undefined> {
    return loginIn(await this.client.look(id))
  }

  /** Sends anything under any name. @returns the login afterwards, or `undefined` where it was refused */
  async send(
    login: ApiLogin | undefined,
    action: string,
    input: Readonly<Record<string, string>> = {},
  ): Promise<ApiLogin | undefined> {
    if (!login) return undefined
    const answer = await this.client.act(login, action, input)
    return answer.status === 200 ? loginIn(answer) : undefined
  }

  /** What the application is told, or where the login rests. */
  async told(login: ApiLogin | undefined): Promise<string> {
    const redirect = login?.status === 'complete' ? login.redirect : this.#redirect
    if (!redirect) return login ? `at ${login.step?.id}` : 'refused'
    const { code, error } = await this.client.finish(redirect)
    const redeemed = code && this.#asked && (await this.client.redeem(this.#asked, code))
    if (!redeemed) return error ?? 'no answer'
    return `a code by ${redeemed.amr.join(' + ')}, acr ${redeemed.acr}`
  }

  #actingIn(name: string): Acting {
    const flow = this.#stage.organisation.flows.find((one) => one.name === name)!
    return new Acting(this.#stage, flow, this.client)
  }
}
