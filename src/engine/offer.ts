/** Which options of an `offer` this person can use, and which of them the session has already proven. */

import type { StepDeclaration } from '../language/declaration.ts'
import type { Identity, Proof } from '../language/facts.ts'
import type { OfferState, Option } from '../language/flow.ts'
import { maxAgeRange } from '../language/parse-state.ts'
import type { Person } from '../language/ports.ts'
import type { LoginFacts } from './login.ts'
import { countFactors } from './proofs.ts'
import { provableBy } from './provable.ts'
import type { World } from './world.ts'

/**
 * Before anyone is known every option is offered, so that a page says nothing about an account. After
 * that, only what this person has.
 *
 * @param person the live account, for an identity of kind `account`
 */
export function usableOptions(
  world: World,
  state: OfferState,
  facts: LoginFacts,
  person: Person | undefined,
): readonly Option[] {
  return state.options.filter((option) => {
    const declaration = world.steps.get(option.step)!.declaration
    if (!declaration.needs.includes(facts.identity.kind)) return false
    if (!person) return true
    if (declaration.enrols) return mayEnrol(world, facts.proofs, person)
    return holds(person, declaration, option)
  })
}

/**
 * The proofs of the session that stand for this option, for the same person and young enough.
 *
 * @returns none when the option must be asked for
 */
export function sessionProofs(
  world: World,
  state: OfferState,
  option: Option,
  facts: LoginFacts,
  person: Person | undefined,
  nowMs: number,
): readonly Proof[] {
  const { session, identity, request } = facts
  if (!session || state.fresh || person?.status !== 'active') return []
  if (person.id !== session.account) return []
  if (identity.kind === 'account' && identity.account !== session.account) return []
  if (identity.kind === 'pass-through') return []
  const declaration = world.steps.get(option.step)!.declaration
  const { credential, enrols, handsOn } = declaration
  if ((!credential && !handsOn) || enrols) return []
  if (!holds(person, declaration, option) || isSwitchedOff(world, option)) return []

  const asked = request.maxAgeSeconds === undefined ? Infinity : request.maxAgeSeconds * 1000
  // However often a session is used, what it has proven is not good for longer (NIST SP 800-63B-4, 2.1.3).
  const oldestMs = nowMs - Math.min(asked, state.maxAgeMs ?? maxAgeRange.maxMs)
  return session.proofs.filter(
    (proof) =>
      (proof.option === option.id || proof.option === handsOn) &&
      proof.atMs >= oldestMs &&
      (proof.source === 'upstream' || person.credentials.some(({ id }) => id === proof.credential)),
  )
}

/** The identity that a live account gives, for someone who came by `connection`. */
export function identityOf(person: Person, connection: string): Identity & { kind: 'account' } {
  // What an upstream said at another time, of methods and groups, is not said now.
  const { amr: _methods, groups: _groups, ...claims } = person.claims
  return {
    kind: 'account',
    account: person.id,
    connection,
    claims,
    groups: person.groups,
    source: person.source,
    new: false,
  }
}

function holds(person: Person, declaration: StepDeclaration, option: Option): boolean {
  if (declaration.byConnection) {
    return person.credentials.some(({ kind }) => kind === `connection:${option.connection}`)
  }
  return (
    declaration.uses === undefined ||
    person.credentials.some(({ kind }) => kind === declaration.uses)
  )
}

/**
 * I-30: with a factor on file, another is only added by a proof as strong as the account can give.
 * Otherwise whoever has stolen the password registers a second factor of their own.
 */
function mayEnrol(world: World, proofs: readonly Proof[], person: Person): boolean {
  return countFactors(proofs) >= countFactors(provableBy(world, person))
}

/** Live: also where a login began before it was. */
export function isSwitchedOff({ catalogue }: World, { connection }: Option): boolean {
  return connection !== undefined && catalogue.connection(connection)?.enabled !== true
}
