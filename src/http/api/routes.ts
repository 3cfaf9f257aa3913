/** A login as JSON, for programs that act for a person. */
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Logins, LoginView } from '../../engine/view.ts'
import { KnownError } from '../../kit/errors.ts'
import { randomSecret } from '../../kit/random.ts'
import { readJson } from '../body.ts'
import { languageFor } from '../browser/page.ts'
import { clientSource } from '../client-address.ts'
import type { BrowserBinding } from '../cookies.ts'
import { answerFailure, failureOf, isRefusal, type Report } from '../errors.ts'
import { readLoginId } from '../login-id.ts'
import { presentedWith } from '../presented.ts'
import { basePath, type Settings } from '../settings.ts'
import { visit } from '../visit.ts'
import { authorizationAddress, type Begin, type Beginning } from './begin.ts'
import { readAction, readIdempotencyKey, readStrings } from './input.ts'
import { type Extension, writeProblem } from './problem.ts'
import { loginAddress, representationOf } from './representation.ts'

export interface ApiParts {
  readonly logins: Logins
  readonly binding: BrowserBinding
  readonly settings: Settings
  readonly begin: Begin
  readonly report: Report
}

export function apiRoutes(parts: ApiParts): Middleware {
  const router = new Router({ prefix: `${basePath(parts.settings)}/flow-api/logins` })
  router.post('/', begin(parts))
  router.get('/:id', withLinks(parts, show(parts)))
  router.post('/:id/actions/:name', withLinks(parts, act(parts)))
  router.post('/:id/restart', restart(parts))
  // Its type knows more of a context than Koa promises; it adds that itself.
  return router.routes() as unknown as Middleware
}

/** The body is the authorization request: its parameters, or the `request_uri` of a pushed one. */
function begin(parts: ApiParts): Middleware {
  return async (ctx) => {
    const parameters = readStrings(await readJson(ctx))
    const address = authorizationAddress(parameters, parts.settings)
    await answerBeginning(parts, ctx, await parts.begin(ctx, address))
  }
}

/** A fresh login for the application's request of an expired one. */
function restart(parts: ApiParts): Middleware {
  return async (ctx) => {
    const browserSecret = parts.binding.readBrowserSecret(ctx)
    const address = await parts.logins.restart(readLoginId(ctx), browserSecret)
    await answerBeginning(parts, ctx, await parts.begin(ctx, address))
  }
}

function show(parts: ApiParts): Middleware {
  return async (ctx) => {
    writeLogin(parts, ctx, (await visit(parts, ctx)).view)
  }
}

function act(parts: ApiParts): Middleware {
  return async (ctx) => {
    const { seq, input } = readAction(await readJson(ctx))
    const deviceSecret = randomSecret()
    const view = await parts.logins.act({
      deviceSecret,
      presented: presentedWith(ctx.req, parts.settings),
      source: clientSource(ctx.req, parts.settings.trustedProxies ?? []),
      id: readLoginId(ctx),
      browserSecret: parts.binding.readBrowserSecret(ctx),
      seq,
      action: ctx.params.name,
      input,
      idempotencyKey: readIdempotencyKey(ctx.get('Idempotency-Key')),
    })
    parts.binding.devices.keep(ctx, deviceSecret, view.remembered)
    writeLogin(parts, ctx, view)
  }
}

async function answerBeginning(parts: ApiParts, ctx: Context, beginning: Beginning): Promise<void> {
  if (beginning.kind === 'refused') return refuseAuthorization(parts, ctx, beginning)
  if (beginning.kind === 'complete') {
    ctx.status = 200
    writeJson(ctx, { status: 'complete', redirect: beginning.redirect })
    return
  }
  const browserSecret = parts.binding.ensureBrowserSecret(ctx)
  const view = await parts.logins.view(beginning.loginId, browserSecret)
  ctx.status = 201
  ctx.set('Location', loginAddress(parts.settings, view.id))
  writeLogin(parts, ctx, view)
}

function refuseAuthorization(
  { report }: ApiParts,
  ctx: Context,
  { error, description, redirect }: Beginning & { kind: 'refused' },
): void {
  const refusal = new KnownError('AUTHORIZATION_REFUSED', `the authorization request: ${error}`)
  report(refusal, undefined)
  answerFailure(ctx, failureOf(refusal), (_, failure) =>
    writeProblem(ctx, failure, {
      error,
      ...(description !== undefined && { error_description: description }),
      ...(redirect !== undefined && { redirect }),
    }),
  )
}

/** Adds to a refusal what leads on from it: the login where it stands, or the way to a fresh one. */
function withLinks(parts: ApiParts, route: Middleware): Middleware {
  return async (ctx, next) => {
    try {
      await route(ctx, next)
    } catch (thrown) {
      const extension = await extensionFor(thrown, parts, ctx)
      if (!extension) throw thrown
      parts.report(thrown, undefined)
      answerFailure(ctx, failureOf(thrown), (_, failure) => writeProblem(ctx, failure, extension))
    }
  }
}

async function extensionFor(
  thrown: unknown,
  parts: ApiParts,
  ctx: Context,
): Promise<Extension | undefined> {
  if (isRefusal(thrown, 'STEP_NOT_CURRENT') || isRefusal(thrown, 'TICKET_MISSING')) {
    return { login: representation(parts, ctx, await currentView(parts, ctx)) }
  }
  if (isRefusal(thrown, 'LOGIN_EXPIRED')) {
    const href = `${loginAddress(parts.settings, readLoginId(ctx))}/restart`
    return { restart: { method: 'POST', href } }
  }
  return undefined
}

function currentView(parts: ApiParts, ctx: Context): Promise<LoginView> {
  return parts.logins.view(readLoginId(ctx), parts.binding.readBrowserSecret(ctx))
}

function writeLogin(parts: ApiParts, ctx: Context, view: LoginView): void {
  writeJson(ctx, representation(parts, ctx, view))
}

function representation({ settings }: ApiParts, ctx: Context, view: LoginView) {
  return representationOf(view, { settings, language: languageFor(ctx, view.uiLocales) })
}

function writeJson(ctx: Context, value: unknown): void {
  ctx.body = JSON.stringify(value)
  ctx.type = 'application/json'
}
