/** What one source may ask of the OpenID provider: how many logins it begins, how often its secrets are wrong. */
import type { Context, Middleware } from 'koa'
import { clientSource } from './client-address.ts'
import { basePath, type Settings } from './settings.ts'

/** Implemented by the engine. */
export interface Rates {
  /** @throws {KnownError} TOO_MANY_TRIES */
  count(kind: 'beginnings' | 'application', who: string | undefined): Promise<void>
  /** @throws {KnownError} TOO_MANY_TRIES */
  hold<T>(
    kind: 'tokens',
    source: string | undefined,
    work: () => Promise<T>,
    failed: (result: T) => boolean,
  ): Promise<T>
}

/**
 * Whoever is one too many is refused, and counts for no application: else one source could shut it.
 *
 * @throws {KnownError} TOO_MANY_TRIES
 */
export function limitBeginnings(rates: Rates, settings: Settings): Middleware {
  return async (ctx, next) => {
    if (ctx.method === 'GET' && ctx.path === `${basePath(settings)}/auth`) {
      await rates.count('beginnings', sourceOf(ctx, settings))
      await rates.count('application', new URLSearchParams(ctx.querystring).get('client_id') ?? '')
    }
    return next()
  }
}

/**
 * At every address that takes a client's secret, a code or a token by POST. Only refusals count.
 *
 * @throws {KnownError} TOO_MANY_TRIES
 */
export function limitRefusals(rates: Rates, settings: Settings): Middleware {
  return (ctx, next) => {
    if (ctx.method !== 'POST' || !isForClients(ctx, settings)) return next()
    const isRefused = () => ctx.status === 400 || ctx.status === 401
    return rates.hold('tokens', sourceOf(ctx, settings), () => next(), isRefused)
  }
}

/** The others that take a POST are people's. */
function isForClients(ctx: Context, settings: Settings): boolean {
  const path = ctx.path.slice(basePath(settings).length)
  return path === '/request' || path.startsWith('/token')
}

function sourceOf(ctx: Context, settings: Settings): string | undefined {
  return clientSource(ctx.req, settings.trustedProxies ?? [])
}
