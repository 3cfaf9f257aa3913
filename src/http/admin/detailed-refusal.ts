/** A refusal that says more than its code, in members of its own (RFC 9457, section 3.2). */
import { type ErrorCode, KnownError } from '../../kit/errors.ts'
import type { Extension } from '../api/problem.ts'

export class DetailedRefusal extends KnownError {
  readonly extension: Extension

  /** @param extension nothing secret: it goes out with the answer */
  constructor(code: ErrorCode, operator: string, extension: Extension) {
    super(code, operator)
    this.extension = extension
  }
}
