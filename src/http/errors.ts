/**
 * Turns what was thrown into an answer. A refusal answers as itself; anything else is a bug, and becomes
 * a bare 500 with a support id by which the operator finds the report. The person never sees the
 * operator's text, and the log never needs the person's.
 */
import { randomBytes } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { type ErrorCode, KnownError } from '../kit/errors.ts'

/** What may be told about a failure. */
export interface Failure {
  readonly code: ErrorCode | 'INTERNAL'
  readonly status: number
  readonly retryAfterSeconds: number | undefined
  /** Ten letters and digits, of a bug only. */
  readonly supportId: string | undefined
}

/**
 * Gets everything that was thrown.
 *
 * @param supportId absent for a refusal
 */
export type Report = (error: unknown, supportId: string | undefined) => void

export function answerErrors(
  report: Report,
  render: (ctx: Context, failure: Failure) => void,
): Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (thrown) {
      const failure = failureOf(thrown)
      report(thrown, failure.supportId)
      if (ctx.headerSent) return
      ctx.remove('Set-Cookie')
      ctx.remove('Location')
      answerFailure(ctx, failure, render)
    }
  }
}

/** Answers with a failure in the way of this route: status, `Retry-After`, and what `render` writes. */
export function answerFailure(
  ctx: Context,
  failure: Failure,
  render: (ctx: Context, failure: Failure) => void,
): void {
  ctx.status = failure.status
  challenge(ctx, failure.code)
  if (failure.retryAfterSeconds !== undefined) {
    ctx.set('Retry-After', String(Math.ceil(failure.retryAfterSeconds)))
  }
  render(ctx, failure)
}

/** What a 401 asks for (RFC 9110, 15.5.2), where the refusal itself knows it. */
export function challenge(ctx: Context, code: Failure['code']): void {
  if (code === 'TICKET_MISSING') ctx.set('WWW-Authenticate', 'Negotiate')
}

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof KnownError) {
    const { code, status, retryAfterSeconds } = thrown
    return { code, status, retryAfterSeconds, supportId: undefined }
  }
  return {
    code: 'INTERNAL',
    status: 500,
    retryAfterSeconds: undefined,
    supportId: randomBytes(6).toString('hex').slice(0, 10),
  }
}

/** Whether a failure was thrown with this code. */
export function isRefusal<C extends ErrorCode>(
  thrown: unknown,
  code: C,
): thrown is KnownError & { readonly code: C } {
  return thrown instanceof KnownError && thrown.code === code
}
