/** A login as pages that work without script. */
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Logins, LoginView } from '../../engine/view.ts'
import { type ErrorCode, KnownError } from '../../kit/errors.ts'
import { randomSecret } from '../../kit/random.ts'
import { readForm, readPostedForm } from '../body.ts'
import { clientSource } from '../client-address.ts'
import type { BrowserBinding } from '../cookies.ts'
import { answerFailure, challenge, failureOf, type Report } from '../errors.ts'
import { readLoginId } from '../login-id.ts'
import { readParameters } from '../parameters.ts'
import { presentedWith } from '../presented.ts'
import type { AnswerNow } from '../provider/answer-now.ts'
import { addressOf, basePath, type Settings } from '../settings.ts'
import { visit } from '../visit.ts'
import { writeFailure } from './failure.ts'
import type { Html } from './html.ts'
import type { LastUsed } from './last-used.ts'
import { leaveAfterForm, seeOther } from './leave.ts'
import { askForNumber, takeNumber } from './link.ts'
import { loginPage } from './login.ts'
import { logoRoute } from './logo.ts'
import { languageFor, writePage } from './page.ts'
import { say } from './texts.ts'

export interface BrowserParts {
  readonly logins: Logins
  readonly binding: BrowserBinding
  readonly settings: Settings
  readonly style: Html
  /** Of the logins of those applications that look otherwise, by their ids. */
  readonly applicationStyles: ReadonlyMap<string, Html>
  readonly lastUsed: LastUsed
  readonly answerNow: (ctx: Context) => AnswerNow
  readonly report: Report
}

export function browserRoutes(parts: BrowserParts): Middleware {
  const router = new Router({ prefix: basePath(parts.settings) })
  router.get('/login/callback/:connection', withWayOn(parts, callback(parts)))
  router.post('/login/callback/:connection', withWayOn(parts, delivery(parts)))
  router.get('/login/callback/:connection/metadata', metadata(parts))
  router.get('/login/logo.svg', logoRoute(parts.settings.theme, 'logo.svg'))
  router.get('/login/logo-dark.svg', logoRoute(parts.settings.theme, 'logo-dark.svg'))
  router.get('/login/link/:token', askForNumber(parts))
  router.post('/login/link/:token', takeNumber(parts))
  router.get('/login/:id', withWayOn(parts, show(parts)))
  router.post('/login/:id', withWayOn(parts, withCurrentStep(parts, submit(parts))))
  router.post('/login/:id/restart', restart(parts))
  // Its type knows more of a context than Koa promises; it adds that itself.
  return router.routes() as unknown as Middleware
}

/**
 * Reads and nothing else: a link scanner, a prefetch and a reload change nothing (I-38). But where a link was
 * confirmed elsewhere the login has had its answer, and its own browser takes it by coming back, once.
 */
function show(parts: BrowserParts): Middleware {
  return async (ctx) => {
    const answer = parts.answerNow(ctx)
    const { view, hasMoved } = await visit(parts, ctx, answer.make)
    if (!hasMoved || view.redirect === undefined) return showLogin(parts, ctx, view)
    seeOther(ctx, onward(parts, ctx, view, answer))
  }
}

/** To the next step, to the upstream, or to the application: with its answer, or to where that is given. */
function onward(
  { settings }: BrowserParts,
  ctx: Context,
  { id, redirect, isAnswered }: LoginView,
  answer: AnswerNow,
): string {
  if (!isAnswered) return redirect ?? addressOf(settings, `/login/${id}`)
  const { location, cookies } = answer.given()
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie)
  return location
}

/** What was typed goes to the engine and nowhere else; what is shown comes by a GET of its own. */
function submit(parts: BrowserParts): Middleware {
  return async (ctx) => {
    const { seq, action, ...input } = await readForm(ctx)
    if (!seq || !action) {
      throw new KnownError('REQUEST_MALFORMED', 'a form without seq or action')
    }
    const id = readLoginId(ctx)
    const browserSecret = parts.binding.readBrowserSecret(ctx)
    const deviceSecret = randomSecret()
    const submission = {
      ...{ id, browserSecret, seq, action, input, idempotencyKey: undefined },
      presented: presentedWith(ctx.req, parts.settings),
      source: clientSource(ctx.req, parts.settings.trustedProxies ?? []),
    }
    const answer = parts.answerNow(ctx)
    const view = await parts.logins.act({ ...submission, deviceSecret, makeAnswer: answer.make })
    parts.lastUsed.keep(ctx, action)
    parts.binding.devices.keep(ctx, deviceSecret, view.remembered)
    const address = onward(parts, ctx, view, answer)
    if (view.redirect === undefined) seeOther(ctx, address)
    else leaveAfterForm(ctx, parts.style, address)
  }
}

/**
 * An upstream's answer. A GET with an effect, because that is how OAuth answers: bound to the cookie,
 * good once, and no HEAD (I-38). The redirects that follow it come of no form of ours.
 */
