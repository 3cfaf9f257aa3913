/** What somebody is asked to agree to: the names of what is asserted of them, and never the values. */
import type { Claims } from './facts.ts'

/** @returns names as a profile has them (`name`, `other.department`), in one order */
export function assertedAttributes(claims: Claims): readonly string[] {
  const { name, email, preferredUsername, hasPhone, groups, other = {} } = claims
  const standard = Object.entries({ name, email, preferredUsername, hasPhone, groups })
  const further = Object.entries(other).map(([key, value]) => [`other.${key}`, value] as const)
  return [...standard, ...further]
    .flatMap(([key, value]) => (value === undefined ? [] : [key]))
    .sort((a, b) => (a < b ? -1 : 1))
}
