/**
 * What an upstream asserts, typed and capped at the edge. It is data and nothing else: nothing is made
 * into another type, and what has the wrong one, is too long or has control characters is as if unsaid. A
 * shortened address could be somebody else's.
 */
import type { Claims } from '../../language/facts.ts'
import { Distrust } from './failure.ts'

export interface ClaimSettings {
  /** Which of the upstream's claims are ours, where it does not use the names of OpenID Connect. */
  readonly claims: Readonly<
    Partial<Record<'email' | 'name' | 'preferredUsername' | 'groups', string>>
  >
  /** Whether an address counts as verified: when the upstream says so of it, never, or always. */
  readonly emailVerified: 'claim' | 'never' | 'always'
  /**
   * Names of further claims that are let through as they are; `*` for all. Absent: the standard ones of
   * a profile.
   */
  readonly passes?: readonly string[]
}

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
const entriesMax = { groups: 100, amr: 16, other: 50 }

/** OpenID Connect Core, 5.1. */
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

/** What a token says of itself, and what has a place of its own among our claims. */
const ownClaims: ReadonlySet<string> = new Set([
  ...[
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'azp',
    'nonce',
    'auth_time',
    'acr',
    'amr',
    'sid',
  ],
  ...[
    'at_hash',
    'c_hash',
    's_hash',
    'email',
    'email_verified',
    'name',
    'preferred_username',
    'groups',
  ],
  '__proto__',
])

export function claimsOf(asserted: Asserted, settings: ClaimSettings): Claims {
  const { claims: names, emailVerified } = settings
  const email = text(asserted[names.email ?? 'email'], textMax.email)
  const name = text(asserted[names.name ?? 'name'], textMax.name)
  const userName = asserted[names.preferredUsername ?? 'preferred_username']
  const preferredUsername = text(userName, textMax.preferredUsername)
  const groups = texts(asserted[names.groups ?? 'groups'], textMax.group, entriesMax.groups)
  const amr = texts(asserted.amr, textMax.method, entriesMax.amr)
  const other = othersOf(asserted, settings.passes ?? profileClaims)
  // The boolean true and no other: neither the text "true" nor 1 (OpenID Connect Core, 5.1).
  const said = emailVerified === 'claim' && asserted.email_verified === true
  return {
    ...(email !== undefined && { email }),
    emailVerified: email !== undefined && (said || emailVerified === 'always'),
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

function othersOf(asserted: Asserted, passes: readonly string[]): Record<string, unknown> {
  const names = passes.includes('*') ? Object.keys(asserted) : passes
  const said = names.filter((name) => Object.hasOwn(asserted, name) && !ownClaims.has(name))
  const entries = said.map((name) => [name, scalar(asserted[name])] as const)
  const kept = entries.filter(([, value]) => value !== undefined).slice(0, entriesMax.other)
  return Object.fromEntries(kept)
}

function scalar(value: unknown): string | number | boolean | readonly string[] | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    return value
  }
  return text(value, textMax.other) ?? texts(value, textMax.group, entriesMax.groups)
}
