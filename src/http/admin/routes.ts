/**
 * The admin API over HTTP: who calls, whether they may, what they send, and what they get.
 *
 * Only a bearer's access token counts (RFC 6750, section 2.1); no cookie is looked at, so there is nothing
 * that another site could borrow.
 */
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import { readJson } from '../body.ts'
import { withDetails } from '../detailed-refusal.ts'
import { readParameters } from '../parameters.ts'
import { addressOf, basePath } from '../settings.ts'
import { actorOf } from './access.ts'
import { configurationRoutes } from './configuration.ts'
import { openApiOf } from './openapi.ts'
import { perform } from './perform.ts'
import { recordRoutes } from './records.ts'
import type { AdminParts, Answer, Route } from './route.ts'
import { userRoutes } from './users.ts'

export const routes: readonly Route[] = [...userRoutes, ...recordRoutes, ...configurationRoutes]

export function adminRoutes(parts: AdminParts): Middleware {
  const router = new Router({ prefix: `${basePath(parts.settings)}/admin/api` })
  const description = JSON.stringify(openApiOf(routes, parts.settings))
  router.get('/openapi.json', (ctx) => {
    ctx.body = description
    ctx.type = 'application/json'
  })
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ':$1')
    router.register(path, [route.method], withDetails(parts.report, serve(route, parts)))
  }
  // Its type knows more of a context than Koa promises; it adds that itself.
  return router.routes() as unknown as Middleware
}

function serve(route: Route, parts: AdminParts): Middleware {
  return async (ctx) => {
    const by = await actorOf(ctx, route.needs, parts)
    const query = readParameters(ctx.querystring)
    const body = route.body && (await readJson(ctx))
    const call = { by, params: ctx.params, query, body, ifMatch: ctx.get('If-Match') }
    write(ctx, parts, await perform(route, call, parts))
  }
}

function write(ctx: Context, { settings }: AdminParts, answer: Answer): void {
  const { status, body, etag, location } = answer
  ctx.status = status
  if (etag !== undefined) ctx.set('ETag', etag)
  if (location !== undefined) ctx.set('Location', addressOf(settings, `/admin/api${location}`))
  if (status === 204) return
  ctx.body = JSON.stringify(body)
  ctx.type = 'application/json'
}
