/**
 * Plays a story against a server: makes its world, then its moves, and compares what the server has done.
 */
import type { StoryMove } from '../../checker/story.ts'
import { methods } from '../../engine/proofs.ts'
import type { OwnOutcome } from '../../language/declaration.ts'
import type { FlowDefinition, Option } from '../../language/flow.ts'
import type { ApplicationFile } from '../../language/settings.ts'
import { Acting } from './acting.ts'
import { type Act, type Cast, castOf, optionOf, type Part } from './cast.ts'
import { type Circumstances, circumstancesOf } from './circumstances.ts'
import { type Answer, type ApiLogin, type Client, redirectIn } from './client.ts'
import { differenceOf, type Expected, expectedOf, leading, specials } from './expected.ts'
import type { Person } from './person.ts'
import { signedIn } from './session.ts'
import { declarationsOf, type Stage } from './stage.ts'
import { CannotPlay, change, enter, type Player, refuseImpossible } from './world.ts'

/** A story, or a path that a flow's tests are made of. */
export interface Playable {
  readonly flow: string
  readonly moves: readonly StoryMove[]
  /** A story's last sentence: what is proven there is compared. */
  readonly so?: string
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
    if (!(thrown instanceof CannotPlay)) throw thrown
    return performance.ended('cannot', thrown.message)
  }
}

class Performance {
  readonly #stage: Stage
  readonly #flow: FlowDefinition
  readonly #story: Playable
  readonly #cast: Cast
  readonly #expected: readonly Expected[]
  #acting: Acting
  readonly #players = new Map<Part, Player>()
  readonly #answers = new Map<number, string>()
  #compared = 0
  /** The login's id. */
  #id = ''
  #asked: Parameters<Client['redeem']>[0] | undefined
  #end: PlayedEnd | undefined

  constructor(stage: Stage, flow: FlowDefinition, story: Playable) {
    this.#stage = stage
    this.#flow = flow
    this.#story = story
    this.#cast = castOf(story.moves, flow, declarationsOf([...stage.steps.values()]))
    this.#expected = expectedOf(story.moves)
    this.#acting = new Acting(stage, flow)
  }

  async run(): Promise<Played> {
    this.#refuseAttacks()
    const circumstances = circumstancesOf(this.#cast.parts[0]!, this.#flow)
    for (const [at, part] of this.#cast.parts.entries()) {
      const name = `player-${at + 1}-${this.#stage.logins.size}`
      this.#players.set(part, await enter(this.#stage, part, name))
    }
    await this.#makeSession()
    this.#meet(circumstances)
    const [beginning, ...acts] = this.#cast.acts
    this.#inDirectories(beginning!, this.#moves.slice(0, acts[0]?.move))
    let { login, redirect } = await this.#begin(beginning!)
    for (const [at, act] of acts.entries()) {
      const found = this.#compare(act)
      if (found) return found
      if (!login || login.status === 'complete') {
        return this.ended('differs', `it is over before: ${this.#moves[act.move]!.text}`)
      }
      await this.#prepare(act)
      const following = this.#moves.slice(act.move + 1, acts[at + 1]?.move)
      const person = this.#inDirectories(act, following)
      login = await this.#acting.do(this.#moves[act.move]!, login, person)
      this.#stage.faults.disarm()
      this.#say(acts[at + 1], login)
      redirect = login?.status === 'complete' ? login.redirect : undefined
    }
    return this.#compare(undefined) ?? (await this.#conclude(redirect))
  }

  ended(result: Played['result'], because?: string): Played {
    this.#stage.faults.disarm()
    const moves = this.#moves.map(({ text }, at) => ({ text, answer: this.#answers.get(at) }))
    return { result, because, moves, end: this.#end }
  }

  /** Where people are kept for what follows an act by itself. @returns the person as they have to type */
  #inDirectories({ part }: Act, following: readonly StoryMove[]): Person {
    const { person } = this.#players.get(part)!
    return this.#stage.directories.follow(this.#flow, following, person)
  }

  /** The clock goes on from there. */
  #meet({ address, nowMs, services }: Circumstances): void {
    this.#acting.client.address = address
    this.#stage.services.follow(services)
    if (nowMs !== undefined) this.#stage.clock.aheadMs = nowMs - Date.now()
  }

