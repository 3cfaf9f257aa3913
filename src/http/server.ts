/**
 * The HTTP server of one organisation: pages and JSON of a login, the OpenID provider behind them, and
 * in front of all of it one pipeline.
 */
import type { RequestListener } from 'node:http'
import Koa, { type Context, type Middleware } from 'koa'
import compose from 'koa-compose'
import mount from 'koa-mount'
import type { Logins } from '../engine/view.ts'
import { KnownError } from '../kit/errors.ts'
import { type Admission, admitBeginnings } from './admission.ts'
import { beginInProcess } from './api/begin.ts'
import { writeProblem } from './api/problem.ts'
import { apiRoutes } from './api/routes.ts'
import { writeFailure } from './browser/failure.ts'
import type { Html } from './browser/html.ts'
import { lastUsed } from './browser/last-used.ts'
import { browserRoutes } from './browser/routes.ts'
import { applicationStyles, stylesheet } from './browser/style.ts'
import { browserBinding } from './cookies.ts'
import { postsFromNoOtherSite, postsFromOurPages } from './cross-site.ts'
import { type Endpoint, endpointOf } from './endpoint.ts'
import { answerErrors, type Failure, type Report } from './errors.ts'
import { safeHeaders } from './headers.ts'
import { onlyAt, presentAs } from './host.ts'
import { onlyMethods, shortAddress } from './limits.ts'
import type { AnswerNow } from './provider/answer-now.ts'
import { limitBeginnings, limitRefusals, type Rates } from './rate.ts'
import { writeScimError } from './scim/refusal.ts'
import { basePath, type Settings } from './settings.ts'
import { tracing } from './trace.ts'

export interface ServerParts {
  readonly logins: Logins
  /** The OpenID provider. It gets whatever is not ours, at the issuer's path. */
  readonly provider: Middleware
  readonly answerNow: (ctx: Context) => AnswerNow
  /** The admin API. Absent: there is nothing at its addresses. */
  readonly admin?: Middleware
  /** The account API. Absent: there is nothing at its addresses. */
  readonly account?: Middleware
  /** Where upstreams keep their people. Absent: there is nothing at its addresses. */
  readonly scim?: Middleware
  /** Our own pages behind a sign-in. */
  readonly portals?: readonly Middleware[]
  /** Whether a login may begin now. Absent: always. */
  readonly admission?: Admission
  /** How often a source may ask. Absent: nothing is counted. */
  readonly rates?: Rates
  readonly settings: Settings
  readonly report: Report
  /** Whether a login could be taken in now. */
  readonly ready: () => Promise<boolean>
}

/** Give its callback to `http.createServer` together with `serverOptions()`. */
export function httpServer(parts: ServerParts): Koa {
  const { settings, report } = parts
  const app = new Koa()
  app.on('error', (error) => report(error, undefined))

  const style = stylesheet(settings.theme, basePath(settings))
  const kindOf = (ctx: Context) => endpointOf(ctx, settings)
  let listener: RequestListener | undefined
  const inProcess = () => (listener ??= app.callback())
  const rows = pipeline(parts, style, kindOf, inProcess)
  const chains = new Map(
    everywhere.map((kind) => {
      const met = rows.filter(([, ...endpoints]) => endpoints.includes(kind))
      return [kind, compose(met.map(([rule]) => rule))]
    }),
  )
  app.use((ctx, next) => chains.get(kindOf(ctx))!(ctx, next))
  return app
}

type Row = readonly [rule: Middleware, ...endpoints: Endpoint[]]

/** Top to bottom is the order in which a request meets the rules that are for its kind. */
function pipeline(
  {
    logins,
    provider,
    answerNow,
    admin = goOn,
    account = goOn,
    scim = goOn,
    portals = [],
    admission,
    rates,
    settings,
    report,
    ready,
  }: ServerParts,
  style: Html,
  kindOf: (ctx: Context) => Endpoint,
  inProcess: () => RequestListener,
): readonly Row[] {
  const { issuer } = settings
  const binding = browserBinding(settings)
  const begin = beginInProcess(inProcess, binding, settings)
  const remembered = lastUsed(settings)
  const pages = browserRoutes({
    logins,
    binding,
    settings,
    style,
    applicationStyles: applicationStyles(settings.theme, basePath(settings)),
    lastUsed: remembered,
    answerNow,
    report,
  })
  const api = apiRoutes({ logins, binding, settings, begin, report })

  return [
    [tracing(kindOf), ...atTheIssuer],
    [answerErrors(report, failureWriter(style, kindOf)), ...everywhere],
    [safeHeaders(settings, kindOf), ...everywhere],
    [onlyMethods('GET', 'HEAD'), 'health'],
    [health(ready), 'health'],
    [onlyAt(issuer), ...atTheIssuer],
    [presentAs(issuer), ...atTheIssuer],
    [shortAddress, ...atTheIssuer],
    [onlyMethods('GET', 'HEAD', 'POST'), 'page', 'api'],
    [onlyMethods('GET', 'POST'), 'callback'],
    [onlyMethods('GET', 'HEAD', 'OPTIONS'), 'document'],
    [onlyMethods('GET', 'POST', 'OPTIONS'), 'provider'],
    [postsFromOurPages(issuer), 'page'],
    [postsFromNoOtherSite(issuer), 'api'],
    [admission ? admitBeginnings(admission, settings) : goOn, 'provider'],
    [rates ? limitBeginnings(rates, settings) : goOn, 'provider'],
    [rates ? limitRefusals(rates, settings) : goOn, 'provider'],
    [pages, 'page', 'callback'],
    [compose([...portals]), 'page', 'callback'],
    [api, 'api'],
    [admin, 'admin'],
    [account, 'account'],
    [scim, 'scim'],
    [nothingHere, 'page', 'callback', 'api', 'admin', 'account', 'scim'],
    [mount(basePath(settings) || '/', provider), 'document', 'provider'],
  ]
}

const atTheIssuer = [
  'page',
  'callback',
  'api',
  'admin',
  'account',
  'scim',
  'document',
  'provider',
] as const satisfies readonly Endpoint[]
const everywhere = ['health', ...atTheIssuer] as const

const goOn: Middleware = (_ctx, next) => next()

/**
 * `/healthz` says that the process answers; it asks no store, and so survives one that does not. `/readyz`
 * says whether anybody should be sent here.
 */
function health(ready: () => Promise<boolean>): Middleware {
  return async (ctx) => {
    const isWell = ctx.path === '/healthz' || (await ready())
    ctx.status = isWell ? 200 : 503
    ctx.body = isWell ? 'ok' : 'not ready'
  }
}

/** @throws {KnownError} METHOD_NOT_ALLOWED, PAGE_NOT_FOUND */
const nothingHere: Middleware = (ctx) => {
  const matched: { methods: string[] }[] = ctx.matched ?? []
  if (matched.length === 0) throw new KnownError('PAGE_NOT_FOUND', 'no route of ours')
  ctx.set('Allow', [...new Set(matched.flatMap(({ methods }) => methods))].join(', '))
  throw new KnownError('METHOD_NOT_ALLOWED', `${ctx.method} on a route without it`)
}

/** Problem details for programs, a page for people. */
function failureWriter(style: Html, kindOf: (ctx: Context) => Endpoint) {
  return (ctx: Context, failure: Failure): void => {
    const isForProgram =
      ['api', 'admin', 'account'].includes(kindOf(ctx)) || ctx.accepts('html', 'json') === 'json'
    if (kindOf(ctx) === 'scim') writeScimError(ctx, failure)
    else if (isForProgram) writeProblem(ctx, failure)
    else writeFailure(ctx, style, failure)
  }
}
