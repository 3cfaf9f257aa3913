/**
 * Plays a story against a server: makes its world, then its moves, and compares what the server has done.
 */
import { stripVTControlCharacters } from 'node:util'
import type { StoryMove } from '../../checker/story.ts'
import type { FactValue } from '../../language/facts.ts'
import type { FlowDefinition, Option } from '../../language/flow.ts'
import type { OwnOutcome } from '../../language/step.ts'
import { type Act, type Cast, type Change, castOf, optionOf, type Part } from './cast.ts'
import { type Answer, type ApiAction, type ApiLogin, type Client, loginIn } from './client.ts'
import { differenceOf, type Expected, expectedOf, leading, specials } from './expected.ts'
import {
  associate,
  CannotFill,
  fillIn,
  giveAccount,
  giveCredential,
  type Intent,
  newPerson,
  type Person,
  setLocked,
} from './person.ts'
import { declarationsOf, type Stage } from './stage.ts'

/** A story, or a path that a flow's tests are made of. */
export interface Playable {
  readonly flow: string
  readonly moves: readonly StoryMove[]
}

export interface Played {
  /** `as-told`: the server went along with every move. `differs`: it did not. `cannot`: not to be played. */
  readonly result: 'as-told' | 'differs' | 'cannot'
  /** What is different, or why it cannot be played. */
  readonly because: string | undefined
  /** Each move, with what the server answered where something was sent to it. */
  readonly moves: readonly PlayedMove[]
  /** What the application was told, where the login came to its end. */
  readonly end: PlayedEnd | undefined
}

export interface PlayedMove {
  readonly text: string
  readonly answer: string | undefined
}

export interface PlayedEnd {
  /** Absent for success. */
  readonly error: string | undefined
  /** Of the ID token. */
  readonly amr: readonly string[]
  readonly acr: string | undefined
}

/** @throws {Error} when the stage has no such flow */
export async function play(stage: Stage, story: Playable): Promise<Played> {
  const flow = stage.organisation.flows.find(({ name }) => name === story.flow)
  if (!flow) throw new Error(`there is no flow ${story.flow}`)
  const performance = new Performance(stage, flow, story)
  try {
    return await performance.run()
  } catch (thrown) {
    if (thrown instanceof CannotPlay || thrown instanceof CannotFill) {
      return performance.ended('cannot', thrown.message)
    }
    throw thrown
  }
}

class CannotPlay extends Error {}

interface Player {
  readonly person: Person
  account: string | undefined
}

class Performance {
  readonly #stage: Stage
  readonly #flow: FlowDefinition
  readonly #moves: readonly StoryMove[]
  readonly #cast: Cast
  readonly #expected: readonly Expected[]
  readonly #players = new Map<Part, Player>()
  readonly #answers = new Map<number, string>()
  readonly #client: Client
  #compared = 0
  #end: PlayedEnd | undefined
  #last: Answer | undefined

  constructor(stage: Stage, flow: FlowDefinition, { moves }: Playable) {
    this.#stage = stage
    this.#flow = flow
    this.#moves = moves
    this.#cast = castOf(moves, flow, declarationsOf([...stage.steps.values()]))
    this.#expected = expectedOf(moves)
    this.#client = stage.client()
  }

  async run(): Promise<Played> {
    this.#refuseAttacks()
    for (const [at, part] of this.#cast.parts.entries()) {
      this.#players.set(part, await this.#enter(part, at))
    }
    await this.#makeSession()
    const [beginning, ...acts] = this.#cast.acts
    let login = await this.#begin(beginning!)
    for (const act of acts) {
      const difference = this.#compare(login)
      if (difference) return difference
      if (!login || login.status === 'complete') {
        return this.ended('differs', `it is over before: ${this.#moves[act.move]!.text}`)
      }
      login = await this.#make(act, login)
    }
    return this.#compare(login) ?? (await this.#conclude(login))
  }

  ended(result: Played['result'], because?: string): Played {
    this.#stage.faults.disarm()
    const moves = this.#moves.map(({ text }, at) => ({ text, answer: this.#answers.get(at) }))
    return { result, because, moves, end: this.#end }
  }

  #refuseAttacks(): void {
    const attack = this.#moves.find(({ kind }) => kind === 'attack')
    if (attack) {
      throw new CannotPlay(`it needs an engine that breaks one of its own rules: ${attack.text}`)
    }
  }