  get #moves(): readonly StoryMove[] {
    return this.#story.moves
  }

  #refuseAttacks(): void {
    const attack = this.#moves.find(({ kind }) => kind === 'attack')
    if (!attack) return
    throw new CannotPlay(`it needs an engine that breaks a rule of its own: ${attack.text}`)
  }

  /** A session is what an earlier login of the same browser has left, at any application. */
  async #makeSession(): Promise<void> {
    const wanted = new Set(
      this.#moves.flatMap(({ kind, option }) => (kind === 'session' && option ? [option] : [])),
    )
    if (wanted.size === 0) return
    const { person } = this.#players.get(this.#cast.parts[0]!)!
    const here = this.#application()
    const { applications } = this.#stage.organisation
    for (const application of [here, ...applications.filter((other) => other !== here)]) {
      const client = await signedIn(this.#stage, application, person, wanted)
      if (!client) continue
      this.#acting = new Acting(this.#stage, this.#flow, client)
      return
    }
    throw new CannotPlay('the session that it begins with could not be made')
  }

  async #begin(act: Act) {
    await this.#prepare(act)
    const { acr } = this.#cast.asks
    const more = acr.length > 0 ? { acr_values: acr.join(' ') } : {}
    const { answer, asked } = await this.#acting.client.begin(this.#application(), more)
    this.#asked = asked
    const login = this.#acting.seen(answer)
    this.#stage.faults.disarm()
    // A login that had nothing to ask has been answered at once, and is the latest.
    this.#id = login?.id ?? [...this.#stage.logins.keys()].at(-1) ?? ''
    this.#say(this.#cast.acts[1], login)
    return { login, redirect: login ? undefined : redirectIn(answer) }
  }

  /** What changes before and meanwhile, and what only a fault or chance brings about. */
  async #prepare(act: Act): Promise<void> {
    for (const each of [...act.before, ...act.during]) refuseImpossible(each)
    for (const each of act.before) await this.#change(each, act)
    for (const index of act.forced) {
      const move = this.#moves[index]!
      const option = optionOf(this.#flow, move)
      if (option) this.#stage.faults.arm(option.step, faultOf(move), directoryOf(option))
    }
    const own = this.#moves[act.move]
    const option = own && optionOf(this.#flow, own)
    if (act.during.length === 0) return
    if (!option) throw new CannotPlay('it needs a change while nobody is at work')
    const meanwhile = async () => {
      for (const each of act.during) await this.#change(each, act)
    }
    this.#stage.faults.arm(option.step, { meanwhile }, directoryOf(option))
  }

  async #change(each: Act['before'][number], act: Act): Promise<void> {
    const identity = this.#stage.logins.get(this.#id)?.login.facts.identity
    const account = identity?.kind === 'account' ? identity.account : undefined
    await change(this.#stage, this.#players.get(act.part)!, each, account)
  }

  /**
   * @param next the act that is to follow; absent at the end
   * @returns how the server has gone another way; absence while it goes along
   */
  #compare(next: Act | undefined): Played | undefined {
    if (this.#acting.crashed) {
      // A step that is entered without what it needs is a bug, and answered as one.
      const last = this.#moves.at(-1)
      const told = last?.kind === 'run' && last.outcome === undefined
      return told ? this.ended('as-told') : this.ended('differs', 'the server answered with a bug')
    }
    const events = leading(this.#stage.logins.get(this.#id)?.events ?? [])
    const until = next
      ? this.#expected.filter(({ move }) => move < next.move).length
      : this.#expected.length
    for (; this.#compared < until; this.#compared++) {
      const want = this.#expected[this.#compared]!
      const found = differenceOf(want, events[this.#compared])
      if (!found) continue
      const differs = found.kind === 'elsewhere' || this.#isSetOtherwise(want)
      return this.ended(differs ? 'differs' : 'cannot', found.text)
    }
    return undefined
  }

  /** Whether the story is of connections that were set otherwise than they are now. */
  #isSetOtherwise({ move: index }: Expected): boolean {
    const move = this.#moves[index]!
    const option = optionOf(this.#flow, move)
    const step = this.#stage.steps.get(option?.step ?? '')
    const found = step?.declaration.outcomes[move.outcome as OwnOutcome]?.[move.case ?? 0]
    const identity = this.#stage.logins.get(this.#id)?.login.facts.identity
    const by = option?.connection ?? (identity?.kind === 'none' ? undefined : identity?.connection)
    const facts = this.#flow.connections[by ?? '']
    return Object.entries(found?.when?.setting ?? {}).some(([name, on]) => {
      const now = name === 'jit' ? facts?.jit : facts?.settings[name]
      return now !== undefined && now !== on
    })
  }

  async #conclude(redirect: string | undefined): Promise<Played> {
    const last = this.#moves.at(-1)
    if (last?.kind === 'run' && last.outcome === undefined) {
      return this.ended('differs', 'the server did not answer with a bug')
    }
    if (redirect) await this.#finish(redirect)
    const proven = this.#differentProofs()
    if (proven) return this.ended('differs', proven)
    const wanted = this.#wantedEnd(last)
    const status = this.#acting.last?.status
    const got = this.#end ? (this.#end.error ?? 'success') : status === 410 ? 'expired' : 'no end'
    if (wanted === undefined || got === wanted) return this.ended('as-told')
    return this.ended('differs', `it ends with ${got}, not with ${wanted}`)
  }

  /** A story says what is proven where it ends. */
  #differentProofs(): string | undefined {
    const told = /, proven: (.+) \(/.exec(this.#story.so ?? '')?.[1]
    const facts = this.#stage.logins.get(this.#id)?.login.facts
    if (told === undefined || !facts) return undefined
    const got = methods(facts.proofs)
    const want = told === 'nothing' ? [] : told.split(' + ')
    const same = got.length === want.length && got.every((method) => want.includes(method))
    return same ? undefined : `proven is ${got.join(' + ') || 'nothing'}, not ${told}`
  }

  /** What the application is told; absence where the story ends before that. */
  #wantedEnd(last: StoryMove | undefined): string | undefined {
    if (!last || (last.kind !== 'finish' && this.#expected.at(-1)?.to === undefined)) {
      return undefined
    }
    if (last.to === 'account not active') return 'access_denied'
    if (specials.has(last.to)) return last.to
    const state = this.#flow.states[last.to]
    if (state?.kind !== 'end') return undefined
    // Without a finish it is told only that the login comes there: the engine has the last word.
    if (state.outcome === 'success') return last.kind === 'finish' ? 'success' : undefined
    if (/^on:(error|timeout)$/.test(state.id)) return 'temporarily_unavailable'
    return state.error ?? 'access_denied'
  }

  async #finish(redirect: string): Promise<void> {
    const { client } = this.#acting
    const told = await client.finish(redirect)
    if (told.answer) this.#acting.last = told.answer
    if (told.error) this.#end = { error: told.error, amr: [], acr: undefined }
    if (!told.code || !this.#asked) return
    const redeemed = await client.redeem(this.#asked, told.code)
    if (redeemed) this.#end = { error: undefined, amr: redeemed.amr, acr: redeemed.acr }
  }

  /** Notes the answer behind the last of the moves that have been made by it. */
  #say(next: Act | undefined, login: ApiLogin | undefined): void {
    const until = next?.move ?? this.#moves.length
    this.#answers.set(until - 1, answerText(this.#acting.last, login))
  }

  #application(): ApplicationFile {
    const { applications } = this.#stage.organisation
    const id = this.#cast.asks.application ?? this.#flow.applications[0]
    const found = applications.find((application) => application.id === id)
    if (!found) throw new CannotPlay(`the flow ${this.#flow.name} has no application`)
    return found
  }
}

function directoryOf({ params: { directory } }: Option): string | undefined {
  return typeof directory === 'string' ? directory : undefined
}

function faultOf({ kind, outcome, case: index = 0 }: StoryMove) {
  if (outcome === 'error' || outcome === 'timeout') return { fault: outcome } as const
  if (kind === 'fault') return { fault: 'error' } as const
  return { ends: outcome as OwnOutcome, case: index }
}

function answerText(answer: Answer | undefined, login: ApiLogin | undefined): string {
  const status = answer?.status ?? 0
  if (!login) return `${status}, and no login`
  if (login.status === 'complete') return `${status}, it is over`
  const offered = login.actions.map(({ name }) => name).join(', ')
  const proven = login.facts.amr.length > 0 ? `, proven ${login.facts.amr.join(' + ')}` : ''
  return `${status}, at ${login.step?.id}, offers ${offered}${proven}`
}
