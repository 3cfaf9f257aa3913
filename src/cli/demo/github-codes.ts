/**
 * The authorization codes of the stand-in for GitHub, and the errors of its token endpoint.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Fields } from './form.ts'
import type { ClientSettings } from './google.ts'

export interface Code {
  readonly login: string
  readonly scopes: readonly string[]
  readonly redirectUri: string
  readonly codeChallenge: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly madeAtMs: number
}

export interface Codes {
  /** @returns the code's text */
  add(code: Code): string
  /** Hands a code out, once. @returns `undefined` when there is none of that text */
  take(text: string): Code | undefined
}

/** What GitHub says instead of a token; RFC 6749's error codes are not used for these. */
export type TokenError = Readonly<{ error: string; error_description: string; error_uri: string }>

export function newCodes(): Codes {
  const codes = new Map<string, Code>()
  return {
    add(code) {
      const text = randomBytes(16).toString('hex')
      codes.set(text, code)
      return text
    },
    take(text) {
      const code = codes.get(text)
      codes.delete(text)
      return code
    },
  }
}

const codeTtlMs = 10 * 60 * 1000

/** @param nowMs milliseconds since the Unix epoch */
export function redeem(
  form: Fields,
  client: ClientSettings,
  codes: Codes,
  nowMs: number,
): Code | TokenError {
  if (form.client_id !== client.id || form.client_secret !== client.secret)
    return refuse(
      'incorrect_client_credentials',
      'The client_id and/or client_secret passed are incorrect.',
    )
  const code = codes.take(form.code ?? '')
  if (!code || nowMs - code.madeAtMs >= codeTtlMs || !isVerified(code, form.code_verifier))
    return refuse('bad_verification_code', 'The code passed is incorrect or expired.')
  if (form.redirect_uri !== undefined && form.redirect_uri !== code.redirectUri)
    return refuse('redirect_uri_mismatch', 'The redirect_uri is not the one of the request.')
  return code
}

/** RFC 7636, 4.6, with S256, which is all that GitHub takes. */
function isVerified(code: Code, verifier: string | undefined): boolean {
  if (code.codeChallenge === undefined) return true
  const digest = createHash('sha256').update(verifier ?? '')
  return digest.digest('base64url') === code.codeChallenge
}

function refuse(error: string, description: string): TokenError {
  const page = 'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-apps'
  return { error, error_description: description, error_uri: `${page}#${error}` }
}
