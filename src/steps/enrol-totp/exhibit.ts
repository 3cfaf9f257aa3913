/** A new secret as an authenticator app takes it: a picture to scan, a link to follow, a text to type. */
import { generateURI } from 'otplib'
import type { Exhibit } from '../../language/step.ts'
import { periodSeconds } from '../totp/code.ts'

/**
 * @param issuer shown by the app above the account's name; a colon would end it early and is left out
 * @param secret base32 (RFC 4648, section 6)
 */
export async function drawSecret(
  issuer: string,
  userName: string,
  secret: string,
): Promise<Exhibit> {
  const uri = generateURI({
    strategy: 'totp',
    issuer: withoutColon(issuer),
    label: withoutColon(userName),
    secret,
    algorithm: 'sha1',
    digits: 6,
    period: periodSeconds,
  })
  // Loaded when the first is drawn: most of the library makes PNG.
  const { toString: drawQr } = await import('qrcode')
  const svg = await drawQr(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 })
  return { kind: 'qr', uri, svg, secretText: secret.replace(/.{4}(?=.)/g, '$& ') }
}

function withoutColon(text: string): string {
  return text.replaceAll(':', ' ').trim() || 'account'
}
