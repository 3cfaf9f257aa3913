/** Under which name this server answers, and which name it gives itself. */
import type { Middleware } from 'koa'
import { KnownError } from '../kit/errors.ts'

/**
 * Refuses a request that was meant for somebody else (RFC 9110, section 15.5.20), or whose target is a
 * whole address: two names in one request are one too many.
 *
 * @throws {KnownError} HOST_UNKNOWN, REQUEST_MALFORMED
 */
export function onlyAt(issuer: URL): Middleware {
  const defaultPort = issuer.protocol === 'https:' ? '443' : '80'
  const names = [issuer.host, `${issuer.hostname}:${issuer.port || defaultPort}`]
  return (ctx, next) => {
    if (!ctx.req.url?.startsWith('/')) {
      throw new KnownError('REQUEST_MALFORMED', 'the request target is not a path')
    }
    if (!names.includes(ctx.req.headers.host?.toLowerCase() ?? '')) {
      throw new KnownError('HOST_UNKNOWN', 'the Host header is not the host of the issuer')
    }
    return next()
  }
}

/**
 * Makes the issuer's scheme and host those of every request, so that no library downstream builds an
 * address from a header. A proxy in front that ends TLS needs no trust for it.
 */
export function presentAs(issuer: URL): Middleware {
  const protocol = { value: issuer.protocol.slice(0, -1) }
  const host = { value: issuer.host }
  return (ctx, next) => {
    Object.defineProperties(ctx.request, { protocol, host })
    return next()
  }
}
