/** Reads what a request carries: forms for the pages, JSON for the API, nothing else for either. */
import type { Context } from 'koa'
import getRawBody from 'raw-body'
import { KnownError } from '../kit/errors.ts'
import { limits } from './limits.ts'
import { readParameters } from './parameters.ts'

/** @throws {KnownError} MEDIA_TYPE, BODY_TOO_LARGE, REQUEST_MALFORMED */
export async function readForm(ctx: Context): Promise<Readonly<Record<string, string>>> {
  return readParameters(await readText(ctx, 'application/x-www-form-urlencoded'))
}

/**
 * @returns what `JSON.parse` makes of it: a type for the caller to prove
 * @throws {KnownError} MEDIA_TYPE, BODY_TOO_LARGE, REQUEST_MALFORMED
 */
export async function readJson(ctx: Context): Promise<unknown> {
  return parsed(await readText(ctx, 'application/json'))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new KnownError('REQUEST_MALFORMED', 'the body is not JSON')
  }
}

/**
 * A body of RFC 7644, section 3.1: larger, because a group comes with all who are in it.
 *
 * @returns what `JSON.parse` makes of it: a type for the caller to prove
 * @throws {KnownError} MEDIA_TYPE, BODY_TOO_LARGE, REQUEST_MALFORMED
 */
export async function readScim(ctx: Context): Promise<unknown> {
  return parsed(
    await readText(ctx, ['application/scim+json', 'application/json'], limits.postedBytes),
  )
}

/**
 * @returns the form as it came, and read
 * @throws {KnownError} MEDIA_TYPE, BODY_TOO_LARGE, REQUEST_MALFORMED
 */
export async function readPostedForm(
  ctx: Context,
): Promise<{ readonly text: string; readonly fields: Readonly<Record<string, string>> }> {
  const text = await readText(ctx, 'application/x-www-form-urlencoded', limits.postedBytes)
  return { text, fields: readParameters(text) }
}

async function readText(
  ctx: Context,
  mediaType: string | readonly string[],
  limit: number = limits.bodyBytes,
): Promise<string> {
  const charset = ctx.request.charset.toLowerCase()
  if (!ctx.is([mediaType].flat()) || (charset !== '' && charset !== 'utf-8')) {
    throw new KnownError('MEDIA_TYPE', `not ${mediaType} in UTF-8`)
  }
  if (ctx.get('Content-Encoding') !== '') throw new KnownError('MEDIA_TYPE', 'a compressed body')

  try {
    const bytes = await getRawBody(ctx.req, {
      limit,
      length: ctx.request.length,
    })
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (thrown) {
    throw refusal(thrown, limit)
  }
}

function refusal(thrown: unknown, limit: number): KnownError {
  const type = thrown instanceof Error && 'type' in thrown ? thrown.type : undefined
  return type === 'entity.too.large'
    ? new KnownError('BODY_TOO_LARGE', `a body of more than ${limit} bytes`)
    : new KnownError('REQUEST_MALFORMED', 'the body could not be read', { cause: thrown })
}
