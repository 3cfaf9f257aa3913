/** Whether a new passkey was made for us, here and now (WebAuthn Level 3, section 7.1). */
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { loadWebAuthn } from '../webauthn/library.ts'
import type { Passkey } from '../webauthn/passkey.ts'
import type { RelyingParty, UserVerification } from '../webauthn/relying-party.ts'

/** EdDSA, ES256 and RS256 (RFC 9053, section 2; RFC 8812, section 2), the best first. */
export const algorithms = [-8, -7, -257]

/** WebAuthn Level 3, 7.1, step 25. */
const credentialIdMaxBytes = 1023

export interface Attested {
  readonly passkey: Passkey
  readonly counter: number
}

/**
 * Who has made the device is not asked (`none`), so nothing hangs on a statement about it; one that comes
 * all the same must be right.
 *
 * @param expected the challenge in base64url, and whether the person must have been verified
 * @returns absence where anything does not fit
 */
export async function verifyAttestation(
  response: RegistrationResponseJSON,
  { id, origin }: RelyingParty,
  expected: { readonly challenge: string; readonly userVerification: UserVerification },
): Promise<Attested | undefined> {
  const { verifyRegistrationResponse } = await loadWebAuthn()
  const found = await verifyRegistrationResponse({
    response,
    expectedChallenge: expected.challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: expected.userVerification === 'required',
    supportedAlgorithmIDs: algorithms,
    // It throws for whatever it does not like, and parses what anyone can send.
  }).catch(() => undefined)
  if (!found?.verified) return undefined

  const { credential, credentialDeviceType } = found.registrationInfo
  // The outer id is only the client's word; the signed data hold the authenticator's.
  if (credential.id !== response.id) return undefined
  if (Buffer.byteLength(credential.id, 'base64url') > credentialIdMaxBytes) return undefined
  return {
    counter: credential.counter,
    passkey: {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      backupEligible: credentialDeviceType === 'multiDevice',
      transports: credential.transports ?? [],
    },
  }
}
