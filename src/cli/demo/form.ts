/**
 * Reads a form that one of the demo world's own pages has sent.
 */
import type { Context } from 'koa'
import rawBody from 'raw-body'

/** What was sent, by name. */
export type Fields = Readonly<Partial<Record<string, string>>>

const bodyLimitBytes = 16_384

/**
 * @returns the fields; of one that occurs twice, the last
 * @throws 403 when another site sent the form (Fetch Metadata), 413 when it is too large
 */
export async function readOwnForm(ctx: Context): Promise<Fields> {
  const site = ctx.get('sec-fetch-site')
  if (site && site !== 'same-origin') ctx.throw(403, 'This form was sent by another site.')
  return readForm(ctx)
}

/** The same, from anyone: for an endpoint that programs call. */
export async function readForm(ctx: Context): Promise<Fields> {
  const text = await rawBody(ctx.req, { limit: bodyLimitBytes, encoding: 'utf8' })
  return Object.fromEntries(new URLSearchParams(text))
}
