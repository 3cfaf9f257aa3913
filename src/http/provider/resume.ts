/**
 * `/auth/:uid`, where a browser comes when its login has ended: the application is answered, once, in the
 * transaction that ends the login.
 *
 * A crash before the commit changes nothing: the browser asks again and is answered. After it, the same
 * browser gets the same answer for a minute, as long as the code has not been redeemed.
 */
import type { Context, Middleware } from 'koa'
import type { Login } from '../../engine/login.ts'
import {
  type FinishedLogin,
  type ProviderStore,
  type UnitOfWork,
  UnitRefused,
} from '../../engine/provider-store.ts'
import { KnownError } from '../../kit/errors.ts'
import { fingerprint } from '../../kit/random.ts'
import type { Proof } from '../../language/facts.ts'
import type { DeviceCookie } from '../devices.ts'
import type { Answers } from './answers.ts'
import { replaceDevice } from './remembered.ts'
import { answerAsItself, askAgain, discardAnswer, endSessionOf } from './unit.ts'

export interface ResumeParts {
  readonly store: ProviderStore
  readonly answers: Answers
  readonly devices: DeviceCookie
  readonly readBrowserSecret: (ctx: Context) => string | undefined
  readonly sessionCookieName: string
  readonly resumeCookieName: string
  readonly subjectOfLogin: (login: Login) => string | undefined
  readonly loginPath: (id: string) => string
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** How long the same browser is given the same answer. */
const sameAnswerMs = 60_000

export function resumeLogin(
  parts: ResumeParts,
): Middleware<object, Context & { params: { uid: string } }> {
  return async (ctx, next) => {
    const { uid } = ctx.params
    const finished = await parts.store.findLoginByInteraction(uid)
    // An interaction without a login is not ours to answer; the library says that it has expired.
    if (!finished) throw new KnownError('BROWSER_MISMATCH', 'no login belongs to this interaction')
    checkBrowser(parts, ctx, finished.login)

    if (finished.login.status === 'answered') return answerAgain(parts, ctx, finished)
    if (finished.login.status === 'running') {
      if (parts.now() <= finished.login.deadlineMs) {
        ctx.redirect(parts.loginPath(finished.login.id))
        ctx.status = 303
        return
      }
      return endAndAskAgain(parts, ctx, finished.login, 'access_denied')
    }
    await answer(parts, ctx, finished, next)
  }
}

async function answer(
  parts: ResumeParts,
  ctx: Context,
  finished: FinishedLogin,
  next: () => Promise<void>,
): Promise<void> {
  const { login } = finished
  const unit = parts.store.open()
  if (await leansOnEnded(unit, login)) return endAndAskAgain(parts, ctx, login, 'access_denied')
  await parts.store.within(unit, async () => {
    if (!(await hand(parts, ctx, unit, finished))) {
      throw new KnownError('LOGIN_EXPIRED', `the request behind login ${login.id} has expired`)
    }
    await next()
  })
  if (ctx.status >= 500) return answerAsItself(ctx)
  await replaceDevice(unit, parts.devices, ctx, login)
  unit.answer(login, () => ({ response: sealable(ctx), code: codeIn(ctx) }))
  try {
    await unit.commit()
  } catch (thrown) {
    if (!(thrown instanceof UnitRefused)) throw thrown
    discardAnswer(ctx)
    if (thrown.refusal === 'account') await endSessionOf(parts.store, ctx)
    if (thrown.refusal === 'account' || thrown.refusal === 'session-ended') {
      return endAndAskAgain(parts, ctx, login, 'access_denied')
    }
    if (thrown.refusal === 'session-raced') await takeUpSibling(parts, ctx, unit, login)
    // Another request was first: this one now sees what it has left.
    askAgain(ctx)
  }
}

/** A tab beside this one has just made this browser's session for this account: this one goes on with it. */
async function takeUpSibling(
  { sessionCookieName, subjectOfLogin }: ResumeParts,
  ctx: Context,
  unit: UnitOfWork,
  login: Login,
): Promise<void> {
  const subject = subjectOfLogin(login)
  const sibling = subject && (await unit.findSessionOf(login.browserHash, subject))
  if (!sibling) return
  ctx.cookies.set(sessionCookieName, sibling.id, { httpOnly: true, sameSite: 'lax', path: '/' })
}

/** Whether it counts proofs of a session that was ended meanwhile: signing out took them along. */
async function leansOnEnded(unit: UnitOfWork, { facts }: Login): Promise<boolean> {
  const { session, proofs, end } = facts
  if (!session || end?.outcome !== 'success') return false
  const isFrom = ({ credential, atMs }: Proof) =>
    session.proofs.some((held) => held.credential === credential && held.atMs === atMs)
  if (!proofs.some(isFrom)) return false
  return (await unit.findByUid('Session', session.uid))?.accountId !== session.account
}

/** Gives the library the login's result, and the session that it may go on with. */
async function hand(
  parts: ResumeParts,
  ctx: Context,
  unit: UnitOfWork,
  { login, interaction }: FinishedLogin,
): Promise<boolean> {
  const uid = login.interactionUid
  if (!interaction || (interaction.exp as number) * 1000 <= parts.now()) return false
  const { session: _before, ...rest } = interaction
  unit.pretend('Interaction', uid, { ...rest, result: parts.answers.resultOf(login) })
  parts.answers.resume(ctx, login)
  // The library asks for a cookie of its own, which says less than the browser's secret.
  setRequestCookie(ctx, parts.resumeCookieName, uid)
  await chooseSession(parts, ctx, unit, login)
  return true
}

/**
 * The browser's session goes on only for the same account; another account's ends here. A login that has
 * failed neither ends a session nor gets one.
 */
async function chooseSession(
  parts: ResumeParts,
  ctx: Context,
  unit: UnitOfWork,
  login: Login,
): Promise<void> {
  const subject = parts.subjectOfLogin(login)
  if (subject === undefined || login.facts.end?.outcome !== 'success') return
  const cookie = ctx.cookies.get(parts.sessionCookieName)
  const present = cookie ? await unit.find('Session', cookie) : undefined
  if (present?.accountId && present.accountId !== subject) {
    unit.endSession(present.uid!)
    unit.pretend('Session', cookie!, undefined)
    return
  }
}

/** For this request the cookie is the sibling's: the library finds, rotates and sets it. */
function setRequestCookie(ctx: Context, name: string, value: string): void {
  const others = ctx
    .get('Cookie')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !pair.startsWith(`${name}=`))
  ctx.req.headers.cookie = [...others, `${name}=${value}`].join('; ')
}

