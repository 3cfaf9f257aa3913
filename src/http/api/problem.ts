/** A refusal or a bug as problem details (RFC 9457). */
import type { Context } from 'koa'
import { languageFor } from '../browser/page.ts'
import { say } from '../browser/texts.ts'
import type { Failure } from '../errors.ts'

/** Members of its own that a problem may have besides the standard ones. */
export type Extension = Readonly<Record<string, unknown>>

/** Writes the body. The status is the caller's. */
export function writeProblem(ctx: Context, failure: Failure, extension: Extension = {}): void {
  const language = languageFor(ctx)
  const { code, status, supportId, retryAfterSeconds } = failure
  ctx.body = JSON.stringify({
    type: `urn:sallyport:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: say(language, `error.${code}`),
    status,
    code,
    ...(supportId !== undefined && { supportId }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...extension,
  })
  ctx.type = 'application/problem+json'
  ctx.set('Content-Language', language.tag)
}
