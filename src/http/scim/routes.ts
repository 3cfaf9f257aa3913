/**
 * SCIM 2.0 (RFC 7643, RFC 7644) at `/scim/v2`: an upstream keeps its people here, and takes them away. Its client
 * sees and changes the people and groups of its own connection, and nobody else.
 */
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Scim, ScimList, ScimQuery, ScimResult } from '../../engine/scim.ts'
import { KnownError } from '../../kit/errors.ts'
import { bearerToken, scopeRefused, tokenRefused } from '../bearer.ts'
import { readScim } from '../body.ts'
import { failureOf, type Report } from '../errors.ts'
import { readParameters } from '../parameters.ts'
import { scimApiOf, type TokenClient } from '../provider/client-access.ts'
import { basePath, type Settings } from '../settings.ts'
import { resourceTypes, schemas, serviceProviderConfig } from './discovery.ts'
import { readFilter, search } from './filter.ts'
import { askedGroup, resourceOfGroup } from './group.ts'
import { patched } from './patch.ts'
import { askedPerson, type Rules, resourceOfPerson } from './person.ts'
import { invalid, ScimRefusal, scimMediaType, writeScimError } from './refusal.ts'
import { bodyOf, holdVersion, type Resource, selected, versionOf } from './resource.ts'

export interface ScimParts {
  readonly settings: Settings
  /** Whose client an access token is of; absent: nobody's, or it is for something else. */
  readonly findProvisioner: (token: string) => Promise<TokenClient | undefined>
  /** What a client may see and change, by its connection; absent: there is none any more. */
  readonly open: (client: string) => Provisioning | undefined
  readonly report: Report
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

export interface Provisioning {
  readonly rules: Rules
  readonly scim: Scim
}

const pageMax = 200
const pageUsual = 100
const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

interface Call {
  readonly ctx: Context
  readonly scim: Scim
  readonly rules: Rules
  readonly base: string
  readonly nowMs: number
  readonly query: Readonly<Record<string, string>>
}

export function scimRoutes(parts: ScimParts): Middleware {
  const base = scimApiOf(parts.settings)
  const router = new Router({ prefix: `${basePath(parts.settings)}/scim/v2` })
  const serve = (run: (call: Call) => Promise<void> | void): Middleware =>
    answeringScim(parts.report, async (ctx) => {
      const { scim, rules } = await clientOf(ctx, parts)
      const query = readParameters(ctx.querystring)
      await run({ ctx, scim, rules, base, nowMs: parts.now(), query })
    })
  for (const [path, kind] of [
    ['/Users', people],
    ['/Groups', groups],
  ] as const) {
    router.get(path, serve(kind.list))
    router.post(path, serve(kind.add))
    router.get(`${path}/:id`, serve(kind.show))
    router.put(`${path}/:id`, serve(kind.replace))
    router.patch(`${path}/:id`, serve(kind.patch))
    router.delete(`${path}/:id`, serve(kind.remove))
  }
  router.get(
    '/ServiceProviderConfig',
    serve(({ ctx }) => write(ctx, 200, serviceProviderConfig(base, pageMax))),
  )
  for (const [path, all] of [
    ['/ResourceTypes', resourceTypes(base)],
    ['/Schemas', schemas(base)],
  ] as const) {
    router.get(
      path,
      serve(({ ctx }) => write(ctx, 200, listOf({ total: all.length, items: all }, 0))),
    )
    router.get(
      `${path}/:id`,
      serve(({ ctx }) => write(ctx, 200, found(all.find(({ id }) => id === ctx.params.id)))),
    )
  }
  // Its type knows more of a context than Koa promises; it adds that itself.
  return router.routes() as unknown as Middleware
}

/** @throws {KnownError} TOKEN_REFUSED, NOT_ALLOWED */
async function clientOf(ctx: Context, { findProvisioner, open }: ScimParts): Promise<Provisioning> {
  const token = bearerToken(ctx)
  const holder = token === undefined ? undefined : await findProvisioner(token)
  const provisioning = holder && open(holder.client)
  if (!provisioning) throw tokenRefused(ctx, token, 'no access token of a SCIM client')
  if (holder.scopes.has('scim')) return provisioning
  throw scopeRefused(ctx, 'scim', `a token of ${holder.client} without the scope scim`)
}

interface Kind {
  readonly list: (call: Call) => Promise<void>
  readonly add: (call: Call) => Promise<void>
  readonly show: (call: Call) => Promise<void>
  readonly replace: (call: Call) => Promise<void>
  readonly patch: (call: Call) => Promise<void>
  readonly remove: (call: Call) => Promise<void>
}

/** What is the same of people and groups. @param A what is asked for, @param T what there is */
interface Of<T, A> {
  readonly named: 'userName' | 'displayName'
  readonly show: (thing: T, base: string) => Resource
  readonly asked: (resource: Resource, now: T | undefined, rules: Rules) => A
  readonly find: (scim: Scim, id: string) => Promise<T | undefined>
  readonly list: (scim: Scim, query: ScimQuery) => Promise<ScimList<T>>
  readonly add: (scim: Scim, asked: A, nowMs: number) => Promise<ScimResult<T>>
  readonly change: (
    scim: Scim,
    id: string,
    change: (now: T) => A,
    nowMs: number,
  ) => Promise<ScimResult<T>>
  readonly remove: (
    scim: Scim,
    id: string,
    expected: (now: T) => void,
    nowMs: number,
  ) => Promise<ScimResult<undefined>>
}

function kindOf<T, A>(of: Of<T, A>): Kind {
  const changing = (
    { ctx, scim, rules, base, nowMs, query }: Call,
    wanted: (now: Resource) => Resource,
  ) =>
    of
      .change(
        scim,
        idIn(ctx),
        (now) => {
          const resource = of.show(now, base)
          holdVersion(ctx, resource)
          return of.asked(wanted(resource), now, rules)
        },
        nowMs,
      )
      .then((changed) => writeOne(ctx, 200, of.show(done(changed), base), query))

  return {
    async list({ ctx, scim, base, query }) {
      const page = pageIn(query)
      const show = (thing: T) => of.show(thing, base)
      const list = (asked: ScimQuery) => of.list(scim, asked)
      const { total, items } =
        query.filter === undefined
          ? await list(page).then((all) => ({ ...all, items: all.items.map(show) }))
          : await search(readFilter(query.filter, of.named), page, list, show)
      const shown = items.map((one) => selected(one, query))
      write(ctx, 200, listOf({ total, items: shown }, page.offset))
    },
    async add({ ctx, scim, rules, base, nowMs, query }) {
      const asked = of.asked(bodyOf(await readScim(ctx)), undefined, rules)
      const made = of.show(done(await of.add(scim, asked, nowMs)), base)
      ctx.set('Location', String((made.meta as Resource).location))
      writeOne(ctx, 201, made, query)
    },
    async show({ ctx, scim, base, query }) {
      const thing = await of.find(scim, idIn(ctx))
      const shown = found(thing && of.show(thing, base))
      if (ctx.get('If-None-Match') === versionOf(shown)) ctx.status = 304
      else writeOne(ctx, 200, shown, query)
    },
    async replace(call) {
      const body = bodyOf(await readScim(call.ctx))
      await changing(call, () => body)
    },
    async patch(call) {
      const body = bodyOf(await readScim(call.ctx))
      await changing(call, (now) => patched(now, body))
    },
    async remove({ ctx, scim, base, nowMs }) {
      const expected = (now: T) => holdVersion(ctx, of.show(now, base))
      done(await of.remove(scim, idIn(ctx), expected, nowMs))
      ctx.status = 204
    },
  }
}

const people = kindOf({
  named: 'userName',
  show: resourceOfPerson,
  asked: askedPerson,
  find: (scim, id) => scim.findPerson(id),
  list: (scim, query) => scim.listPeople(query),
  add: (scim, asked, nowMs) => scim.addPerson(asked, nowMs),
  change: (scim, id, change, nowMs) => scim.changePerson(id, change, nowMs),
  remove: (scim, id, expected, nowMs) => scim.removePerson(id, expected, nowMs),
})

const groups = kindOf({
  named: 'displayName',
  show: resourceOfGroup,
  asked: (resource) => askedGroup(resource),
  find: (scim, id) => scim.findGroup(id),
  list: (scim, query) => scim.listGroups(query),
  add: (scim, asked, nowMs) => scim.addGroup(asked, nowMs),
  change: (scim, id, change, nowMs) => scim.changeGroup(id, change, nowMs),
  remove: (scim, id, expected, nowMs) => scim.removeGroup(id, expected, nowMs),
})

/** @throws {KnownError} what storage had against it */
function done<T>(result: ScimResult<T>): T {
  switch (result.result) {
    case 'done':
      return result.is
    case 'unknown':
      throw new KnownError('RESOURCE_NOT_FOUND', 'no such resource')
    case 'name-taken':
      throw new ScimRefusal('NAME_TAKEN', 'uniqueness', 'somebody has that name')
    case 'external-id-taken':
      throw new ScimRefusal('NAME_TAKEN', 'uniqueness', 'somebody has that externalId')
    case 'external-id-fixed':
      throw invalid('mutability', 'an externalId that was given once stays')
    case 'member-unknown':
      throw invalid('invalidValue', 'a member is nobody of this connection')
    case 'last-administrator':
      throw new KnownError('LAST_ADMINISTRATOR', 'nobody would be left to administer')
  }
}

/** @throws {KnownError} RESOURCE_NOT_FOUND */
function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new KnownError('RESOURCE_NOT_FOUND', 'no such resource')
  return thing
}

