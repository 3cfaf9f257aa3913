/** One try at one option of an offer: whose guess it is, the claim, the work, and what comes of it. */
import { KnownError } from '../kit/errors.ts'
import { fingerprint, randomSecret } from '../kit/random.ts'
import type { OfferState, Option } from '../language/flow.ts'
import type { Answer, Prepared, StepCall, StepType } from '../language/step.ts'
import { conclude, type Move, notCurrent, orRelease } from './conclude.ts'
import { callOf, caseOf, type Draft, decideParams } from './draft.ts'
import { faultOf } from './fault.ts'
import type { Login } from './login.ts'
import { usableOptions } from './offer.ts'
import type { Addressed, EngineTransaction, Guess, Wrong } from './ports.ts'
import { isBrowserKnown } from './standing.ts'
import { traced } from './traced.ts'
import { choose, keepShown, leave, NeedsTransaction, shownOf } from './walk.ts'

/** What the work has found, before anything is written. */
type Found =
  | { readonly found: 'answer'; readonly answer: Answer }
  | { readonly found: 'away'; readonly url: string; readonly state: string; readonly kept: Kept }
  | Fault
  | { readonly found: 'chosen' }
  | { readonly found: 'prepared'; readonly prepared: Prepared }
type Fault = { readonly found: 'fault'; readonly outcome: 'error' | 'timeout' }
type Kept = Readonly<Record<string, string>>

const refused: Found = { found: 'answer', answer: { outcome: 'invalid' } }

export class Attempt {
  readonly #draft: Draft
  readonly #state: OfferState
  readonly #option: Option
  readonly #step: StepType
  readonly #submitted: Move
  #guess: Guess | Addressed | undefined
  #guesses = 0
  #wasWrong = false

  constructor(draft: Draft, state: OfferState, option: Option, submitted: Move) {
    this.#draft = draft
    this.#state = state
    this.#option = option
    this.#step = draft.world.steps.get(option.step)!
    this.#submitted = submitted
  }

  /** @throws {KnownError} BUSY, with nothing spent */
  make(): Promise<Login> {
    const { turns } = this.#draft.world
    return this.#step.hashes && this.#answers() ? turns.take(() => this.#make()) : this.#make()
  }

  async #make(): Promise<Login> {
    const { params } = decideParams(this.#draft, this.#option)
    const call = callOf(this.#draft, this.#option, {
      params,
      input: this.#submitted.input,
      kept: this.#kept(),
      deviceHash: this.#submitted.deviceHash,
      ...(this.#submitted.arrival ? { arrival: this.#submitted.arrival } : {}),
    })
    const answers = this.#answers()
    if (answers) checkInput(this.#step, this.#submitted.input)
    const before = answers ? await this.#before(call) : undefined
    const counts = before?.found === 'prepared' ? before.prepared.counts : undefined
    const counted = before ? counts : answers && (await this.#step.guesses?.(call))
    const isKnown = await this.#count(counted || undefined)
    const work = () => this.#try(call, answers, before)
    if (isKnown) return work()
    if (before) return counts ? this.#sending(work) : work()
    // Where nothing is guessed at, as with a passkey, a source has no wrong answers to spend.
    return answers && this.#step.guesses ? this.#guessing(work) : work()
  }

  /** @returns whether it is somebody's whose account knows the browser, and is counted apart */
  async #count(counted: Guess | Addressed | undefined): Promise<boolean> {
    const isKnown =
      counted !== undefined &&
      'account' in counted &&
      (await isBrowserKnown(this.#draft, counted.account))
    this.#guess = isKnown ? ofKnownBrowser(counted) : counted
    return isKnown
  }

  /** Counted before it is sent: each message costs somebody something. */
  async #sending(work: () => Promise<Login>): Promise<Login> {
    await this.#draft.world.tries?.count('messages', this.#submitted.source)
    return work()
  }

  #guessing(work: () => Promise<Login>): Promise<Login> {
    const { tries } = this.#draft.world
    return tries
      ? tries.hold('answers', this.#submitted.source, work, () => this.#wasWrong)
      : work()
  }

  /** What is asked for in place of an answer. */
  #before(call: StepCall): Promise<Found | undefined> {
    return this.#orFault(async () => {
      const { prepare } = this.#step
      const prepared =
        prepare && (await traced(this.#draft, this.#option, 'prepare', () => prepare(call)))
      return prepared && { found: 'prepared', prepared }
    })
  }

  async #try(call: StepCall, answers: boolean, before?: Found): Promise<Login> {
    const claim = randomSecret()
    const found = await orRelease(this.#draft, claim, async () => {
      const spends = answers && !before && !this.#submitted.arrival
      this.#guesses = await this.#claim(claim, spends)
      const worked = before ?? (await this.#work(call, answers))
      // Over the limit the work is done all the same: a locked account looks like any other.
      return this.#guess && this.#left() === 'over' ? refusalOf(worked) : worked
    })
    return conclude(this.#draft, this.#submitted, claim, (draft, tx) =>
      this.#settle(draft, found, tx),
    )
  }

