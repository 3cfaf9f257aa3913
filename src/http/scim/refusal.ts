/** Refusals as RFC 7644, section 3.12, has them told. */
import type { Context } from 'koa'
import { type ErrorCode, errorTexts, KnownError } from '../../kit/errors.ts'
import type { Failure } from '../errors.ts'

/** RFC 7644, table 9. */
export type ScimType =
  | 'invalidFilter'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'

export class ScimRefusal extends KnownError {
  readonly scimType: ScimType

  /** @param detail goes out with the answer, and says nothing secret */
  constructor(code: ErrorCode, scimType: ScimType, detail: string) {
    super(code, detail)
    this.scimType = scimType
  }
}

export function invalid(scimType: ScimType, detail: string): ScimRefusal {
  return new ScimRefusal('REQUEST_MALFORMED', scimType, detail)
}

export const scimMediaType = 'application/scim+json'
const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error'

export function writeScimError(
  ctx: Context,
  { code, status, supportId }: Failure,
  refusal?: unknown,
): void {
  const known = refusal instanceof ScimRefusal ? refusal : undefined
  const text =
    code === 'INTERNAL' ? `Something went wrong: ${supportId}.` : errorTexts[`error.${code}`]
  ctx.status = status
  ctx.body = JSON.stringify({
    schemas: [errorSchema],
    status: String(status),
    ...(known && { scimType: known.scimType }),
    detail: known?.message ?? text,
  })
  ctx.type = scimMediaType
}
