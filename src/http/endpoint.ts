/** Which kind of address a request is for: the columns of the pipeline's table. */
import type { Context } from 'koa'
import type { Settings } from './settings.ts'
import { basePath } from './settings.ts'

/**
 * - `health`: whether the process answers, and whether it can do its work
 * - `page`: a login as pages, and our own pages behind one
 * - `callback`: where an upstream, or our own issuer, sends the browser back to
 * - `api`: a login as JSON
 * - `admin`: the admin API
 * - `account`: the API by which people see and change their own account
 * - `scim`: where upstreams keep their people
 * - `document`: what the OpenID provider publishes: discovery and keys
 * - `provider`: everything else of the OpenID provider
 */
export type Endpoint =
  | 'health'
  | 'page'
  | 'callback'
  | 'api'
  | 'admin'
  | 'account'
  | 'scim'
  | 'document'
  | 'provider'

export function endpointOf(ctx: Context, settings: Settings): Endpoint {
  if (ctx.path === '/healthz' || ctx.path === '/readyz') return 'health'
  const base = basePath(settings)
  if (portals.some((path) => ctx.path === base + path)) return 'page'
  return prefixes.find(([prefix]) => ctx.path.startsWith(base + prefix))?.[1] ?? 'provider'
}

const portals = ['/admin', '/account']

const prefixes: readonly (readonly [string, Endpoint])[] = [
  ['/login/callback/', 'callback'],
  ['/login/', 'page'],
  ['/flow-api/', 'api'],
  ['/admin/api/', 'admin'],
  ['/admin/callback', 'callback'],
  ['/admin/', 'page'],
  ['/account/api/', 'account'],
  ['/account/callback', 'callback'],
  ['/account/', 'page'],
  ['/scim/v2/', 'scim'],
  ['/.well-known/', 'document'],
  ['/jwks', 'document'],
]
