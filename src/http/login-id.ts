/** The id in a route of a login. */
import type { Context } from 'koa'
import { KnownError } from '../kit/errors.ts'
import { limits } from './limits.ts'

/** @throws {KnownError} BROWSER_MISMATCH, for what cannot be an id: no store is asked for it */
export function readLoginId(ctx: Context): string {
  const id: string = ctx.params.id
  if (id.length > limits.idChars || !/^[A-Za-z0-9_-]+$/.test(id)) {
    throw new KnownError('BROWSER_MISMATCH', 'an id that cannot be one')
  }
  return id
}
