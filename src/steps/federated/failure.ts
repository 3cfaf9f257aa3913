/** What an upstream that does not work, or does not tell the truth, is told of as. */
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client'

/** Permanent: logs and alarms hang on them. */
export type FailureCode =
  /** Not reached, or no answer that could be read. */
  | 'UPSTREAM_UNREACHABLE'
  /** No whole answer in time. */
  | 'UPSTREAM_TIMEOUT'
  /** It said that something is wrong, on its side or with us as its client. */
  | 'UPSTREAM_ERROR'
  /** Its answer does not verify: it is not for this login, or not true. */
  | 'UPSTREAM_UNTRUSTED'
  /** An administrator has switched the connection off. */
  | 'UPSTREAM_OFF'

/** For the operator. The message holds neither a code, a token, a claim's value nor an address. */
export class UpstreamFailure extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, connection: string, what: string) {
    super(`${connection}: ${code}: ${what}`)
    // The engine tells late from broken by the name.
    this.name = code === 'UPSTREAM_TIMEOUT' ? 'TimeoutError' : 'UpstreamFailure'
    this.code = code
  }
}

/** Thrown where the reason is known; `failureOf` adds the connection. */
export class Distrust extends Error {}

/**
 * The library's errors carry whole tokens and answers as their cause: only names are taken from them.
 *
 * @param late whether the deadline has passed
 */
export function failureOf(thrown: unknown, connection: string, late: boolean): UpstreamFailure {
  const own = ownError(thrown)
  if (own instanceof UpstreamFailure) return own
  const fail = (code: FailureCode, what: string) => new UpstreamFailure(code, connection, what)

  if (late) return fail('UPSTREAM_TIMEOUT', 'no whole answer in time')
  if (own) return fail('UPSTREAM_UNTRUSTED', own.message)
  if (thrown instanceof AuthorizationResponseError || thrown instanceof ResponseBodyError) {
    return fail('UPSTREAM_ERROR', `error=${errorWord(thrown.error)}`)
  }
  if (thrown instanceof ClientError) {
    const code = thrown.code ?? 'OAUTH_ERROR'
    return fail(unreadable.has(code) ? 'UPSTREAM_UNREACHABLE' : 'UPSTREAM_UNTRUSTED', code)
  }
  return fail('UPSTREAM_UNREACHABLE', thrown instanceof Error ? thrown.name : 'unknown')
}

/** The library wraps what is thrown while it asks. */
function ownError(thrown: unknown): UpstreamFailure | Distrust | undefined {
  if (thrown instanceof UpstreamFailure || thrown instanceof Distrust) return thrown
  return thrown instanceof Error ? ownError(thrown.cause) : undefined
}

/** Codes of the library for answers that are no answers of a working upstream. */
const unreadable: ReadonlySet<string> = new Set([
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
  'OAUTH_ABORT',
  'OAUTH_TIMEOUT',
])

/** RFC 6749, 4.1.2.1, allows more characters than a log should show. */
function errorWord(error: string): string {
  return /^[a-z_]{1,64}$/.test(error) ? error : 'unrecognised'
}
