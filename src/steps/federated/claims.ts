/**
 * What an upstream asserts, typed and capped at the edge. It is data and nothing else: nothing is made
 * into another type, and what has the wrong one, is too long or has control characters is as if unsaid. A
 * shortened address could be somebody else's.
 */
import { type Attribute, claimTree, makeAttribute } from '../../language/attribute.ts'
import type { Claims } from '../../language/facts.ts'
import { Distrust, UpstreamFailure } from './failure.ts'

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

/** What of a connection says how its claims are taken. */
export interface ClaimSettings {
  readonly id: string
  /** Names of claims that it lets through as they are, besides those of a profile. */
  readonly claims: readonly string[]
  /** What it makes of them. Absent: nothing. */
  readonly attributes?: Readonly<Record<string, Attribute>>
}

/** @throws {UpstreamFailure} where an attribute cannot be made, other than for a missing claim */
export function claimsOf(said: Asserted, settings: ClaimSettings): Claims {
  const { claims: further, attributes = {} } = settings
  const asserted = mapped(said, settings)
  const email = text(asserted.email, textMax.email)
  const name = text(asserted.name, textMax.name)
  const preferredUsername = text(asserted.preferred_username, textMax.preferredUsername)
  const groups = texts(asserted.groups, textMax.group, entriesMax.groups)
  const amr = texts(asserted.amr, textMax.method, entriesMax.amr)
  const other = othersOf(asserted, [...profileClaims, ...further, ...Object.keys(attributes)])
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

/** Where an attribute stands among the claims, when it is called otherwise there. */
export const claimNames: Readonly<Record<string, string>> = {
  emailVerified: 'email_verified',
  preferredUsername: 'preferred_username',
}

/** The claims with what the connection makes of them in their places. */
function mapped(said: Asserted, { id, attributes = {} }: ClaimSettings): Asserted {
  const names = Object.keys(attributes)
  if (names.length === 0) return said
  const tree = claimTree(said)
  const made = names.map((name) => {
    const attribute = makeAttribute(attributes[name]!, tree)
    if (attribute.is === 'error') {
      throw new UpstreamFailure('UPSTREAM_ERROR', id, `the attribute ${name} cannot be made`)
    }
    const claim = Object.hasOwn(claimNames, name) ? claimNames[name]! : name
    return [claim, attribute.is === 'value' ? attribute.value : undefined] as const
  })
  // What is said of one address is not said of another.
  const verified = names.includes('email') ? { email_verified: undefined } : {}
  return { ...said, ...verified, ...Object.fromEntries(made) }
}

/**
 * The claim that the connection takes for the person.
 *
 * @throws {Distrust} without one there is nobody; nor with an address that is not verified
 */
export function subjectIn(said: Asserted, claim: string): string {
  const value = Object.hasOwn(said, claim) ? said[claim] : undefined
  if (claim === 'email' && said.email_verified !== true) {
    throw new Distrust('its subject is an address that is not verified')
  }
  return subjectOf(Number.isSafeInteger(value) ? String(value) : value)
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