  /** Somebody comes into being, with an account where the story says that they have one. */
  async #enter({ world, facts }: Part, at: number): Promise<Player> {
    const name = `player-${at + 1}-${this.#stage.logins.size}`
    const person = newPerson(name, claimsFrom(facts, name))
    const has = (kind: string) => world.get(`has(${kind})`) === true
    const held = [...world].flatMap(([atom, value]) =>
      value ? (/^has\((.+)\)$/.exec(atom)?.[1] ?? []) : [],
    )
    const associations = [...world].flatMap(([atom, value]) =>
      value ? (/^association\((.+)\)$/.exec(atom)?.[1] ?? []) : [],
    )
    if (world.get('target.proven') !== undefined) {
      throw new CannotPlay('it links accounts, which nobody here can act out')
    }
    if (world.get('name.taken')) await giveAccount(this.#stage, newPerson(name), { password: true })
    const needed = held.length > 0 || associations.length > 0 || world.has('account.active')
    if (!(world.get('account.exists') ?? needed)) return { person, account: undefined }
    const source = facts.get('account.source')
    const account = await giveAccount(this.#stage, person, {
      password: has('password'),
      totp: has('totp'),
      associations,
      groups: entriesOf(facts, 'account.groups'),
      locked: world.get('account.active') === false,
      ...(typeof source === 'string' ? { source } : {}),
    })
    for (const kind of held) {
      if (kind === 'password' || kind === 'totp') continue
      await giveCredential(this.#stage, account, kind, person)
    }
    return { person, account }
  }

