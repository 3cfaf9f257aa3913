/** A profile as its owner sees and changes it: what stands there, who says it, and what they may say themselves. */
import type { Actor, Administration, User } from '../../engine/administration.ts'
import { KnownError } from '../../kit/errors.ts'
import { selfAsserted } from '../../language/self-asserted.ts'
import { ownersOf } from '../admin/representation.ts'
import { DetailedRefusal } from '../detailed-refusal.ts'

export interface ProfileAttribute {
  readonly value: unknown
  /** `local`, or a connection. */
  readonly owner: string
}

/** Each attribute that is there, by the names that provenance has. */
export function profileOf(user: User): Readonly<Record<string, ProfileAttribute>> {
  const { name, email, other = {} } = user.claims
  const values: Readonly<Record<string, unknown>> = {
    name,
    email,
    ...Object.fromEntries(Object.entries(other).map(([key, value]) => [`other.${key}`, value])),
  }
  const owned = Object.entries(ownersOf(user)).map(([attribute, owner]) => [
    attribute,
    { value: values[attribute], owner },
  ])
  return Object.fromEntries(owned)
}

export const editable = selfAsserted
export const valueMax = 256

/** @throws {KnownError} INPUT_INVALID */
export function readAttributes(body: unknown): Readonly<Record<string, string | null>> {
  const profile = isRecord(body) && Object.keys(body).length === 1 ? body.profile : undefined
  if (!isRecord(profile)) throw new KnownError('INPUT_INVALID', 'a body without `profile` alone')
  const entries = Object.entries(profile)
  const isFine = entries.every(
    ([name, value]) => editable.includes(name) && (value === null || isText(value)),
  )
  if (!isFine || entries.length === 0) {
    throw new KnownError('INPUT_INVALID', 'attributes that nobody writes of themselves')
  }
  return Object.fromEntries(entries) as Record<string, string | null>
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One line, of at most `valueMax` UTF-16 units. */
export function isText(value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || value.length > valueMax) return false
  return value.isWellFormed() && !/\p{Cc}/u.test(value)
}

/**
 * All of it or nothing.
 *
 * @returns the account as it is then; absence: there is none any more
 * @throws {DetailedRefusal} ATTRIBUTE_OWNED
 */
export async function changeProfile(
  administration: Pick<Administration, 'changeUser'>,
  by: Actor,
  id: string,
  attributes: Readonly<Record<string, string | null>>,
  nowMs: number,
): Promise<User | undefined> {
  const isOwn = (now: User) => {
    refuseOthers(now, attributes)
    return true
  }
  const asked = { change: 'profile', attributes } as const
  const changed = await administration.changeUser(by, id, asked, isOwn, nowMs)
  return changed.result === 'changed' ? changed.user : undefined
}

/** @throws {DetailedRefusal} ATTRIBUTE_OWNED, naming who says what stands there */
function refuseOthers(user: User, attributes: Readonly<Record<string, unknown>>): void {
  const others = Object.entries(ownersOf(user)).filter(
    ([name, owner]) => name in attributes && owner !== 'local',
  )
  if (others.length === 0) return
  throw new DetailedRefusal('ATTRIBUTE_OWNED', 'attributes that a connection says', {
    owners: Object.fromEntries(others),
  })
}