function checkBrowser(parts: ResumeParts, ctx: Context, login: Login): void {
  const secret = parts.readBrowserSecret(ctx)
  if (!secret || fingerprint(secret) !== login.browserHash) {
    throw new KnownError('BROWSER_MISMATCH', `login ${login.id} belongs to another browser`)
  }
}

async function answerAgain(
  parts: ResumeParts,
  ctx: Context,
  { login, answer: given, answeredMs }: FinishedLogin,
): Promise<void> {
  const fresh = answeredMs !== undefined && parts.now() - answeredMs <= sameAnswerMs
  const unused = !given?.code || (await parts.store.isCodeUnused(given.code))
  if (!given || !fresh || !unused) {
    throw new KnownError('LOGIN_OVER', `login ${login.id} has been answered`)
  }
  const { status, location, cookies, type, body } = JSON.parse(given.response) as Response
  if (cookies.length > 0) ctx.set('Set-Cookie', [...cookies])
  if (location) ctx.redirect(location)
  if (type) ctx.type = type
  if (body) ctx.body = body
  ctx.status = status
}

async function endAndAskAgain(
  parts: ResumeParts,
  ctx: Context,
  login: Login,
  error: string,
): Promise<void> {
  await parts.store.endWithError(login, error)
  askAgain(ctx)
}

interface Response {
  readonly status: number
  readonly location: string | undefined
  readonly cookies: readonly string[]
  readonly type: string | undefined
  readonly body: string | undefined
}

function sealable(ctx: Context): string {
  const location = ctx.response.get('Location') || undefined
  const response: Response = {
    status: ctx.status,
    location,
    cookies: [ctx.response.get('Set-Cookie')].flat().filter((cookie) => cookie !== ''),
    type: ctx.response.get('Content-Type') || undefined,
    body: location === undefined && typeof ctx.body === 'string' ? ctx.body : undefined,
  }
  return JSON.stringify(response)
}

function codeIn(ctx: Context): string | undefined {
  const oidc = (ctx as { oidc?: { entities: { AuthorizationCode?: { jti: string } } } }).oidc
  return oidc?.entities.AuthorizationCode?.jti
}
