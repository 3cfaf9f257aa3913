/** Who asks for passkeys: they are made for one domain, and used from one origin. */
export interface RelyingParty {
  /** The RP ID: a domain, without scheme and port (WebAuthn Level 3, section 4). */
  readonly id: string
  readonly origin: string
}

export function relyingPartyOf(issuer: URL): RelyingParty {
  return { id: issuer.hostname, origin: issuer.origin }
}

/** How long the browser's dialogue may stand open (WebAuthn Level 3, section 15.1). */
export const dialogueMs = 300_000

/** 256 bits; WebAuthn Level 3, section 13.4.3, asks for 128. */
export const challengeBytes = 32

/** What the authenticator must do about the person before it signs. */
export const userVerification = {
  kind: 'word',
  values: ['required', 'preferred'],
  default: 'required',
  description:
    'whether the device must make sure who uses it (PIN, finger, face), or does so where it can',
} as const

export type UserVerification = (typeof userVerification.values)[number]
