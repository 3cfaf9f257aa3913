/**
 * One submission, one answer: claim, work, commit.
 *
 * Of racing submissions one claims and the others do no work. A crash in between costs the attempt and
 * nothing else; the person sees the step again.
 */
import { KnownError } from '../kit/errors.ts'
import { fingerprint, randomSecret } from '../kit/random.ts'
import { move } from '../language/compile.ts'
import type { OfferState, Option } from '../language/flow.ts'
import type { Answer, StepType } from '../language/step.ts'
import { callOf, caseOf, Draft, decideParams } from './draft.ts'
import { blocked, isShutOut } from './finish.ts'
import type { Login } from './login.ts'
import { usableOptions } from './offer.ts'
import type { EngineTransaction, People } from './ports.ts'
import { choose, leave, NeedsTransaction, settle } from './walk.ts'
import type { World } from './world.ts'

export interface Move {
  /** An option's id, `back` or `cancel`. */
  readonly action: string
  readonly input: Readonly<Record<string, string>>
  /** Fingerprint of the idempotency key, where there was one. */
  readonly answeredKey: string | undefined
  /** The callback, where an upstream has sent the person back. */
  readonly arrival: { readonly url: string; readonly state: string } | undefined
}

/** What the work has found, before anything is written. */
type Found =
  | { readonly found: 'answer'; readonly answer: Answer }
  | { readonly found: 'away'; readonly url: string; readonly state: string; readonly kept: Kept }
  | { readonly found: 'fault'; readonly outcome: 'error' | 'timeout' }
  | { readonly found: 'chosen' }
type Kept = Readonly<Record<string, string>>

/** What a submission has come to, with the reader that knows the person as they now are. */
export interface Advanced {
  readonly login: Login
  readonly people: People
}

/** @throws {KnownError} STEP_NOT_CURRENT, INPUT_INVALID, LOGIN_EXPIRED */
export async function advance(world: World, login: Login, submitted: Move): Promise<Advanced> {
  const flow = await world.catalogue.definition(login.digest)
  const state = flow?.definition.states[login.position]
  if (!flow || state?.kind !== 'offer') throw notCurrent(login)

  const draft = new Draft(world, flow, login, world.store.people(), submitted.input)
  if (submitted.action === 'cancel') return cancel(draft, submitted)
  if (submitted.action === 'back') return back(draft, submitted)
  if (await isShutOut(draft)) return shutOut(draft, submitted)

  const option = await pick(draft, state, submitted)
  return new Attempt(draft, state, option, submitted).make()
}

async function pick(draft: Draft, state: OfferState, submitted: Move): Promise<Option> {
  const person = await draft.person()
  const option = usableOptions(draft.world, state, draft.facts, person).find(
    ({ id }) => id === submitted.action,
  )
  if (!option) throw notCurrent(draft.login)
  return option
}

async function cancel(draft: Draft, submitted: Move): Promise<Advanced> {
  return conclude(draft, submitted, undefined, async (inside, tx) =>
    leave(inside, 'cancelled', 'cancelled', {}, tx),
  )
}

/** Read live at every step (I-20): whoever is locked goes no further, and nothing of theirs is written. */
async function shutOut(draft: Draft, submitted: Move): Promise<Advanced> {
  return conclude(draft, submitted, undefined, async (inside) => {
    inside.record({
      state: inside.login.position,
      option: undefined,
      outcome: 'blocked',
      caseIndex: undefined,
      to: undefined,
      decided: [],
      reason: undefined,
    })
    inside.change({ end: blocked(), away: undefined, chosen: undefined })
    inside.login = { ...inside.login, status: 'ended' }
  })
}

