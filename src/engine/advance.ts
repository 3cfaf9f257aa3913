/**
 * One submission, one answer: claim, work, commit.
 *
 * Of racing submissions one claims and the others do no work. A crash in between costs the attempt and
 * nothing else; the person sees the step again.
 */
import { KnownError } from '../kit/errors.ts'
import { move } from '../language/compile.ts'
import { presentedWhenAsked } from '../language/declaration.ts'
import type { OfferState, Option } from '../language/flow.ts'
import type { StepType } from '../language/step.ts'
import { Attempt } from './attempt.ts'
import { conclude, type Move, notCurrent } from './conclude.ts'
import { Draft } from './draft.ts'
import { blocked, isShutOut } from './finish.ts'
import type { Login } from './login.ts'
import { usableOptions } from './offer.ts'
import { leave, settle } from './walk.ts'
import type { World } from './world.ts'

/** @throws {KnownError} STEP_NOT_CURRENT, TICKET_MISSING, INPUT_INVALID, LOGIN_EXPIRED */
export async function advance(world: World, login: Login, submitted: Move): Promise<Login> {
  const flow = await world.catalogue.definition(login.digest)
  const state = flow?.definition.states[login.position]
  if (!flow || state?.kind !== 'offer') throw notCurrent(login)

  const draft = new Draft(world, flow, login, world.store.people())
  if (submitted.action === 'cancel') return cancel(draft, submitted)
  if (submitted.action === 'back') return back(draft, submitted)
  if (await isShutOut(draft)) return shutOut(draft, submitted)

  const late = await pickOvertaken(draft, state, submitted)
  if (late) return overtake(draft, late, submitted)
  const option = await pick(draft, state, submitted)
  const input = answerTo(world.steps.get(option.step)!, submitted)
  const answering = new Draft(world, flow, login, draft.people, input)
  return new Attempt(answering, state, option, { ...submitted, input }).make()
}

/**
 * What of a submission answers the step: its fields, or what it has the browser present. Nothing else is handed on,
 * and nobody types what is to be presented.
 *
 * @throws {KnownError} TICKET_MISSING: the browser has yet to be asked for it, and nothing is spent
 */
function answerTo(
  { declaration: { presents }, fields }: StepType,
  { input, presented }: Move,
): Move['input'] {
  if (!presents) {
    const asked = Object.entries(input).filter(([key]) => fields.some(({ name }) => name === key))
    return Object.fromEntries(asked)
  }
  const value = presented?.[presents]
  if (value === undefined && presentedWhenAsked.includes(presents)) {
    throw new KnownError('TICKET_MISSING', 'the browser has sent no ticket yet')
  }
  return value === undefined ? {} : { [presents]: value }
}

async function pick(draft: Draft, state: OfferState, submitted: Move): Promise<Option> {
  const person = await draft.person()
  const option = usableOptions(draft.world, state, draft.facts, person).find(
    ({ id }) => id === submitted.action,
  )
  if (!option) throw notCurrent(draft.login)
  return option
}

/** Enrolment that was offered, and that a factor which was added elsewhere since forbids (I-30). */
async function pickOvertaken(
  draft: Draft,
  state: OfferState,
  { action }: Move,
): Promise<Option | undefined> {
  const { world, facts } = draft
  const option = state.options.find(({ id }) => id === action && facts.offered.includes(id))
  if (!option || !world.steps.get(option.step)!.declaration.enrols) return undefined
  const usable = usableOptions(world, state, facts, await draft.person())
  return usable.includes(option) ? undefined : option
}

/** As if the step had found the factor that is there: whoever stands at its form has a way on. */
async function overtake(draft: Draft, { id: option }: Option, submitted: Move): Promise<Login> {
  return conclude(draft, submitted, undefined, async (inside, tx) => {
    const what = { option, caseIndex: 0 }
    await leave(inside, `${option}.conflict`, 'conflict', what, tx)
  })
}

async function cancel(draft: Draft, submitted: Move): Promise<Login> {
  return conclude(draft, submitted, undefined, async (inside, tx) =>
    leave(inside, 'cancelled', 'cancelled', {}, tx),
  )
}

/** Read live at every step (I-20): whoever is locked goes no further, and nothing of theirs is written. */
async function shutOut(draft: Draft, submitted: Move): Promise<Login> {
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
    inside.change({ end: blocked(), away: undefined, chosen: [] })
    inside.login = { ...inside.login, status: 'ended' }
  })
}

async function back(draft: Draft, submitted: Move): Promise<Login> {
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
      chosen: [],
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
