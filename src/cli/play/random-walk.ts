/**
 * Logins by people who do whatever comes to their mind: right and wrong answers, back, stale tabs, other
 * browsers, upstreams that fail, accounts that are locked meanwhile. What must never come of it is looked
 * for after each answer.
 */

import type { FlowDefinition } from '../../language/flow.ts'
import type { ApplicationFile } from '../../language/settings.ts'
import { type Chance, chanceOf } from './chance.ts'
import {
  type Answer,
  type ApiAction,
  type ApiLogin,
  type Client,
  loginIn,
  redirectIn,
} from './client.ts'
import { isExpected, mustHold } from './must-hold.ts'
import { fillIn, type Intent, newPerson, type Person, readMessages, setLocked } from './person.ts'
import { claimsAtRandom, type Population, populate } from './population.ts'
import type { Stage } from './stage.ts'

export interface WalkReport {
  readonly walks: number
  readonly requests: number
  /** How the logins have ended: an error, or `code`. */
  readonly ends: Readonly<Record<string, number | undefined>>
  /** What must never be: each with the number of its walk. */
  readonly violations: readonly string[]
}

const answersMax = 25

export async function walkAtRandom(
  stage: Stage,
  { walks, seed }: { readonly walks: number; readonly seed: number },
): Promise<WalkReport> {
  const chance = chanceOf(seed)
  const walker = new Walker(stage, chance, await populate(stage, chance))
  for (let walk = 0; walk < walks; walk++) await walker.walk(walk)
  return walker.report(walks)
}

class Walker {
  readonly #stage: Stage
  readonly #chance: Chance
  readonly #people: readonly Person[]
  /** By their account's id. */
  readonly #owners: Map<string, Person>
  readonly #locked = new Set<Person>()
  readonly #clients: Client[] = []
  readonly #violations: string[] = []
  readonly #ends = new Map<string, number>()
  readonly #stale = new Map<string, string[]>()
  #requests = 0
  #number = 0

  constructor(stage: Stage, chance: Chance, { people, owners }: Population) {
    this.#stage = stage
    this.#chance = chance
    this.#people = people
    this.#owners = owners
  }

  async walk(number: number): Promise<void> {
    this.#number = number
    this.#stale.clear()
    await this.#stage.forgetSpent()
    const { clock } = this.#stage
    const aheadMs = clock.aheadMs
    try {
      await this.#walk()
    } catch (thrown) {
      this.#violation(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))
    }
    this.#stage.faults.disarm()
    clock.aheadMs = aheadMs
  }