async function back(draft: Draft, submitted: Move): Promise<Advanced> {
  const entry = draft.facts.stack.at(-1)
  if (!entry) throw notCurrent(draft.login)
  return conclude(draft, submitted, undefined, async (inside) => {
    const from = inside.login.position
    const to = move(inside.flow, from, { type: 'back', to: entry.state })
    if (!to) throw new Error(`flow ${draft.login.flow} has no way back to ${entry.state}`)
    inside.login = { ...inside.login, position: to }
    inside.change({
      identity: entry.identity,
      proofs: entry.proofs,
      stack: inside.facts.stack.slice(0, -1),
      chosen: undefined,
      message: undefined,
      troubled: [],
      // What was left behind is asked again, also where the session had it.
      session: undefined,
    })
    inside.record({
      state: from,
      option: undefined,
      outcome: 'back',
      caseIndex: undefined,
      to,
      decided: [],
      reason: undefined,
    })
    await settle(inside, undefined)
  })
}

/** One try at one option of an offer. */
class Attempt {
  readonly #draft: Draft
  readonly #state: OfferState
  readonly #option: Option
  readonly #step: StepType
  readonly #submitted: Move

  constructor(draft: Draft, state: OfferState, option: Option, submitted: Move) {
    this.#draft = draft
    this.#state = state
    this.#option = option
    this.#step = draft.world.steps.get(option.step)!
    this.#submitted = submitted
  }

  async make(): Promise<Advanced> {
    const { params } = decideParams(this.#draft, this.#option)
    const call = callOf(this.#draft, this.#option, {
      params,
      input: this.#submitted.input,
      kept: this.#kept(),
      ...(this.#submitted.arrival ? { arrival: this.#submitted.arrival } : {}),
    })
    const answers = this.#answers()
    if (answers) checkInput(this.#step, this.#submitted.input)
    const guess = answers ? await this.#step.guesses?.(call) : undefined

    const claim = randomSecret()
    const guesses = await this.#claim(claim, answers && !this.#submitted.arrival, guess)
    let found: Found
    try {
      found = answers ? await this.#work(call) : await this.#prepare(call)
    } catch (thrown) {
      await this.#draft.world.store.release(this.#draft.login, claim)
      throw thrown
    }
    // Over the limit the work is done all the same: a locked account looks like any other.
    const refused = guess !== undefined && guesses > this.#draft.world.limits.guessesMax
    if (refused && found.found === 'answer') {
      found = { found: 'answer', answer: { outcome: 'invalid' } }
    }
    return conclude(this.#draft, this.#submitted, claim, async (draft, tx) => {
      if (found.found === 'answer' && found.answer.outcome === 'success') draft.forget = guess
      await this.#settle(draft, found, tx)
    })
  }

  /** Whether this submission answers the step, rather than asking for its form or its upstream. */
  #answers(): boolean {
    if (this.#step.declaration.away) return this.#submitted.arrival !== undefined
    return !this.#step.show || this.#draft.facts.chosen?.option === this.#option.id
  }

  #kept(): Kept | undefined {
    const { chosen, away } = this.#draft.facts
    if (this.#submitted.arrival) return away?.kept
    return chosen?.option === this.#option.id ? chosen.kept : undefined
  }

  async #claim(
    claim: string,
    spends: boolean,
    guess: { account: string; factor: string } | undefined,
  ): Promise<number> {
    const { world, login, nowMs } = this.#draft
    const { id } = this.#state
    const spent = spends ? { ...login.spent, [id]: (login.spent[id] ?? 0) + 1 } : login.spent
    const claimed = { ...login, spent }
    const guesses = await world.store.claim({
      login,
      claim,
      nowMs,
      untilMs: nowMs + world.limits.claimMs,
      spent,
      guess: guess && { ...guess, sinceMs: nowMs - world.limits.guessWindowMs },
    })
    if (guesses === undefined) throw notCurrent(login)
    this.#draft.login = claimed
    return guesses
  }

  async #work(call: Parameters<StepType['work']>[0]): Promise<Found> {
    try {
      return { found: 'answer', answer: await this.#step.work(call) }
    } catch (thrown) {
      return this.#fault(thrown)
    }
  }

  /** The person is to leave for an upstream, or to be shown something made for them. */
  async #prepare(call: Parameters<StepType['work']>[0]): Promise<Found> {
    if (!this.#step.depart) return { found: 'chosen' }
    const state = randomSecret()
    try {
      const { url, keep } = await this.#step.depart(call, state)
      return { found: 'away', url, state, kept: keep }
    } catch (thrown) {
      return this.#fault(thrown)
    }
  }