  #work(call: StepCall, answers: boolean): Promise<Found> {
    return this.#orFault<Found>(async () => {
      if (!answers) return await this.#prepare(call)
      const work = () => this.#step.work(call)
      return { found: 'answer', answer: await traced(this.#draft, this.#option, 'work', work) }
    })
  }

  async #orFault<T>(find: () => Promise<T>): Promise<T | Fault> {
    try {
      return await find()
    } catch (thrown) {
      const outcome = faultOf(thrown, this.#submitted.arrival !== undefined)
      if (!outcome) throw thrown
      this.#draft.world.report(thrown, this.#draft.login.id)
      return { found: 'fault', outcome }
    }
  }

  /** Whether this submission answers the step, rather than asking for its form or its upstream. */
  #answers(): boolean {
    if (this.#step.declaration.away) return this.#submitted.arrival !== undefined
    return !this.#step.show || shownOf(this.#draft, this.#option) !== undefined
  }

  #kept(): Kept | undefined {
    if (this.#submitted.arrival) return this.#draft.facts.away?.kept
    return shownOf(this.#draft, this.#option)?.kept
  }

  async #claim(claim: string, spends: boolean): Promise<number> {
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
      guess: this.#guess && { ...this.#guess, sinceMs: nowMs - world.limits.guessWindowMs },
    })
    if (guesses === undefined) throw notCurrent(login)
    this.#draft.login = claimed
    return guesses
  }

  /** The person is to leave for an upstream, or to be shown something made for them. */
  async #prepare(call: StepCall): Promise<Found> {
    const { depart } = this.#step
    if (!depart) return { found: 'chosen' }
    const state = randomSecret()
    const { url, keep } = await traced(this.#draft, this.#option, 'depart', () =>
      depart(call, state),
    )
    return { found: 'away', url, state, kept: keep }
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
      case 'prepared': {
        const { exhibits, keep, writes, awaits } = found.prepared
        draft.change({ message: undefined })
        keepShown(draft, { option: this.#option.id, exhibits, kept: keep })
        if (awaits) draft.login = { ...draft.login, awaitedHash: awaits }
        if (tx) await tx.apply(writes, draft.nowMs)
        else draft.writes.push(...writes)
        return
      }
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
    const option = this.#option.id
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
      this.#wasWrong = true
      draft.wrong = this.#wrong()
      if (this.#step.declaration.away) spend(draft, this.#state)
      if ((draft.login.spent[id] ?? 0) >= this.#state.attempts) {
        return leave(draft, 'exhausted', 'exhausted', what, tx)
      }
      this.#stay(draft, answer.outcome, what.caseIndex, this.#message(answer, hidden))
      // What has been answered once is not asked again: a challenge is made anew (I-22).
      return choose(draft, this.#option)
    }

    const { away, handsOn } = this.#step.declaration
    if (!away && !handsOn) refund(draft, this.#state)
    if (answer.outcome === 'success') draft.forget = this.#forgotten()
    const { identity, proofs, stack } = draft.facts
    // There is no way back to a form for what the account has got elsewhere.
    const isOver = this.#step.declaration.enrols === true && answer.outcome === 'conflict'
    if (!isOver) draft.change({ stack: [...stack, { state: id, identity, proofs }] })
    draft.adopt(id, this.#option, answer)
    await leave(draft, `${this.#option.id}.${answer.outcome}`, answer.outcome, what, tx)
  }

  #wrong(): Wrong {
    const guess = this.#forgotten()
    return { state: this.#state.id, option: this.#option.id, guess, guesses: this.#left() }
  }

  #left(): 'left' | 'last' | 'over' {
    const left = this.#draft.world.limits.guessesMax - this.#guesses
    if (left < 0) return 'over'
    return left === 0 ? 'last' : 'left'
  }

  /** Whose count of wrong answers a right one ends. What was sent stays counted. */
  #forgotten(): Guess | undefined {
    return this.#guess && 'account' in this.#guess ? this.#guess : undefined
  }

  /** Writes at once where a transaction is open, and otherwise leaves it to the commit. */
  async #write(draft: Draft, answer: Answer, tx?: EngineTransaction): Promise<Answer> {
    const writes = answer.writes ?? []
    if (!tx) {
      // The next state must see what this one has changed in the world.
      if (caseOf(draft.world, this.#option, answer).effects) throw new NeedsTransaction()
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

/** What comes of it over the limit: a right answer is wrong, and nothing is sent. */
function refusalOf(worked: Found): Found {
  if (worked.found === 'prepared') {
    return { found: 'prepared', prepared: { ...worked.prepared, writes: [] } }
  }
  return worked.found === 'answer' ? refused : worked
}

/**
 * Whoever guesses from elsewhere uses up nothing of what the owner has where the account is known, and the
 * owner's right answers there end no count of theirs.
 */
function ofKnownBrowser({ account, factor }: Guess): Guess {
  return { account, factor: `${factor} known` }
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
