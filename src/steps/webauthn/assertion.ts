/** Whether an answer was signed by a passkey, here and now (WebAuthn Level 3, section 7.2). */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { loadWebAuthn } from './library.ts'
import type { Passkey } from './passkey.ts'
import type { RelyingParty, UserVerification } from './relying-party.ts'

export interface Asserted {
  /** The authenticator's signature counter; 0 where it has none. */
  readonly counter: number
  readonly userVerified: boolean
}

/**
 * @param expected the challenge in base64url, and whether the person must have been verified
 * @returns absence where anything does not fit: who sent it is told no more than that
 */
export async function verifyAssertion(
  response: AuthenticationResponseJSON,
  passkey: Passkey,
  { id, origin }: RelyingParty,
  expected: { readonly challenge: string; readonly userVerification: UserVerification },
): Promise<Asserted | undefined> {
  const { verifyAuthenticationResponse } = await loadWebAuthn()
  const found = await verifyAuthenticationResponse({
    response,
    expectedChallenge: expected.challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: expected.userVerification === 'required',
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      // The step compares it: only once the signature is known to be right does a counter say anything.
      counter: 0,
    },
    // It throws for whatever it does not like, and parses what anyone can send.
  }).catch(() => undefined)
  if (!found?.verified) return undefined

  const { newCounter, userVerified, credentialDeviceType } = found.authenticationInfo
  // 7.2, step 19; the library has nothing to compare it with.
  const isBackupEligible = credentialDeviceType === 'multiDevice'
  if (isBackupEligible !== passkey.backupEligible) return undefined
  return { counter: newCounter, userVerified }
}
