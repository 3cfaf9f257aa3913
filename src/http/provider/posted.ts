/**
 * Authorization and logout requests that come as a form (OpenID Connect Core 1.0, 3.1.2.1, and RP-Initiated
 * Logout 1.0, section 2, both ask for it). They are asked again as addresses: another site's POST comes
 * without `Lax` cookies, the navigation that follows it has them.
 */
import type { Context, Middleware } from 'koa'
import { KnownError } from '../../kit/errors.ts'
import { readForm } from '../body.ts'
import { limits } from '../limits.ts'
import { basePath, type Settings } from '../settings.ts'

const paths = ['/auth', '/session/end']

export function asAddresses(settings: Settings): Middleware {
  return async (ctx: Context, next) => {
    if (ctx.method !== 'POST' || !paths.includes(ctx.path)) return next()
    const query = new URLSearchParams({ ...(await readForm(ctx)) })
    const address = `${basePath(settings)}${ctx.path}?${query}`
    if (address.length > limits.urlBytes) {
      throw new KnownError('ADDRESS_TOO_LONG', `a form of more than ${limits.urlBytes} bytes`)
    }
    ctx.redirect(address)
    ctx.status = 303
  }
}