  #fault(thrown: unknown): Found {
    if (!(thrown instanceof Error) || thrown instanceof KnownError) throw thrown
    this.#draft.world.report(thrown, this.#draft.login.id)
    const late = thrown.name === 'TimeoutError' || thrown.name === 'AbortError'
    return { found: 'fault', outcome: late ? 'timeout' : 'error' }
  }

  async #settle(draft: Draft, found: Found, tx: EngineTransaction | undefined): Promise<void> {
    switch (found.found) {
      case 'chosen':
        draft.change({ message: undefined })
        return choose(draft, this.#option)
      case 'away':
        draft.change({
          away: { option: this.#option.id, url: found.url, kept: found.kept },
          message: undefined,
        })
        draft.login = { ...draft.login, awaitedHash: fingerprint(found.state) }
        return
      case 'fault':
        return this.#afterFault(draft, found.outcome, tx)
      case 'answer':
        return this.#afterAnswer(draft, found.answer, tx)
    }
  }

  /** An upstream or directory that does not answer costs nothing, and leaves the other ways open. */
  async #afterFault(draft: Draft, outcome: 'error' | 'timeout', tx?: EngineTransaction) {
    // The way to an upstream spends nothing until it is answered, so there is nothing to give back.
    if (!this.#step.declaration.away) refund(draft, this.#state)
    const { option } = { option: this.#option.id }
    const wired = `${option}.${outcome}` as const
    if (this.#state.on[wired]) return leave(draft, wired, outcome, { option }, tx)
    const usable = usableOptions(draft.world, this.#state, draft.facts, await draft.person())
    if (usable.length === 1) return leave(draft, outcome, outcome, { option }, tx)
    this.#stay(draft, outcome, undefined, 'option.error')
    draft.change({ troubled: [...new Set([...draft.facts.troubled, option])] })
  }

  async #afterAnswer(draft: Draft, given: Answer, tx?: EngineTransaction): Promise<void> {
    const answer = await this.#write(draft, given, tx)
    caseOf(draft.world, this.#option, answer)

    const { id } = this.#state
    const hidden =
      draft.facts.proofs.length === 0 && this.#step.declaration.hides.includes(answer.outcome)
    const what = { option: this.#option.id, caseIndex: answer.case ?? 0 }
    if (answer.outcome === 'invalid' || hidden) {
      if (this.#step.declaration.away) spend(draft, this.#state)
      if ((draft.login.spent[id] ?? 0) >= this.#state.attempts) {
        return leave(draft, 'exhausted', 'exhausted', what, tx)
      }
      this.#stay(draft, answer.outcome, what.caseIndex, this.#message(answer, hidden))
      return
    }

    if (!this.#step.declaration.away) refund(draft, this.#state)
    const { identity, proofs } = draft.facts
    draft.change({ stack: [...draft.facts.stack, { state: id, identity, proofs }] })
    draft.adopt(id, this.#option, answer)
    await leave(draft, `${this.#option.id}.${answer.outcome}`, answer.outcome, what, tx)
  }

  /** Writes at once where a transaction is open, and otherwise leaves it to the commit. */
  async #write(draft: Draft, answer: Answer, tx?: EngineTransaction): Promise<Answer> {
    const writes = answer.writes ?? []
    if (!tx) {
      draft.writes.push(...writes)
      return answer
    }
    const written = await tx.apply(writes, draft.nowMs)
    draft.people.forget()
    if (written === 'again') throw new Error(`step ${this.#option.step} may not look again here`)
    return written === 'applied' ? answer : { outcome: written }
  }

  #message(answer: Answer, hidden: boolean): string {
    return (hidden ? undefined : answer.message) ?? `${this.#option.step}.invalid`
  }

  #stay(draft: Draft, outcome: string, caseIndex: number | undefined, message: string): void {
    draft.change({ message: { code: message, option: this.#option.id }, away: undefined })
    draft.record({
      state: this.#state.id,
      option: this.#option.id,
      outcome,
      caseIndex,
      to: this.#state.id,
      decided: [],
      reason: undefined,
    })
  }
}

type Decide = (draft: Draft, tx: EngineTransaction | undefined) => Promise<void>

/**
 * Decides where the login goes, then writes it in one transaction on the claim.
 *
 * A state that runs by itself decides inside that transaction, because it reads what it writes; so does a
 * move whose writes did not find what they expected, because then it goes elsewhere.
 */
async function conclude(
  draft: Draft,
  submitted: Move,
  claim: string | undefined,
  decide: Decide,
): Promise<Advanced> {
  const held = claim ?? (await claimPlainly(draft))
  const decided = await decideOutside(draft, submitted, decide)
  if (decided) {
    const { login, events, writes, forget, nowMs, people } = decided
    const from = draft.login.revision
    const move = { login, claim: held, from, writes, forget, events, nowMs }
    const result = await draft.world.store.commit(move)
    if (result === 'stale') throw notCurrent(draft.login)
    if (writes.length > 0) people.forget()
    if (result === 'committed') return { login, people }
  }
  return decideInside(draft, submitted, held, decide)
}

async function decideOutside(
  draft: Draft,
  submitted: Move,
  decide: Decide,
): Promise<Draft | undefined> {
  const moved = nextOf(draft, submitted, draft.people)
  try {
    await decide(moved, undefined)
  } catch (thrown) {
    if (thrown instanceof NeedsTransaction) return undefined
    throw thrown
  }
  moved.change({ events: moved.facts.events + moved.events.length })
  return moved
}

async function decideInside(
  draft: Draft,
  submitted: Move,
  claim: string,
  decide: Decide,
): Promise<Advanced> {
  const { store } = draft.world
  const login = await store.transaction(async (tx) => {
    if (!(await tx.take(draft.login, claim))) throw notCurrent(draft.login)
    const moved = nextOf(draft, submitted, tx.people)
    await decide(moved, tx)
    if (moved.forget) await tx.forgetGuesses(moved.forget)
    moved.change({ events: moved.facts.events + moved.events.length })
    await tx.save(moved.login, moved.events)
    return moved.login
  })
  return { login, people: store.people() }
}

function nextOf(draft: Draft, submitted: Move, people: People): Draft {
  const moved = new Draft(draft.world, draft.flow, draft.login, people, draft.typed)
  moved.login = {
    ...moved.login,
    awaitedHash: undefined,
    revision: draft.login.revision + 1,
    answeredKey: submitted.answeredKey,
    claim: undefined,
    claimUntilMs: undefined,
  }
  return moved
}

async function claimPlainly(draft: Draft): Promise<string> {
  const claim = randomSecret()
  const { world, login, nowMs } = draft
  const untilMs = nowMs + world.limits.claimMs
  const taken = await world.store.claim({
    login,
    claim,
    nowMs,
    untilMs,
    spent: login.spent,
    guess: undefined,
  })
  if (taken === undefined) throw notCurrent(login)
  return claim
}

function refund(draft: Draft, state: OfferState): void {
  adjust(draft, state, -1)
}

function spend(draft: Draft, state: OfferState): void {
  adjust(draft, state, 1)
}

function adjust(draft: Draft, state: OfferState, by: 1 | -1): void {
  const spent = Math.max(0, (draft.login.spent[state.id] ?? 0) + by)
  draft.login = { ...draft.login, spent: { ...draft.login.spent, [state.id]: spent } }
}

function checkInput(step: StepType, input: Readonly<Record<string, string>>): void {
  for (const field of step.fields) {
    const value = input[field.name]
    if (value !== undefined && value.length > field.maxLength) {
      throw new KnownError('INPUT_INVALID', `field ${field.name} is longer than ${field.maxLength}`)
    }
  }
}

function notCurrent(login: Login): KnownError {
  return new KnownError('STEP_NOT_CURRENT', `login ${login.id} is not where this submission saw it`)
}