function idIn(ctx: Context): string {
  return String(ctx.params.id)
}

/** RFC 7644, section 3.4.2.4: what is below its least counts as that. */
function pageIn({ startIndex = '1', count = String(pageUsual) }: Call['query']) {
  const number = (text: string) => {
    if (!/^-?\d{1,9}$/.test(text)) throw invalid('invalidValue', 'a page is counted in numbers')
    return Number(text)
  }
  return {
    offset: Math.max(1, number(startIndex)) - 1,
    limit: Math.min(pageMax, Math.max(0, number(count))),
  }
}

function listOf({ total, items }: ScimList<Resource>, offset: number): Resource {
  return {
    schemas: [listSchema],
    totalResults: total,
    startIndex: offset + 1,
    itemsPerPage: items.length,
    Resources: items,
  }
}

function writeOne(ctx: Context, status: number, resource: Resource, query: Call['query']): void {
  ctx.set('ETag', versionOf(resource))
  write(ctx, status, selected(resource, query))
}

function write(ctx: Context, status: number, body: Resource): void {
  ctx.status = status
  ctx.body = JSON.stringify(body)
  ctx.type = scimMediaType
}

/** A refusal is told in the words of RFC 7644; a bug goes on to where all of them go. */
function answeringScim(report: Report, route: (ctx: Context) => Promise<void>): Middleware {
  return async (ctx) => {
    try {
      await route(ctx)
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown
      report(thrown, undefined)
      writeScimError(ctx, failureOf(thrown), thrown)
    }
  }
}
