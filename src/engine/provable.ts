/** What the credentials of an account can prove, and whether proofs are as much as that. */

import type { StepDeclaration } from '../language/declaration.ts'
import type { Factor, Proof } from '../language/facts.ts'
import type { Person } from '../language/ports.ts'
import { countFactors } from './proofs.ts'
import type { World } from './world.ts'

interface Provable {
  readonly factor: Factor
  readonly credential: string
  /** By an upstream, and not by a credential of ours. */
  readonly byConnection: boolean
}

/** @returns the best use of each credential that the account holds */
export function provableBy(world: World, person: Person): readonly Provable[] {
  return person.credentials.flatMap(({ id, kind }) =>
    [...world.steps.values()]
      .filter(({ declaration }) => usesKind(declaration, kind) && !declaration.enrols)
      .flatMap(({ declaration: { byConnection = false, outcomes } }) =>
        (outcomes.success?.[0].proves ?? []).map(({ factor }) => {
          return { factor, credential: id, byConnection }
        }),
      ),
  )
}

/**
 * I-17: whether credentials of the account's own have proven it, by two kinds of factor where they can give
 * two. What an upstream says, and what has been registered in this login, counts for nothing.
 */
export function isProvenByOwn(world: World, person: Person, proofs: readonly Proof[]): boolean {
  const own = provableBy(world, person).filter(({ byConnection }) => !byConnection)
  const given = proofs.filter(
    ({ source, credential }) =>
      source === 'registered' && own.some((held) => held.credential === credential),
  )
  return countFactors(given) >= Math.min(2, Math.max(1, countFactors(own)))
}

/**
 * I-30: whether proofs are as strong as all that the account can give. A proof of what it does not have any
 * more counts for nothing, and a second factor of an upstream stands in for none that is on file.
 */
export function isProvenInFull(world: World, person: Person, proofs: readonly Proof[]): boolean {
  const isHeld = ({ source, credential, factor }: Proof) =>
    source === 'upstream'
      ? factor === 'knowledge'
      : person.credentials.some(({ id }) => id === credential)
  const given = proofs.filter(isHeld)
  return countFactors(given) >= countFactors(provableBy(world, person))
}

function usesKind({ uses, byConnection }: StepDeclaration, kind: string): boolean {
  return uses !== undefined && (byConnection ? kind.startsWith(`${uses}:`) : kind === uses)
}
