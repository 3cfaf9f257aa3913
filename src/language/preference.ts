/**
 * What people want that is kept with their account: each by a name, and facts of later logins. A want makes
 * nothing weaker: it says what comes first, or what somebody is not asked.
 */
import type { FactValues } from './facts.ts'

export interface Preference {
  readonly name: string
  readonly value: string
}

/** The name under which an account keeps the way that is to come first: an option's id. */
export const preferredWay = 'way'

const putOffPrefix = 'put-off '

/** The name under which an account keeps that something is not to be asked. */
export function putOffName(what: string): string {
  return putOffPrefix + what
}

/** @param preferences those that hold now */
export function preferenceFacts(preferences: readonly Preference[]): FactValues {
  return {
    'account.preferred': preferences.find(({ name }) => name === preferredWay)?.value ?? 'none',
    'account.putOff': preferences.flatMap(({ name }) =>
      name.startsWith(putOffPrefix) ? [name.slice(putOffPrefix.length)] : [],
    ),
  }
}
