/**
 * No other site acts through a person's browser. First line: the browser says where a POST comes from.
 * Second line: the login's `seq`, which no other site can know; the engine checks that one.
 */
import type { Context, Middleware } from 'koa'
import { KnownError } from '../kit/errors.ts'

/**
 * For pages. `Origin: null` is refused like any other foreign origin, which is why a page with a form
 * must not say `Referrer-Policy: no-referrer` (see `headers.ts`).
 *
 * @throws {KnownError} CROSS_SITE
 */
export function postsFromOurPages(issuer: URL): Middleware {
  return (ctx, next) => {
    if (ctx.method === 'POST' && !isOurs(ctx, issuer)) throw crossSite()
    return next()
  }
}

/**
 * For the API: a program that is no browser sends neither header, and has no cookies that another site
 * could borrow.
 *
 * @throws {KnownError} CROSS_SITE
 */
export function postsFromNoOtherSite(issuer: URL): Middleware {
  return (ctx, next) => {
    const isNative = ctx.get('Origin') === '' && ctx.get('Sec-Fetch-Site') === ''
    if (ctx.method === 'POST' && !isNative && !isOurs(ctx, issuer)) throw crossSite()
    return next()
  }
}

function isOurs(ctx: Context, issuer: URL): boolean {
  const origin = ctx.get('Origin')
  if (origin !== '') return origin === issuer.origin
  return ['same-origin', 'none'].includes(ctx.get('Sec-Fetch-Site'))
}

function crossSite(): KnownError {
  return new KnownError('CROSS_SITE', 'a POST that no page of ours sent')
}