  /** A session is what an earlier login of the same browser has left. */
  async #makeSession(): Promise<void> {
    const wanted = this.#moves.flatMap(({ kind, option }) =>
      kind === 'session' && option ? [option] : [],
    )
    if (wanted.length === 0) return
    const { person } = this.#players.get(this.#cast.parts[0]!)!
    const { answer } = await this.#client.begin(this.#application())
    let login = loginIn(answer)
    for (let count = 0; login && login.status !== 'complete' && count < 12; count++) {
      const offered = login.actions.filter(({ kind }) => kind !== undefined)
      const action = offered.find(({ name }) => wanted.includes(name)) ?? offered[0]
      if (!action) break
      const option = this.#offered(login, action.name)
      login = option && (await this.#answer(login, option, action, person, 'rightly', undefined))
    }
    const told = login?.redirect ? await this.#client.finish(login.redirect) : undefined
    if (!told?.code) throw new CannotPlay('the session that it begins with could not be made')
  }

  async #begin(act: Act): Promise<ApiLogin | undefined> {
    await this.#prepare(act)
    const { acr } = this.#cast.asks
    const more = acr.length > 0 ? { acr_values: acr.join(' ') } : {}
    const { answer, asked } = await this.#client.begin(this.#application(), more)
    this.#asked = asked
    this.#last = answer
    const login = loginIn(answer)
    // A login that had nothing to ask has been answered at once.
    if (!login) this.#straight = redirectIn(answer)
    this.#id = login?.id ?? [...this.#stage.logins.keys()].at(-1)
    this.#say(act, login)
    return login
  }
  #asked: Parameters<Client['redeem']>[0] | undefined
  #straight: string | undefined
  #id: string | undefined

  async #make(act: Act, login: ApiLogin): Promise<ApiLogin | undefined> {
    await this.#prepare(act)
    const move = this.#moves[act.move]!
    const done = await this.#do(move, act, login)
    this.#stage.faults.disarm()
    this.#say(act, done)
    return done
  }

  async #do(move: StoryMove, act: Act, login: ApiLogin): Promise<ApiLogin | undefined> {
    const { person } = this.#players.get(act.part)!
    switch (move.kind) {
      case 'back':
      case 'cancel':
        return this.#act(login, move.kind, {})
      case 'expire':
        this.#stage.clock.aheadMs += this.#flow.withinMs + 1000
        return this.#seen(await this.#client.look(login.id))
      case 'wrong':
        return this.#exhaust(move, login, person)
      default: {
        const option = optionOf(this.#flow, move)
        const action = login.actions.find(({ name }) => name === move.option)
        if (!option || !action) return login
        const intent = intents[move.outcome ?? ''] ?? 'rightly'
        return this.#answer(login, option, action, person, intent, move)
      }
    }
  }

  /** Answers wrongly until the attempts are spent. */
  async #exhaust(move: StoryMove, first: ApiLogin, person: Person): Promise<ApiLogin | undefined> {
    const at = first.step?.id
    let login = first
    for (let count = 0; count < (move.attempts ?? 1) && login.step?.id === at; count++) {
      const next = await this.#answerWrongly(login, person)
      if (!next) return undefined
      login = next
    }
    return login
  }

  async #answerWrongly(login: ApiLogin, person: Person): Promise<ApiLogin | undefined> {
    const offered = login.actions.filter(({ kind }) => kind !== undefined)
    const action = offered.find(({ kind }) => kind !== 'away') ?? offered[0]
    const option = action && this.#offered(login, action.name)
    if (!action || !option) return undefined
    if (action.kind === 'away') await this.#switch(option, false)
    const fields = this.#fieldsOf(option)
    // A name that nobody has counts as wrong, and against no account.
    const named = fields.some(({ names, name }) => names && name in action.input.properties)
    const intent = named ? 'as-nobody' : 'wrongly'
    const next = await this.#answer(login, option, action, person, intent, undefined)
    if (action.kind === 'away') await this.#switch(option, true)
    return next
  }

  /** @param move absent: simply rightly or wrongly, as `intent` says */
  async #answer(
    login: ApiLogin,
    option: Option,
    action: ApiAction,
    person: Person,
    intent: Intent,
    move: StoryMove | undefined,
  ): Promise<ApiLogin | undefined> {
    if (action.kind === 'away') return this.#visit(login, option, action, person, move)
    let [shown, form] = [login, action]
    if (action.kind === 'choose') {
      const chosen = await this.#act(login, action.name, {})
      const again = chosen?.actions.find(({ name }) => name === action.name)
      if (!chosen || !again) return chosen
      ;[shown, form] = [chosen, again]
    }
    // A code that was used is not right any more: the next one is.
    if (intent === 'rightly') this.#stage.clock.aheadMs += 30_000
    const input = fillIn(this.#fieldsOf(option), form, person, intent, this.#stage.now())
    return this.#act(shown, form.name, input)
  }

  async #visit(
    login: ApiLogin,
    option: Option,
    action: ApiAction,
    person: Person,
    move: StoryMove | undefined,
  ): Promise<ApiLogin | undefined> {
    const sent = await this.#act(login, action.name, {})
    if (sent?.status !== 'awaiting_upstream' || !sent.redirect) return sent
    const twice = this.#caseOf(option, move)?.where?.['identity.amr']
    const mfa = twice && 'has' in twice && twice.has?.includes('mfa')
    const subject = move?.outcome === 'invalid' ? `${person.subject}-else` : person.subject
    const claims = { ...person.claims, amr: mfa ? ['pwd', 'mfa'] : ['pwd'] }
    const callback = this.#stage.upstreams.visit(
      sent.redirect,
      move?.outcome === 'denied' ? { does: 'says-no' } : { does: 'signs-in', subject, claims },
    )
    await this.#client.arrive(callback)
    return this.#seen(await this.#client.look(login.id))
  }

  async #act(
    login: ApiLogin,
    action: string,
    input: Readonly<Record<string, string>>,
  ): Promise<ApiLogin | undefined> {
    return this.#seen(await this.#client.act(login, action, input))
  }

  #seen(answer: Answer): ApiLogin | undefined {
    this.#last = answer
    return loginIn(answer)
  }

  /** What changes before and meanwhile, and what only a fault or chance brings about. */
  async #prepare(act: Act): Promise<void> {
    for (const change of act.before) await this.#change(change, act.part)
    const own = this.#moves[act.move]
    for (const index of act.forced) {
      const move = this.#moves[index]!
      const option = optionOf(this.#flow, move)
      if (option) this.#stage.faults.arm(option.step, faultOf(move))
    }
    const option = own && optionOf(this.#flow, own)
    if (act.during.length > 0 && option) {
      this.#stage.faults.arm(option.step, {
        meanwhile: async () => {
          for (const change of act.during) await this.#change(change, act.part)
        },
      })
    }
  }

  /** What another login, or an administrator, does. */
  async #change({ atom, value }: Change, part: Part): Promise<void> {
    const player = this.#players.get(part)!
    const { person } = player
    if (atom === 'account.active') return setLocked(this.#stage, person, !value)
    if (!value) throw new CannotPlay(`it needs that meanwhile ${atom} is no more`)
    const kind = /^has\((.+)\)$/.exec(atom)?.[1]
    const connection = /^association\((.+)\)$/.exec(atom)?.[1]
    const account = player.account ?? this.#accountNow()
    if (kind && account) return giveCredential(this.#stage, account, kind, person)
    if (connection && account) return associate(this.#stage, account, connection, person)
    if (connection) {
      const holding = { associations: [connection], source: connection }
      player.account = await giveAccount(this.#stage, person, holding)
      return
    }
    if (atom === 'name.taken') {
      await giveAccount(this.#stage, newPerson(person.userName), { password: true })
      return
    }
    if (atom === 'account.exists') return
    throw new CannotPlay(`it needs that meanwhile ${atom} comes about`)
  }

  /** The account that the login has named, or made. */
  #accountNow(): string | undefined {
    const identity = this.#stage.logins.get(this.#id ?? '')?.login.facts.identity
    return identity?.kind === 'account' ? identity.account : undefined
  }

  async #switch({ connection }: Option, enabled: boolean): Promise<void> {
    if (!connection) return
    await this.#stage.app.overlays.set(connection, { enabled }, this.#stage.now())
    this.#stage.clock.aheadMs += 1000
  }

  /** @returns how the server has gone another way; absence while it goes along */
  #compare(login: ApiLogin | undefined): Played | undefined {
    const events = leading(this.#stage.logins.get(this.#id ?? '')?.events ?? [])
    const until = this.#acted(login)
    for (; this.#compared < until; this.#compared++) {
      const want = this.#expected[this.#compared]!
      const found = differenceOf(want, events[this.#compared])
      if (found) return this.ended(found.kind === 'not-made' ? 'cannot' : 'differs', found.text)
    }
    return undefined
  }

  /** How many of the expected events belong to what has been done so far. */
  #acted(login: ApiLogin | undefined): number {
    const next = this.#cast.acts.find(({ move }) => move > this.#reached)
    const isOver = !login || next === undefined
    if (isOver) return this.#expected.length
    return this.#expected.filter(({ move }) => move < next.move).length
  }
  #reached = -1

  async #conclude(login: ApiLogin | undefined): Promise<Played> {
    const last = this.#moves.at(-1)
    if (last?.kind === 'run' && last.outcome === undefined) return this.#concludeBug()
    const redirect = login?.status === 'complete' ? login.redirect : this.#straight
    if (redirect) await this.#finish(redirect)
    if (last?.to === 'expired') {
      const status = this.#last?.status ?? 0
      return status === 410 ? this.ended('as-told') : this.ended('differs', `answered ${status}`)
    }
    const wanted = this.#wantedEnd(last)
    if (wanted === undefined) return this.ended('as-told')
    const got = this.#end ? (this.#end.error ?? 'success') : 'no end'
    if (got === wanted) return this.ended('as-told')
    return this.ended('differs', `it ends with ${got}, not with ${wanted}`)
  }

  /** A step that is entered without what it needs is a bug, and answered as one. */
  #concludeBug(): Played {
    const status = this.#last?.status ?? 0
    return status >= 500 ? this.ended('as-told') : this.ended('differs', `answered ${status}`)
  }

  /** What the application is told where the story ends; absence where it ends before an end. */
  #wantedEnd(last: StoryMove | undefined): string | undefined {
    if (!last || this.#expected.at(-1)?.to === undefined) return undefined
    if (last.to === 'account not active') return 'access_denied'
    if (specials.has(last.to)) return last.to
    const state = this.#flow.states[last.to]
    if (state?.kind !== 'end') return undefined
    if (state.outcome === 'success') return 'success'
    if (/^on:(error|timeout)$/.test(state.id)) return 'temporarily_unavailable'
    return state.error ?? 'access_denied'
  }

  async #finish(redirect: string): Promise<void> {
    const told = await this.#client.finish(redirect)
    if (told.answer) this.#last = told.answer
    if (told.error) this.#end = { error: told.error, amr: [], acr: undefined }
    if (!told.code || !this.#asked) return
    const redeemed = await this.#client.redeem(this.#asked, told.code)
    if (redeemed) this.#end = { error: undefined, amr: redeemed.amr, acr: redeemed.acr }
  }

  #say(act: Act, login: ApiLogin | undefined): void {
    this.#reached = act.move
    const next = this.#cast.acts.find(({ move }) => move > act.move)?.move ?? this.#moves.length
    this.#answers.set(next - 1, sayAnswer(this.#last, login))
  }

  #application() {
    const { applications } = this.#stage.organisation
    const id = this.#cast.asks.application ?? this.#flow.applications[0]
    const found = applications.find((application) => application.id === id)
    if (!found) throw new CannotPlay(`the flow ${this.#flow.name} has no application`)
    return found
  }

  #offered({ step }: ApiLogin, name: string): Option | undefined {
    const state = this.#flow.states[step?.id ?? '']
    return state?.kind === 'offer' ? state.options.find(({ id }) => id === name) : undefined
  }

  #fieldsOf(option: Option) {
    return this.#stage.steps.get(option.step)?.fields ?? []
  }

  #caseOf(option: Option, move: StoryMove | undefined) {
    const { outcomes } = this.#stage.steps.get(option.step)!.declaration
    return move && outcomes[move.outcome as OwnOutcome]?.[move.case ?? 0]
  }
}

