/** Where an account can be reached: addresses of its own that somebody has verified. */
import { fingerprint } from '../kit/random.ts'
import { emailKey } from './email-key.ts'
import type { Claims } from './facts.ts'

/** By what something is sent. */
export const channels = ['mail', 'sms'] as const
export type Channel = (typeof channels)[number]

/** What of an account says where it can be reached. */
export interface Reachable {
  readonly source: string
  readonly claims: Claims
  readonly provenance?: Readonly<Record<string, string>>
}

/** The credential that a verified address is: another address is another one. */
export function addressCredential(channel: Channel, address: string): string {
  return channel === 'mail'
    ? `email:${fingerprint(emailKey(address))}`
    : `phone:${fingerprint(address)}`
}

/** @returns absence where there is no verified address: nothing is sent */
export function addressFor(channel: Channel, person: Reachable): string | undefined {
  return channel === 'mail' ? verifiedEmail(person.claims) : verifiedPhone(person)
}

function verifiedEmail({ email, emailVerified }: Claims): string | undefined {
  return emailVerified === true ? email : undefined
}

/**
 * A number of ITU-T E.164 that was written here, and verified here. One that a connection asserts is not something
 * that the person has: whoever can say so there would choose where the second factor goes.
 */
function verifiedPhone({ source, claims: { other = {} }, provenance = {} }: Reachable) {
  const { phone_number: number, phone_number_verified: isVerified } = other
  const isOurs = ['other.phone_number', 'other.phone_number_verified'].every(
    (name) => (provenance[name] ?? source) === 'local',
  )
  if (typeof number !== 'string' || isVerified !== true || !isOurs) return undefined
  return isPhoneNumber(number) ? number : undefined
}

/** Of a number that only a directory has: where it stands. */
export interface PhoneThere {
  readonly directory: string
  readonly entry: string
}

/**
 * The credential that a number is which a directory keeps: the directory has said that there is one, and the account
 * is of one entry there. The number is no part of it.
 */
export function phoneThere(
  { source, claims, provenance = {} }: Reachable,
  associations: readonly { readonly connection: string; readonly subject: string }[],
): string | undefined {
  if (claims.hasPhone !== true) return undefined
  const writer = provenance[asserted] ?? source
  const [entry, ...others] = associations.filter(({ connection }) => connection === writer)
  return entry && others.length === 0 ? `phone-at:${writer}:${entry.subject}` : undefined
}

/** @returns absence: the number stands with the account, or there is none */
export function placeOfNumber(
  channel: Channel,
  {
    credentials,
  }: { readonly credentials: readonly { readonly id: string; readonly kind: string }[] },
): PhoneThere | undefined {
  if (channel === 'mail') return undefined
  const { id = '' } = credentials.find(({ kind }) => kind === 'phone') ?? {}
  const [, directory, entry] = /^phone-at:([^:]+):(.+)$/.exec(id) ?? []
  return directory === undefined || entry === undefined ? undefined : { directory, entry }
}

/** The attribute, by whose writer it is known whose number it is. */
const asserted: string = 'hasPhone'

/** The first of these that is a number, written as people write one or not. */
export function phoneNumberIn(texts: readonly string[]): string | undefined {
  return texts.map((text) => text.replaceAll(/[\s().-]/g, '')).find(isPhoneNumber)
}

/** ITU-T E.164 with its `+`, as OpenID Connect Core 5.1 has it. */
export function isPhoneNumber(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text)
}
