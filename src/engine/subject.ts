/** The subject that applications see: an account's own id, or a name that no account can have. */
import { createHmac } from 'node:crypto'
import type { Identity } from '../language/facts.ts'

const passThroughPrefix = 'pt_'

/**
 * @param key 32 bytes; with another key every pass-through subject is another
 * @returns stable for (organisation, connection, upstream subject); tells nothing about them
 */
export function subjectOf(
  key: Uint8Array,
  organisation: string,
  identity: Exclude<Identity, { kind: 'none' }>,
): string {
  if (identity.kind === 'account') return identity.account
  const name = createHmac('sha256', key)
    .update(JSON.stringify([organisation, identity.connection, identity.subject]))
    .digest('base64url')
  return `${passThroughPrefix}${name}`
}

export function isPassThrough(subject: string): boolean {
  return subject.startsWith(passThroughPrefix)
}
