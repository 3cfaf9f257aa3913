/**
 * From an outcome to the next place where a login rests: an `offer` that has something to ask, or an
 * end. The states between run by themselves, inside the transaction that writes the whole move.
 */

import { branchesFor, move } from '../language/compile.ts'
import type { Outcome } from '../language/declaration.ts'
import type { OfferState, Option, RunState, TransitionKey } from '../language/flow.ts'
import type { Answer } from '../language/step.ts'
import { callOut } from './call-out.ts'
import { callOf, caseOf, type Draft, decideParams, reasonOf } from './draft.ts'
import { faultOf } from './fault.ts'
import { brokenOff, finish } from './finish.ts'
import type { Chosen, LoginEvent } from './login.ts'
import { identityOf, sessionProofs, usableOptions } from './offer.ts'
import type { EngineTransaction } from './ports.ts'
import { settledAccount } from './provisional.ts'
import { learnStanding } from './standing.ts'
import { traced } from './traced.ts'

/** Thrown where a state must write and no transaction is open: the caller opens one and walks again. */
export class NeedsTransaction extends Error {}

type What = Pick<LoginEvent, 'option' | 'caseIndex' | 'reason'>

/**
 * Leaves the present position by `key` and goes on to where the login rests.
 *
 * @param tx open transaction; without one, a state that would write throws `NeedsTransaction`
 */
export async function leave(
  draft: Draft,
  key: TransitionKey,
  outcome: Outcome,
  what: Partial<What>,
  tx: EngineTransaction | undefined,
): Promise<void> {
  await take(draft, key, outcome, what)
  await settle(draft, tx)
}

/** Enters states until one rests. The present position has just been entered. */
export async function settle(draft: Draft, tx: EngineTransaction | undefined): Promise<void> {
  for (let entered = 0; entered < draft.world.limits.statesMax; entered++) {
    if (await rests(draft, tx)) return settleAccount(draft, tx)
  }
  goesRound(draft)
}

/**
 * A flow that never asks anybody anything has nobody to wait for: the application is told, and nobody is
 * let in. A checked flow has no such way (I-09).
 */
function goesRound(draft: Draft): void {
  const { login, world } = draft
  const states = `${world.limits.statesMax} states`
  const text = `flow ${login.flow} goes round: ${states} without resting, the last is ${login.position}`
  world.report(new Error(`${text}; sallyport check says how (I-09)`), login.id)
  draft.record({
    state: login.position,
    option: undefined,
    outcome: 'error',
    caseIndex: undefined,
    to: undefined,
    decided: [],
    reason: 'went round',
  })
  draft.change({ end: brokenOff(), away: undefined, chosen: [] })
  draft.login = { ...draft.login, status: 'ended' }
}

async function settleAccount(draft: Draft, tx: EngineTransaction | undefined): Promise<void> {
  const writes = await settledAccount(draft)
  if (tx) await tx.apply(writes, draft.nowMs)
  else draft.writes.push(...writes)
}

/** Takes one transition: decides its conditions, asks the machine, records the event. */
async function take(
  draft: Draft,
  key: TransitionKey,
  outcome: string,
  what: Partial<What>,
): Promise<void> {
  await learnStanding(draft)
  const from = draft.login.position
  const branches = branchesFor(draft.flow, from, key)
  const decided = draft.decide(branches)
  const to = move(draft.flow, from, { type: key, decided: decided.map(({ result }) => result) })
  if (to === undefined) throw new Error(`flow ${draft.login.flow} has no ${key} at ${from}`)

  const branch = reasonOf(branches, decided)
  draft.login = { ...draft.login, position: to }
  draft.change({ chosen: [], away: undefined, message: undefined, offered: [], troubled: [] })
  draft.record({
    state: from,
    option: what.option,
    outcome,
    caseIndex: what.caseIndex,
    to,
    decided,
    reason: what.reason ?? branch.because,
  })
}

/** Handles the state at the present position. @returns true where the login rests */
async function rests(draft: Draft, tx: EngineTransaction | undefined): Promise<boolean> {
  const { position } = draft.login
  const node = draft.flow.nodes.get(position)
  if (!node) throw new Error(`flow ${draft.login.flow} has no position ${position}`)
  if (node.deciding) {
    await take(draft, 'decided', 'decided', {})
    return false
  }
  const { state } = node
  if (state.kind === 'end') {
    draft.change({ end: await finish(draft, state) })
    draft.login = { ...draft.login, status: 'ended' }
    return true
  }
  if (state.kind === 'offer') return offer(draft, state)
  if (state.kind === 'run') return run(draft, state, tx)
  throw new Error(`state ${state.id} cannot be entered`)
}

async function offer(draft: Draft, state: OfferState): Promise<boolean> {
  startUnproven(draft, state)
  // Entered again, it has no more attempts than were left (I-09).
  if ((draft.login.spent[state.id] ?? 0) >= state.attempts) {
    await take(draft, 'exhausted', 'exhausted', {})
    return false
  }
  const person = await draft.person()
  const options = usableOptions(draft.world, state, draft.facts, person)
  if (options.length === 0) {
    await take(draft, 'unavailable', 'unavailable', {})
    return false
  }
  if (await passBySession(draft, state, options)) return false
  draft.change({ offered: options.map(({ id }) => id) })
  for (const option of options) {
    if (options.length === 1 || isAtOnce(draft, option)) await choose(draft, option)
  }
  return true
}

