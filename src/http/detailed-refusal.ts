/** Refusals that say more than their code, in members of their own (RFC 9457, section 3.2). */
import type { Middleware } from 'koa'
import { type ErrorCode, KnownError } from '../kit/errors.ts'
import { type Extension, writeProblem } from './api/problem.ts'
import { answerFailure, failureOf, type Report } from './errors.ts'

export class DetailedRefusal extends KnownError {
  readonly extension: Extension

  /** @param extension nothing secret: it goes out with the answer */
  constructor(code: ErrorCode, operator: string, extension: Extension) {
    super(code, operator)
    this.extension = extension
  }
}

/** Has a route answer with what its refusals say besides their code. */
export function withDetails(report: Report, route: Middleware): Middleware {
  return async (ctx, next) => {
    try {
      await route(ctx, next)
    } catch (thrown) {
      if (!(thrown instanceof DetailedRefusal)) throw thrown
      report(thrown, undefined)
      answerFailure(ctx, failureOf(thrown), (_, failure) =>
        writeProblem(ctx, failure, thrown.extension),
      )
    }
  }
}