/** How a form is filled in to come to an outcome. */
const intents: Readonly<Record<string, Intent>> = {
  invalid: 'wrongly',
  unknown: 'as-nobody',
  denied: 'refusing',
}

function faultOf({ kind, outcome, case: index = 0 }: StoryMove) {
  if (outcome === 'error' || outcome === 'timeout') return { fault: outcome } as const
  if (kind === 'fault') return { fault: 'error' } as const
  return { ends: outcome as OwnOutcome, case: index }
}

function sayAnswer(answer: Answer | undefined, login: ApiLogin | undefined): string {
  const status = answer?.status ?? 0
  if (!login) return `${status} ${stripVTControlCharacters(answer?.body ?? '').slice(0, 200)}`
  if (login.status === 'complete') return `${status}, it is over`
  const offered = login.actions.map(({ name }) => name).join(', ')
  const proven = login.facts.amr.length > 0 ? `, proven ${login.facts.amr.join(' ')}` : ''
  return `${status}, at ${login.step?.id}, offers ${offered}${proven}`
}

function redirectIn({ body }: Answer): string | undefined {
  try {
    const { redirect } = JSON.parse(body) as { redirect?: unknown }
    return typeof redirect === 'string' ? redirect : undefined
  } catch {
    return undefined
  }
}

function claimsFrom(facts: Part['facts'], name: string) {
  const told = facts.get('identity.email')
  const email = told === undefined ? `${name}@people.example` : textOf(told)
  const shown = facts.get('identity.name')
  const groups = entriesOf(facts, 'identity.groups')
  return {
    ...(email === undefined ? {} : { email }),
    emailVerified: facts.get('identity.emailVerified') !== false,
    ...(shown === undefined ? {} : { name: textOf(shown) ?? '' }),
    ...(groups.length > 0 ? { groups } : {}),
  }
}

/** A middle dot stands for any text. */
function textOf(value: FactValue | null): string | undefined {
  return typeof value === 'string' ? value.replaceAll('\u00b7', 'somebody') : undefined
}

function entriesOf(facts: Part['facts'], list: string): string[] {
  const prefix = `${list} has `
  return [...facts].flatMap(([name, value]) =>
    name.startsWith(prefix) && value === true ? [name.slice(prefix.length)] : [],
  )
}
