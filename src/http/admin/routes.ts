/**
 * The admin API over HTTP: who calls, whether they may, what they send, and what they get.
 *
 * Only a bearer's access token counts (RFC 6750, section 2.1); no cookie is looked at, so there is nothing
 * that another site could borrow.
 */
import Router from '@koa/router'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Context, Middleware } from 'koa'
import { KnownError } from '../../kit/errors.ts'
import { readJson } from '../body.ts'
import { DetailedRefusal, withDetails } from '../detailed-refusal.ts'
import { readParameters } from '../parameters.ts'
import { addressOf, basePath } from '../settings.ts'
import { actorOf } from './access.ts'
import { configurationRoutes } from './configuration.ts'
import { openApiOf } from './openapi.ts'
import { recordRoutes } from './records.ts'
import type { AdminParts, Answer, Route, Schema } from './route.ts'
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
    const holds = holdsOf(route)
    const query = readQuery(ctx, route, holds.query)
    const body = holds.body ? held(await readJson(ctx), holds.body) : undefined
    const ifMatch = ctx.get('If-Match')
    if (route.conditional && ifMatch === '') {
      throw new KnownError('PRECONDITION_NEEDED', 'a change without If-Match')
    }
    write(ctx, parts, await route.run({ by, params: ctx.params, query, body, ifMatch }, parts))
  }
}

interface Holds {
  readonly query: ValidateFunction
  readonly body: ValidateFunction | undefined
}

const shapes = new Ajv2020({ strict: true, formats: { 'date-time': true } })
const compiled = new WeakMap<Route, Holds>()

/** Compiled by the first who asks: most servers are never asked most of it. */
function holdsOf(route: Route): Holds {
  const known = compiled.get(route)
  if (known) return known
  const query = shapes.compile(querySchema(route.query))
  const holds = { query, body: route.body && shapes.compile(route.body) }
  compiled.set(route, holds)
  return holds
}

/** @throws {KnownError} INPUT_INVALID, with the place of the first thing that is wrong */
function held(value: unknown, hold: ValidateFunction): unknown {
  if (hold(value)) return value
  const [error] = hold.errors ?? []
  throw new DetailedRefusal('INPUT_INVALID', 'a body that is not of its schema', {
    pointer: error?.instancePath ?? '',
    reason: error?.message ?? '',
  })
}

/** Parameters are texts; those that count something are held to their schema as numbers. */
function readQuery(
  ctx: Context,
  { query = {} }: Route,
  hold: ValidateFunction,
): Readonly<Record<string, string>> {
  const given = readParameters(ctx.querystring)
  const typed = Object.entries(given).map(([name, value]) => [
    name,
    query[name]?.type === 'integer' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  ])
  held(Object.fromEntries(typed), hold)
  const missing = Object.entries(query)
    .filter(([name, schema]) => !(name in given) && schema.default !== undefined)
    .map(([name, schema]) => [name, String(schema.default)])
  return { ...Object.fromEntries(missing), ...given }
}

function querySchema(query: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'object', properties: query, additionalProperties: false }
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