function callback(parts: BrowserParts): Middleware {
  return async (ctx) => {
    const { state } = readParameters(ctx.querystring)
    if (!state) throw new KnownError('CALLBACK_REFUSED', 'a callback without state')
    const answer = parts.answerNow(ctx)
    const view = await parts.logins.arrive({
      connection: readConnection(ctx),
      url: `${parts.settings.issuer.origin}${ctx.req.url}`,
      state,
      browserSecret: parts.binding.readBrowserSecret(ctx),
      makeAnswer: answer.make,
    })
    seeOther(ctx, onward(parts, ctx, view, answer))
  }
}

/**
 * An upstream's answer that its page has the browser post (SAML 2.0 Bindings, section 3.5). The post is
 * another site's and comes without our cookie, so nothing is done for it but to keep it; the browser is
 * sent on to the callback itself, by a GET that does bring the cookie.
 */
function delivery(parts: BrowserParts): Middleware {
  return async (ctx) => {
    const { text, fields } = await readPostedForm(ctx)
    const { RelayState: state } = fields
    if (!state) throw new KnownError('CALLBACK_REFUSED', 'a posted answer without RelayState')
    const connection = readConnection(ctx)
    await parts.logins.deliver({ connection, state, form: text })
    const onward = new URL(addressOf(parts.settings, `/login/callback/${connection}`))
    onward.searchParams.set('state', state)
    seeOther(ctx, onward.href)
  }
}

/** What an upstream's administrator reads of us: addresses and public keys, for anybody. */
function metadata(parts: BrowserParts): Middleware {
  return async (ctx) => {
    const document = await parts.logins.metadata(readConnection(ctx))
    if (document === undefined) throw new KnownError('PAGE_NOT_FOUND', 'nothing is published there')
    ctx.type = 'application/samlmetadata+xml'
    ctx.body = document
  }
}

function restart(parts: BrowserParts): Middleware {
  return async (ctx) => {
    await readForm(ctx)
    const browserSecret = parts.binding.readBrowserSecret(ctx)
    const address = await parts.logins.restart(readLoginId(ctx), browserSecret)
    leaveAfterForm(ctx, parts.style, address)
  }
}

/** Refusals that know which login they are about lead back to it; an upstream's answer names none. */
function withWayOn(parts: BrowserParts, route: Middleware): Middleware {
  return async (ctx, next) => {
    try {
      await route(ctx, next)
    } catch (thrown) {
      const known = thrown instanceof KnownError ? thrown : undefined
      const id = ctx.params.id ?? known?.about
      const way = id && known && waysOn[known.code]?.(`${basePath(parts.settings)}/login/${id}`)
      if (!way) throw thrown
      parts.report(thrown, undefined)
      answerFailure(ctx, failureOf(thrown), (_, failure) =>
        writeFailure(ctx, parts.style, failure, way),
      )
    }
  }
}

const staying: readonly ErrorCode[] = ['STEP_NOT_CURRENT', 'INPUT_INVALID', 'TICKET_MISSING']

/**
 * A refusal after which the person goes on where the login stands: the page says so, and is that step. Where the login
 * is over they are led to where it has led.
 */
function withCurrentStep(parts: BrowserParts, route: Middleware): Middleware {
  return async (ctx, next) => {
    try {
      await route(ctx, next)
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown
      const isOver = thrown.code === 'LOGIN_OVER'
      if (!isOver && !staying.includes(thrown.code)) throw thrown
      const view = await currentView(parts, ctx)
      parts.report(thrown, undefined)
      // Of two clicks the browser follows the second: the first has been given what is there for both.
      if (isOver) return leaveAfterForm(ctx, parts.style, view.redirect!)
      ctx.status = thrown.status
      challenge(ctx, thrown.code)
      showLogin(parts, ctx, view, thrown.code)
    }
  }
}

/** One line for each refusal that has a way on. */
const waysOn: Readonly<Record<string, (path: string) => { restart?: string; again?: string }>> = {
  LOGIN_EXPIRED: (path) => ({ restart: `${path}/restart` }),
  TOO_MANY_TRIES: (path) => ({ again: path }),
  BUSY: (path) => ({ again: path }),
}

function currentView(parts: BrowserParts, ctx: Context): Promise<LoginView> {
  return parts.logins.view(readLoginId(ctx), parts.binding.readBrowserSecret(ctx))
}

/** The status is the caller's; 200 unless said otherwise. */
function showLogin(parts: BrowserParts, ctx: Context, view: LoginView, refused?: ErrorCode): void {
  const path = `${basePath(parts.settings)}/login/${view.id}`
  const language = languageFor(ctx, view.uiLocales)
  const notice = refused && say(language, `error.${refused}`)
  if (ctx.status === 404) ctx.status = 200
  const style = parts.applicationStyles.get(view.application.id) ?? parts.style
  writePage(ctx, style, loginPage(view, language, path, notice, parts.lastUsed.read(ctx)))
}

function readConnection(ctx: Context): string {
  const connection: string = ctx.params.connection
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/i.test(connection)) {
    throw new KnownError('CALLBACK_REFUSED', 'a callback of a connection that cannot be one')
  }
  return connection
}
