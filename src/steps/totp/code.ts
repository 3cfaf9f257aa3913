/** The six digits that change every thirty seconds (RFC 6238 over HMAC-SHA-1), computed by `otplib`. */
import { NobleCryptoPlugin, ScureBase32Plugin, verify } from 'otplib'

/** RFC 6238, section 4.1 (X). */
export const periodSeconds = 30

/**
 * Finds the time step that a code belongs to. Pure: the clock is an argument.
 *
 * @param secret base32 (RFC 4648, section 6) of at least 128 bits (RFC 4226, section 4, R6)
 * @param typed as the person typed it; spaces are passed over, anything else but six digits matches none
 * @param nowMs milliseconds since the Unix epoch
 * @param skew steps before and after now to accept; 1 means 30 s either way (RFC 6238, section 5.2)
 * @param after the last step that was spent: only a later one matches; -1 when none was
 * @returns the matching step, or `undefined` if the code matches none
 */
export async function matchStep(
  secret: string,
  typed: string,
  nowMs: number,
  skew: number,
  after: number,
): Promise<number | undefined> {
  const token = typed.replace(/\s/g, '')
  if (!/^[0-9]{6}$/.test(token)) return undefined
  const epoch = Math.floor(nowMs / 1000)
  // The clock was set back, or the other node's is ahead: nothing later than the spent step is due yet.
  if (after >= Math.floor(epoch / periodSeconds) + skew) return undefined

  const result = await verify({
    strategy: 'totp',
    secret,
    token,
    epoch,
    algorithm: 'sha1',
    digits: 6,
    period: periodSeconds,
    epochTolerance: skew * periodSeconds,
    ...(after < 0 ? {} : { afterTimeStep: after }),
    crypto: new NobleCryptoPlugin(),
    base32: new ScureBase32Plugin(),
  })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}

/** @returns random bytes as the base32 text that authenticator apps take */
export function encodeSecret(bytes: Uint8Array): string {
  return new ScureBase32Plugin().encode(bytes)
}
