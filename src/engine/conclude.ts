/**
 * Where a login goes is decided first, and written then: in one transaction on the claim.
 */
import { KnownError } from '../kit/errors.ts'
import { randomSecret } from '../kit/random.ts'
import type { Presented } from '../language/declaration.ts'
import type { StepCall } from '../language/step.ts'
import { callingOut } from './call-out.ts'
import { Draft } from './draft.ts'
import type { Login } from './login.ts'
import type { DecidedMove, EngineStore, EngineTransaction, People } from './ports.ts'
import type { MakeAnswer } from './provider-store.ts'
import { NeedsTransaction } from './walk.ts'

export interface Move {
  /** An option's id, `back` or `cancel`. */
  readonly action: string
  readonly input: Readonly<Record<string, string>>
  /** What came with the request besides. Absent: nothing. */
  readonly presented?: Presented
  /** Fingerprint of the idempotency key, where there was one. */
  readonly answeredKey: string | undefined
  /** The callback, where an upstream has sent the person back. */
  readonly arrival: StepCall['arrival']
  /** Fingerprint of a secret that the browser would keep. */
  readonly deviceHash?: string | undefined
  /** Where it comes from, as it is counted. Absent: not known for certain. */
  readonly source?: string | undefined
  /** Absent: whoever submits cannot be sent to the application by this answer. */
  readonly makeAnswer?: MakeAnswer | undefined
}

type Decide = (draft: Draft, tx: EngineTransaction | undefined) => Promise<void>

/**
 * Decides where the login goes, then writes it in one transaction on the claim.
 *
 * A state that runs by itself decides inside that transaction, because it reads what it writes; so does a
 * move whose writes did not find what they expected, because then it goes elsewhere.
 */
export async function conclude(
  draft: Draft,
  submitted: Move,
  claim: string | undefined,
  decide: Decide,
): Promise<Login> {
  const held = claim ?? (await claimPlainly(draft))
  return orRelease(draft, held, async () => {
    const decided = await decideOutside(draft, submitted, decide)
    if (decided) {
      const { login, events, writes, forget, wrong, nowMs } = decided
      const from = draft.login.revision
      const move = { login, claim: held, from, writes, forget, events, wrong, nowMs }
      const result = await write(draft.world.store, move, submitted)
      if (result === 'stale') throw notCurrent(draft.login)
      if (result !== 'conflict') return result
    }
    return decideInside(draft, submitted, held, decide)
  })
}

/** Where the application can be answered by the same request, the login's end and its answer are one commit. */
async function write(
  store: EngineStore,
  move: DecidedMove,
  { makeAnswer }: Move,
): Promise<Login | 'stale' | 'conflict'> {
  const { login } = move
  const answer = login.status === 'ended' ? await makeAnswer?.(login) : undefined
  if (answer) {
    const answered: Login = { ...login, status: 'answered' }
    const result = await store.commit({ ...move, login: answered, answer })
    if (result !== 'refused') return result === 'committed' ? answered : result
  }
  const result = await store.commit(move)
  if (result === 'committed') return login
  return result === 'stale' ? 'stale' : 'conflict'
}

/** Whatever goes wrong, the login is free again: at once, or at the claim's deadline if that fails as well. */
export async function orRelease<T>(
  draft: Draft,
  claim: string,
  work: () => Promise<T>,
): Promise<T> {
  const { login, world } = draft
  try {
    return await work()
  } catch (thrown) {
    const isOthers = thrown instanceof KnownError && thrown.code === 'STEP_NOT_CURRENT'
    if (!isOthers) {
      await world.store.release(login, claim).catch((later) => world.report(later, login.id))
    }
    throw thrown
  }
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
): Promise<Login> {
  return callingOut(() =>
    draft.world.store.transaction(async (tx) => {
      if (!(await tx.take(draft.login, claim))) throw notCurrent(draft.login)
      const moved = nextOf(draft, submitted, tx.people)
      await decide(moved, tx)
      if (moved.forget) await tx.forgetGuesses(moved.forget)
      moved.change({ events: moved.facts.events + moved.events.length })
      await tx.save(moved.login, moved.events, moved.wrong)
      return moved.login
    }),
  )
}

function nextOf(draft: Draft, submitted: Move, people: People): Draft {
  const { world, flow, login, typed, heard } = draft
  const moved = new Draft(world, flow, login, people, typed, heard)
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

export function notCurrent(login: Login): KnownError {
  return new KnownError('STEP_NOT_CURRENT', `login ${login.id} is not where this submission saw it`)
}
