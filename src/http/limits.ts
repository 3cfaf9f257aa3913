/** How much one request may be, and what it may want to do. */
import type { ServerOptions } from 'node:http'
import type { Middleware } from 'koa'
import { KnownError } from '../kit/errors.ts'

export const limits = {
  /** To one server, idle and slow ones included; one more is closed at once. */
  connections: 10_000,
  bodyBytes: 16 * 1024,
  /** An upstream's answer: a signed document with certificates, in base64. */
  postedBytes: 256 * 1024,
  urlBytes: 8 * 1024,
  fields: 50,
  fieldNameChars: 64,
  idChars: 128,
  idempotencyKeyChars: 255,
} as const

/**
 * For `http.createServer`: what only the socket's side can hold. Node answers 431 and 408 itself.
 *
 * Fresh for each server, so that nobody shares one.
 */
export function serverOptions(): ServerOptions {
  return {
    maxHeaderSize: 16 * 1024,
    headersTimeout: 15_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 5_000,
    requireHostHeader: true,
    insecureHTTPParser: false,
  }
}

/** @throws {KnownError} ADDRESS_TOO_LONG */
export const shortAddress: Middleware = (ctx, next) => {
  if ((ctx.req.url ?? '').length > limits.urlBytes) {
    throw new KnownError('ADDRESS_TOO_LONG', `an address of more than ${limits.urlBytes} bytes`)
  }
  return next()
}

/**
 * Lets only these methods through. HEAD is missing wherever a GET has an effect: an upstream's callback
 * and the OpenID provider's own addresses (RFC 9110, section 9.2.1).
 *
 * @throws {KnownError} METHOD_NOT_ALLOWED
 */
export function onlyMethods(...methods: readonly string[]): Middleware {
  return (ctx, next) => {
    if (!methods.includes(ctx.method)) {
      ctx.set('Allow', methods.join(', '))
      throw new KnownError('METHOD_NOT_ALLOWED', `${ctx.method} where only ${methods} may be`)
    }
    return next()
  }
}
