/** What proofs amount to: kinds of factor, methods, time, and whether a level is reached. */
import type { Factor, Proof } from '../language/facts.ts'
import type { Level, Policy } from '../language/flow.ts'

/**
 * Kinds of factor, counted over different credentials: one passkey is one factor however often it was
 * asked for, and two passwords are one kind.
 *
 * @returns the size of the greatest matching of kinds with credentials, 0 to 3
 */
export function countFactors(proofs: readonly Pick<Proof, 'factor' | 'credential'>[]): number {
  const kinds = [...new Set(proofs.map((proof) => proof.factor))]
  const credentialsOf = (kind: Factor) =>
    proofs.filter((proof) => proof.factor === kind).map((proof) => proof.credential)

  const best = (at: number, used: readonly string[]): number => {
    const kind = kinds[at]
    if (!kind) return 0
    const without = best(at + 1, used)
    const withOne = credentialsOf(kind)
      .filter((credential) => !used.includes(credential))
      .map((credential) => 1 + best(at + 1, [...used, credential]))
    return Math.max(without, ...withOne)
  }
  return best(0, [])
}

/** RFC 8176 values, each once, in the order proven; `mfa` is added when two kinds of factor were. */
export function methods(proofs: readonly Proof[]): string[] {
  const amr = [...new Set(proofs.flatMap((proof) => proof.amr))]
  return countFactors(proofs) > 1 && !amr.includes('mfa') ? [...amr, 'mfa'] : amr
}

/** Seconds since the Unix epoch of the latest proof, `undefined` without one (OpenID Connect Core, 2). */
export function authTime(proofs: readonly Proof[]): number | undefined {
  if (proofs.length === 0) return undefined
  return Math.floor(Math.max(...proofs.map((proof) => proof.atMs)) / 1000)
}

export function reaches(level: Level, proofs: readonly Proof[]): boolean {
  if (countFactors(proofs) < level.factors) return false
  return !level.phishingResistant || proofs.some((proof) => proof.phishingResistant)
}

/** What must be reached: the flow's floor, raised by the application and by its request. */
export interface Demand {
  /** The application's own floor; absent: the flow's. */
  readonly floor: string | undefined
  /** Any one of these (`acr_values`). Levels that the flow does not know are passed over. */
  readonly acr: readonly string[]
  /** At least one of these must be known and reached. */
  readonly essentialAcr: readonly string[]
}

/** @returns the strongest level reached, or `undefined` when the demand is not met */
export function levelReached(
  policy: Policy,
  demand: Demand,
  proofs: readonly Proof[],
): string | undefined {
  const rank = (acr: string) => policy.levels.findIndex((level) => level.acr === acr)
  const reached = policy.levels.map((level) => reaches(level, proofs))

  const floors = [policy.floor, ...(demand.floor ? [demand.floor] : [])]
  if (floors.some((acr) => !reached[rank(acr)])) return undefined

  const asked = demand.acr.filter((acr) => rank(acr) >= 0)
  if (asked.length > 0 && !asked.some((acr) => reached[rank(acr)])) return undefined

  const essential = demand.essentialAcr
  if (essential.length > 0 && !essential.some((acr) => reached[rank(acr)])) return undefined

  return policy.levels.findLast((_, index) => reached[index])?.acr
}
