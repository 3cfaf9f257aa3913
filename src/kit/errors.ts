/**
 * Every way this program says no on purpose.
 *
 * A `KnownError` is an answer, not an accident. It has a permanent code that callers may switch on, a
 * status (RFC 9110, section 15), one text for the person (`errorTexts`) and one for the operator, its
 * `message`. Anything else that is thrown is a bug, and becomes a 500 without its message.
 */
export class KnownError extends Error {
  readonly code: ErrorCode
  /** HTTP status. */
  readonly status: number
  /** Seconds after which another try makes sense; absent where waiting does not help. */
  readonly retryAfterSeconds: number | undefined
  /** The id of what it is about, where one can go on from there and the caller may not know it. */
  readonly about: string | undefined

  /** @param operator what happened, for the log: no secrets, nothing that the person typed */
  constructor(
    code: ErrorCode,
    operator: string,
    options?: ErrorOptions & { retryAfterSeconds?: number; about?: string },
  ) {
    super(operator, options)
    this.name = 'KnownError'
    this.code = code
    this.status = errors[code].status
    this.retryAfterSeconds = options?.retryAfterSeconds
    this.about = options?.about
  }
}

/** One line a code. The table is the list; there is no other. Codes are never renamed or used again. */
const errors = {
  REQUEST_MALFORMED: { status: 400, person: 'That request could not be read.' },
  AUTHORIZATION_REFUSED: {
    status: 400,
    person: 'The application asked for something that it may not have.',
  },
  CALLBACK_REFUSED: {
    status: 400,
    person: 'This answer does not belong to a sign-in that is under way. Please start again.',
  },
  TICKET_MISSING: {
    status: 401,
    person: 'Your browser has sent no ticket of your network. Please choose another way.',
  },
  TOKEN_REFUSED: { status: 401, person: 'This needs an access token that is good for it.' },
  BROWSER_MISMATCH: {
    status: 403,
    person: 'This browser knows of no such sign-in. Please start again from the application.',
  },
  CROSS_SITE: { status: 403, person: 'That request came from another site and was refused.' },
  APPLICATION_GONE: {
    status: 403,
    person: 'The application that you were signing in to is no longer served here.',
  },
  CONNECTION_NOT_OFFERED: {
    status: 403,
    person: 'That is no way to sign in to this application.',
  },
  NOT_ALLOWED: { status: 403, person: 'Only some administrators may do that.' },
  PAGE_NOT_FOUND: { status: 404, person: 'There is nothing at this address.' },
  RESOURCE_NOT_FOUND: { status: 404, person: 'There is no such thing here.' },
  METHOD_NOT_ALLOWED: { status: 405, person: 'This address does not take that kind of request.' },
  STEP_NOT_CURRENT: {
    status: 409,
    person: 'This page was out of date. Here is where the sign-in stands now.',
  },
  NAME_TAKEN: { status: 409, person: 'Somebody has that user name.' },
  LAST_ADMINISTRATOR: { status: 409, person: 'Nobody would be left to administer.' },
  LAST_WAY_IN: { status: 409, person: 'Nobody could sign in to this account any more.' },
  ATTRIBUTE_OWNED: { status: 409, person: 'Somebody else says what stands there.' },
  FLOWS_WOULD_BREAK: { status: 409, person: 'That would break how people sign in.' },
  LOGIN_EXPIRED: { status: 410, person: 'This sign-in took too long. Please start again.' },
  LOGIN_OVER: { status: 410, person: 'This sign-in is already over.' },
  CHANGED_MEANWHILE: { status: 412, person: 'It has been changed in the meantime.' },
  BODY_TOO_LARGE: { status: 413, person: 'That request was too large.' },
  ADDRESS_TOO_LONG: { status: 414, person: 'The address of that request was too long.' },
  MEDIA_TYPE: { status: 415, person: 'That request was of a kind this page does not take.' },
  HOST_UNKNOWN: { status: 421, person: 'This server does not answer under that name.' },
  INPUT_INVALID: { status: 422, person: 'Something was missing or not in the right form.' },
  PRECONDITION_NEEDED: { status: 428, person: 'Say which version is to be changed.' },
  TOO_MANY_TRIES: { status: 429, person: 'There were too many tries. Please wait a little.' },
  BUSY: { status: 503, person: 'The server is busy. Please try again in a moment.' },
} as const

export type ErrorCode = keyof typeof errors

export const errorCodes = Object.keys(errors) as ErrorCode[]

/** What each says to the person, in English: the first of the catalogues that pages are made from. */
export const errorTexts = Object.fromEntries(
  errorCodes.map((code) => [`error.${code}`, errors[code].person]),
) as { readonly [Code in ErrorCode as `error.${Code}`]: string }
