/** The id in a route of a login. */
import type { Context } from 'koa'
import { KnownError } from '../kit/errors.ts'
import { limits } from './limits.ts'

/** @throws {KnownError} LOGIN_NOT_FOUND, for what cannot be an id: no store is asked for it */
export function readLoginId(ctx: Context): string {
  const id: string = ctx.params.id
  if (id.length > limits.idChars || !/^[A-Za-z0-9_-]+$/.test(id)) {
    throw new KnownError('LOGIN_NOT_FOUND', 'an id that cannot be one')
  }
  return id
}
