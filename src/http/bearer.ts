/** Access tokens of our own APIs, as RFC 6750 has them sent and refused. */
import type { Context } from 'koa'
import { KnownError } from '../kit/errors.ts'

/** In the header and nowhere else (section 2.1). @returns absence: there is none, or none that could be one */
export function bearerToken(ctx: Context): string | undefined {
  return /^Bearer ([\w.~+/-]{1,512}=*)$/i.exec(ctx.get('Authorization'))?.[1]
}

/** @param token what was sent: whoever has sent none is told of no error (section 3.1) */
export function tokenRefused(ctx: Context, token: string | undefined, operator: string) {
  ctx.set('WWW-Authenticate', token === undefined ? 'Bearer' : 'Bearer error="invalid_token"')
  return new KnownError('TOKEN_REFUSED', operator)
}

/** The token is good, and what is asked for is more than it is for. */
export function scopeRefused(ctx: Context, scope: string, operator: string): KnownError {
  ctx.set('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${scope}"`)
  return new KnownError('NOT_ALLOWED', operator)
}
