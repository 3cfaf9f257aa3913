/** A passkey as it is kept: the public half of a key pair whose other half never leaves the person's device. */
import { createHash } from 'node:crypto'
import type { Person, Ports } from '../../language/ports.ts'

export const passkeyKind = 'webauthn'

export interface Passkey {
  /** The authenticator's own name for it, in base64url: up to 1023 bytes, so no key of a table. */
  readonly credentialId: string
  /** COSE key in base64url (RFC 9052, section 7). */
  readonly publicKey: string
  /** Whether it may be copied to other devices. It never changes (WebAuthn Level 3, section 6.1.3). */
  readonly backupEligible: boolean
  /** How browsers reach it, as they have said. */
  readonly transports: readonly string[]
}

/** A name that is the same for the same passkey, whoever shows it: two of it are found out by that. */
export function keptId(credentialId: string): string {
  const hash = createHash('sha256').update(Buffer.from(credentialId, 'base64url'))
  return `pk_${hash.digest('base64url')}`
}

export function passkeyText(passkey: Passkey): string {
  return JSON.stringify(passkey)
}

/** The inverse of `passkeyText`; the store has sealed it in between. */
export function passkeyOf(text: string): Passkey {
  return JSON.parse(text) as Passkey
}

/** @returns how the browser is to find those that a person has (WebAuthn Level 3, section 5.8.3) */
export async function describePasskeys(person: Person | undefined, ports: Ports) {
  const described = []
  for (const { id, kind } of person?.credentials ?? []) {
    if (kind !== passkeyKind) continue
    const stored = await ports.readCredential(person!.id, passkeyKind, id)
    if (!stored) continue
    const { credentialId, transports } = passkeyOf(stored.secret)
    described.push({ id: credentialId, transports: transports as AuthenticatorTransport[] })
  }
  return described
}

type AuthenticatorTransport = 'ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb'