  report(walks: number): WalkReport {
    const bugs = this.#stage.reports.filter((thrown) => !isExpected(thrown))
    return {
      walks,
      requests: this.#requests,
      ends: Object.fromEntries([...this.#ends].sort(([a], [b]) => (a < b ? -1 : 1))),
      violations: [
        ...this.#violations,
        ...this.#stage.violations,
        ...bugs.map((bug) => (bug instanceof Error ? (bug.stack ?? bug.message) : String(bug))),
      ],
    }
  }

  async #walk(): Promise<void> {
    const { applications } = this.#stage.organisation
    const application = this.#one(applications)
    const client =
      this.#oneIn(3) && this.#clients.length > 0 ? this.#one(this.#clients) : this.#new()
    const person = this.#oneIn(3) ? this.#stranger() : this.#one(this.#people)
    const { answer, asked } = await client.begin(application, this.#wishes(application))
    let next = this.#seen(answer)
    for (let count = 0; count < answersMax; count++) {
      const login = loginIn(next)
      if (login?.status === 'complete' || (!login && redirectIn(next))) {
        const told = await client.finish(login?.redirect ?? redirectIn(next)!)
        if (told.answer) this.#seen(told.answer)
        if (told.code) await this.#isIn(client, asked, told.code)
        this.#count(told.code ? 'code' : (told.error ?? 'nothing'))
        return
      }
      if (!login) return this.#count(`refused with ${next.status}`)
      next = this.#seen(await this.#move(client, login, person))
    }
    this.#count('given up')
  }

  /** One thing that somebody might do where a login rests. */
  async #move(client: Client, login: ApiLogin, person: Person): Promise<Answer> {
    const { id } = login
    const seen = this.#stale.get(id) ?? []
    this.#stale.set(id, [...seen, login.seq])
    if (this.#oneIn(40)) await this.#lockSomebody()
    const names = login.actions.map(({ name }) => name)
    const roll = this.#chance() * 100
    if (roll < 3) return client.look(id)
    if (roll < 7 && names.includes('back')) return client.act(login, 'back')
    if (roll < 8) return client.act(login, 'cancel')
    if (roll < 10) return client.act(login, this.#one(this.#everyOption()))
    if (roll < 13 && seen.length > 0) {
      return client.act({ id, seq: this.#one(seen) }, this.#one(names), {})
    }
    if (roll < 15) return this.#byAnotherBrowser(client, login)
    if (roll < 17) return this.#twice(client, login, person)
    if (roll < 18) return this.#tooLate(client, login)
    return this.#option(client, login, person)
  }

  async #option(client: Client, login: ApiLogin, person: Person): Promise<Answer> {
    const options = login.actions.filter(({ kind }) => kind !== undefined)
    if (options.length === 0) return client.act(login, 'cancel')
    const action = this.#one(options)
    if (this.#oneIn(25)) this.#arm(action)
    if (action.kind === 'away') return this.#away(client, login, action, person)
    return client.act(login, action.name, await this.#filled(action, login, person))
  }

  async #away(client: Client, login: ApiLogin, action: ApiAction, person: Person): Promise<Answer> {
    const sent = this.#seen(await client.act(login, action.name))
    const url = loginIn(sent)?.redirect
    if (!url || loginIn(sent)?.status !== 'awaiting_upstream') return sent
    if (this.#oneIn(20)) return sent
    const who = this.#oneIn(10) ? this.#one(this.#people) : person
    const { subject, claims } = who
    const visit = this.#oneIn(10)
      ? ({ does: 'says-no' } as const)
      : ({ does: 'signs-in', subject, claims } as const)
    const callback = new URL(this.#stage.upstreams.visit(url, visit))
    if (this.#oneIn(30)) callback.searchParams.set('state', 'made-up')
    if (this.#oneIn(30)) callback.searchParams.set('code', 'made-up')
    if (this.#oneIn(30)) callback.searchParams.delete('iss')
    this.#seen(await client.arrive(callback.href))
    if (this.#oneIn(15)) this.#seen(await client.arrive(callback.href))
    return client.look(login.id)
  }

  async #filled(
    action: ApiAction,
    login: ApiLogin,
    person: Person,
  ): Promise<Record<string, string>> {
    const state = this.#stateOf(login)
    const option = state?.kind === 'offer' && state.options.find(({ id }) => id === action.name)
    const step = option && this.#stage.steps.get(option.step)
    if (!step) return {}
    const roll = this.#chance()
    const intent: Intent =
      roll < 0.7
        ? 'rightly'
        : roll < 0.85
          ? 'wrongly'
          : roll < 0.9
            ? 'as-nobody'
            : roll < 0.95
              ? 'not-at-all'
              : 'refusing'
    const whose = this.#ownerOf(login) ?? person
    if (step.fields.some(({ kind }) => kind === 'code')) await readMessages(this.#stage, whose)
    const { issuer } = this.#stage
    return fillIn({ step, action, nowMs: this.#stage.now(), issuer }, whose, intent)
  }

  /** Whose account the login has named: only they have the right code. */
  #ownerOf({ id }: ApiLogin): Person | undefined {
    const identity = this.#stage.logins.get(id)?.login.facts.identity
    if (identity?.kind !== 'account') return undefined
    const known = this.#owners.get(identity.account)
    if (known) return known
    const fresh = newPerson(`owner-of-${identity.account}`)
    this.#owners.set(identity.account, fresh)
    return fresh
  }

  /** Only the browser that began a login may move it. */
  async #byAnotherBrowser(client: Client, login: ApiLogin): Promise<Answer> {
    const other = this.#new()
    const action = this.#one(login.actions)
    const answer = this.#seen(await other.act(login, action.name, {}))
    if (answer.status < 400) this.#violation(`another browser could answer: ${answer.status}`)
    return client.look(login.id)
  }

  /** Two posts at the same moment: one counts. */
  async #twice(client: Client, login: ApiLogin, person: Person): Promise<Answer> {
    const forms = login.actions.filter(({ kind }) => kind === 'form')
    if (forms.length === 0) return client.look(login.id)
    const action = this.#one(forms)
    const input = await this.#filled(action, login, person)
    const answers = await Promise.all([
      client.act(login, action.name, input),
      client.act(login, action.name, input),
    ])
    for (const answer of answers) this.#seen(answer)
    const counted = answers.filter(({ status }) => status === 200)
    if (counted.length > 1) this.#violation('two answers to one page both counted')
    return counted[0] ?? client.look(login.id)
  }

  async #tooLate(client: Client, login: ApiLogin): Promise<Answer> {
    const flow = this.#stage.logins.get(login.id)?.flow
    this.#stage.clock.aheadMs += (flow?.withinMs ?? 0) + 1000
    const answer = this.#seen(await client.act(login, this.#one(login.actions).name, {}))
    if (answer.status !== 410) this.#violation(`an expired login answered ${answer.status}`)
    return answer
  }

  /** Of those who have been locked most are unlocked again, or soon nobody could get in. */
  async #lockSomebody(): Promise<void> {
    const person = this.#one(this.#people)
    const locked = !this.#locked.has(person) && this.#oneIn(3)
    await setLocked(this.#stage, person, locked)
    if (locked) this.#locked.add(person)
    else this.#locked.delete(person)
  }

  #arm({ name }: ApiAction): void {
    const types = [...this.#stage.steps.keys()]
    const step = types.find((type) => type === name.split(':')[0]) ?? 'federated'
    const fault = this.#oneIn(2) ? 'error' : 'timeout'
    this.#stage.faults.arm(this.#oneIn(2) ? step : this.#one(this.#runSteps()), { fault })
  }

  #runSteps(): string[] {
    return [...this.#stage.steps.values()]
      .filter(({ declaration }) => declaration.mode === 'run')
      .map(({ declaration }) => declaration.type)
  }

  /** Somebody is in: it must be as the policy and the flow's own properties say. */
  async #isIn(client: Client, asked: Parameters<Client['redeem']>[0], code: string): Promise<void> {
    const ended = [...this.#stage.logins.values()].at(-1)
    if (!ended) return
    const { login, flow } = ended
    if (login.facts.end?.outcome !== 'success') return this.#violation('a code without a success')
    for (const text of mustHold(login, flow, asked.application)) this.#violation(text)
    if (this.#oneIn(2)) return
    this.#clients.push(client)
    if (this.#clients.length > 20) this.#clients.shift()
    const redeemed = await client.redeem(asked, code)
    if (!redeemed) return
    const { acr, amr } = login.facts.end
    if (redeemed.acr !== acr || String(redeemed.amr) !== String(amr)) {
      this.#violation(`the token says ${redeemed.acr} ${redeemed.amr}, the login ${acr} ${amr}`)
    }
  }

  #seen(answer: Answer): Answer {
    this.#requests++
    if (answer.status >= 500 && !isTemporary(answer)) {
      this.#violation(`answered ${answer.status}: ${answer.body}`)
    }
    return answer
  }

  #wishes({ flow: name }: ApplicationFile): Record<string, string> {
    const roll = this.#chance() * 100
    const levels = this.#flowNamed(name)?.policy.levels.map(({ acr }) => acr) ?? []
    if (roll < 10) return { acr_values: levels.at(-1) ?? '' }
    if (roll < 20) {
      const acr = { essential: true, values: [this.#one(levels)] }
      return { claims: JSON.stringify({ id_token: { acr } }) }
    }
    if (roll < 25) return { prompt: 'login' }
    if (roll < 30) return { max_age: '0' }
    if (roll < 35) return { prompt: 'none' }
    // What a request says of the person, the state or the way is nothing to the flow.
    if (roll < 40) return { login_hint: 'walker-0', connection: 'github', state_id: 'done' }
    return {}
  }

  #everyOption(): string[] {
    return this.#stage.organisation.flows.flatMap(({ states }) =>
      Object.values(states).flatMap((state) =>
        state.kind === 'offer' ? state.options.map(({ id }) => id) : [],
      ),
    )
  }

  #stateOf({ id, step }: ApiLogin) {
    return this.#stage.logins.get(id)?.flow.states[step?.id ?? '']
  }

  #flowNamed(name: string): FlowDefinition | undefined {
    return this.#stage.organisation.flows.find((flow) => flow.name === name)
  }

  #new(): Client {
    return this.#stage.client()
  }

  #stranger(): Person {
    const name = `stranger-${this.#number}`
    return newPerson(name, claimsAtRandom(this.#number, this.#chance))
  }

  #oneIn(many: number): boolean {
    return this.#chance() * many < 1
  }

  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#chance() * of.length)]!
  }

  #count(end: string): void {
    this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1)
  }

  #violation(text: string): void {
    this.#violations.push(`walk ${this.#number}: ${text}`)
  }
}

/** Two posts at once may find the login busy. */
function isTemporary({ status }: Answer): boolean {
  return status === 503
}
