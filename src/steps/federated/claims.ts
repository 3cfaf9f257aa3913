/**
 * What an upstream asserts, typed and capped at the edge. It is data and nothing else: nothing is made
 * into another type, and what has the wrong one, is too long or has control characters is as if unsaid. A
 * shortened address could be somebody else's.
 */
import type { Claims } from '../../language/facts.ts'
import { Distrust } from './failure.ts'

type Asserted = Readonly<Record<string, unknown>>

/** In UTF-16 units. RFC 5321, section 4.5.3.1, for an address. */
const textMax = {
  email: 254,
  name: 256,
  preferredUsername: 256,
  group: 64,
  method: 32,
  other: 2048,
}
const entriesMax = { groups: 100, amr: 16 }

/** Standard claims (OpenID Connect Core, 5.1) that every connection lets through besides its own. */
const profileClaims = [
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'phone_number_verified',
  'updated_at',
]

/** @param further names of claims that the connection lets through as they are */
export function claimsOf(asserted: Asserted, further: readonly string[]): Claims {
  const email = text(asserted.email, textMax.email)
  const name = text(asserted.name, textMax.name)
  const preferredUsername = text(asserted.preferred_username, textMax.preferredUsername)
  const groups = texts(asserted.groups, textMax.group, entriesMax.groups)
  const amr = texts(asserted.amr, textMax.method, entriesMax.amr)
  const other = othersOf(asserted, [...profileClaims, ...further])
  return {
    ...(email !== undefined && { email }),
    // The boolean true and no other: neither the text "true" nor 1 (OpenID Connect Core, 5.1).
    emailVerified: email !== undefined && asserted.email_verified === true,
    ...(name !== undefined && { name }),
    ...(preferredUsername !== undefined && { preferredUsername }),
    ...(groups && { groups }),
    ...(amr && { amr }),
    ...(Object.keys(other).length > 0 && { other }),
  }
}

/**
 * OpenID Connect Core, section 2: at most 255 ASCII characters, compared as they are.
 *
 * @throws {Distrust} without one there is nobody
 */
export function subjectOf(value: unknown): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(value)) {
    throw new Distrust('its subject is no subject')
  }
  return value
}

function text(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > max) return undefined
  return value.isWellFormed() && !/\p{Cc}/u.test(value) ? value : undefined
}

function texts(value: unknown, max: number, entries: number): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const kept = value.slice(0, entries).map((entry) => text(entry, max))
  return [...new Set(kept.filter((entry) => entry !== undefined))]
}

function othersOf(asserted: Asserted, names: readonly string[]): Readonly<Record<string, unknown>> {
  const said = names.filter((name) => Object.hasOwn(asserted, name))
  const entries = said.map((name) => [name, scalar(asserted[name])] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function scalar(value: unknown): string | number | boolean | readonly string[] | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    return value
  }
  return text(value, textMax.other) ?? texts(value, textMax.group, entriesMax.groups)
}
