/** A login begins only where there is room to finish it. */
import type { Middleware } from 'koa'
import { basePath, type Settings } from './settings.ts'

/** Implemented by the engine. */
export interface Admission {
  /** @throws {KnownError} BUSY, before any work */
  begin<T>(work: () => Promise<T>): Promise<T>
}

/**
 * At the authorization endpoint, and where requests for it are pushed (RFC 9126): whatever else is asked belongs to
 * logins that have begun, or to applications whose people are in.
 *
 * @throws {KnownError} BUSY
 */
export function admitBeginnings(admission: Admission, settings: Settings): Middleware {
  const base = basePath(settings)
  const beginnings = new Set([`GET ${base}/auth`, `POST ${base}/request`])
  return (ctx, next) =>
    beginnings.has(`${ctx.method} ${ctx.path}`) ? admission.begin(() => next()) : next()
}