/** Entering a credential step starts it unproven, also again (I-13). The way back is cut at it. */
function startUnproven(draft: Draft, state: OfferState): void {
  const { proofs, stack } = draft.facts
  const again = stack.findIndex((entry) => entry.state === state.id)
  draft.change({
    proofs: proofs.filter((proof) => proof.state !== state.id),
    stack: again < 0 ? stack : stack.slice(0, again),
  })
}

async function passBySession(
  draft: Draft,
  state: OfferState,
  options: readonly Option[],
): Promise<boolean> {
  const { session, identity } = draft.facts
  if (!session || state.fresh) return false
  const person = await draft.people.findAccount(session.account)
  for (const option of options) {
    const proofs = sessionProofs(draft.world, state, option, draft.facts, person, draft.nowMs)
    if (!person || proofs.length === 0) continue
    draft.change({
      identity:
        identity.kind === 'account' ? identity : identityOf(person, option.connection ?? 'local'),
      proofs: [...draft.facts.proofs, ...proofs.map((proof) => ({ ...proof, state: state.id }))],
    })
    await take(draft, `${option.id}.success`, 'success', { option: option.id, reason: 'session' })
    return true
  }
  return false
}

/**
 * Has an option make what its form shows: a secret to enrol, a challenge. What was chosen before gives
 * way to it; what is there at once stays.
 */
export async function choose(draft: Draft, option: Option): Promise<void> {
  const step = draft.world.steps.get(option.step)!
  if (!step.show) return
  const { params } = decideParams(draft, option)
  const kept = shownOf(draft, option)?.kept
  const { exhibits, keep } = await step.show(callOf(draft, option, { params, kept }))
  keepShown(draft, { option: option.id, exhibits, kept: keep })
}

/** What is shown and kept for an option from now on. */
export function keepShown(draft: Draft, shown: Chosen): void {
  draft.change({ chosen: [...othersAtOnce(draft, shown.option), shown] })
}

/** What has been made for an option since its offer was entered. */
export function shownOf(draft: Draft, option: Option): Chosen | undefined {
  return draft.facts.chosen.find((shown) => shown.option === option.id)
}

function othersAtOnce(draft: Draft, id: string): readonly Chosen[] {
  const state = draft.flow.definition.states[draft.login.position]
  const options = state?.kind === 'offer' ? state.options : []
  return draft.facts.chosen.filter((shown) => {
    const other = options.find((option) => option.id === shown.option)
    return other && other.id !== id && isAtOnce(draft, other)
  })
}

function isAtOnce(draft: Draft, option: Option): boolean {
  return draft.world.steps.get(option.step)!.declaration.atOnce === true
}

async function run(
  draft: Draft,
  state: RunState,
  tx: EngineTransaction | undefined,
): Promise<boolean> {
  const { option } = state
  if (draft.world.steps.get(option.step)!.declaration.callsOut) {
    const heard = await callOut(draft, state, tx === undefined)
    if ('answer' in heard) {
      await keepHeard(draft, heard.answer, tx)
      draft.adopt(state.id, option, heard.answer)
      const { outcome, case: caseIndex = 0 } = heard.answer
      await take(draft, `${option.id}.${outcome}`, outcome, { option: option.id, caseIndex })
    } else await takeFailure(draft, option, heard.fault, [])
    return false
  }
  if (!tx) throw new NeedsTransaction()
  const { params, decided, failed } = decideParams(draft, option)
  if (failed) {
    await takeFailure(draft, option, 'error', decided)
    return false
  }
  try {
    const answer = await perform(draft, state.id, option, params, tx)
    await take(draft, `${option.id}.${answer.outcome}`, answer.outcome, {
      option: option.id,
      caseIndex: answer.case ?? 0,
      reason: answer.reason,
    })
    if (answer.message) draft.change({ message: { code: answer.message, option: undefined } })
  } catch (thrown) {
    const outcome = faultOf(thrown, false)
    if (!outcome) throw thrown
    draft.world.report(thrown, draft.login.id)
    await takeFailure(draft, option, outcome, decided)
  }
  return false
}

/** What was heard with no transaction open is kept in the one that follows. */
async function keepHeard(
  draft: Draft,
  { writes = [] }: Answer,
  tx: EngineTransaction | undefined,
): Promise<void> {
  if (writes.length === 0) return
  if (!tx) throw new NeedsTransaction()
  const written = await tx.apply(writes, draft.nowMs)
  if (written !== 'applied') throw new Error('a step that calls out never found what it expected')
  draft.people.forget()
}

/** The step's work and writes; a write that finds another was first may have it look once more. */
async function perform(
  draft: Draft,
  state: string,
  option: Option,
  params: ReturnType<typeof decideParams>['params'],
  tx: EngineTransaction,
): Promise<Answer> {
  const step = draft.world.steps.get(option.step)!
  for (let look = 0; look < 3; look++) {
    const call = callOf(draft, option, { params })
    const answer = await traced(draft, option, 'work', () => step.work(call))
    const written = await tx.apply(answer.writes ?? [], draft.nowMs)
    draft.people.forget()
    if (written === 'again') continue
    const settled: Answer = written === 'applied' ? answer : { outcome: written }
    caseOf(draft.world, option, settled)
    draft.adopt(state, option, settled)
    return settled
  }
  throw new Error(`step ${option.step} never found what it expected`)
}

async function takeFailure(
  draft: Draft,
  option: Option,
  outcome: 'error' | 'timeout',
  decided: LoginEvent['decided'],
): Promise<void> {
  await take(draft, outcome, outcome, { option: option.id })
  const last = draft.events.at(-1)!
  draft.events[draft.events.length - 1] = { ...last, decided: [...decided, ...last.decided] }
}
