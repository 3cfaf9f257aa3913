/**
 * `/auth/:uid`, where a browser comes when its login has ended and its application was not answered with that: it is
 * answered here, once, in a transaction of its own.
 *
 * A crash before the commit changes nothing: the browser asks again and is answered. After it, the same
 * browser gets the same answer for a minute, as long as the code has not been redeemed.
 */
import type { Context, Middleware } from 'koa'
import type { Login } from '../../engine/login.ts'
import { type FinishedLogin, type UnitOfWork, UnitRefused } from '../../engine/provider-store.ts'
import { KnownError } from '../../kit/errors.ts'
import { fingerprint } from '../../kit/random.ts'
import { type AnswerParts, makeAnswer, readResponse } from './make-answer.ts'
import { answerAsItself, askAgain, discardAnswer, endSessionOf } from './unit.ts'

export interface ResumeParts extends AnswerParts {
  readonly readBrowserSecret: (ctx: Context) => string | undefined
  readonly loginPath: (id: string) => string
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
    await answer(parts, ctx, finished.login, next)
  }
}

async function answer(
  parts: ResumeParts,
  ctx: Context,
  login: Login,
  next: () => Promise<void>,
): Promise<void> {
  const made = await makeAnswer(parts, ctx, login, next)
  if (made === 'signed-out') return endAndAskAgain(parts, ctx, login, 'access_denied')
  if (made === 'expired') {
    throw new KnownError('LOGIN_EXPIRED', `the request behind login ${login.id} has expired`)
  }
  if (made === 'failed') return answerAsItself(ctx)
  try {
    await made.commit()
  } catch (thrown) {
    if (!(thrown instanceof UnitRefused)) throw thrown
    discardAnswer(ctx)
    if (thrown.refusal === 'account') await endSessionOf(parts.store, ctx)
    if (thrown.refusal === 'account' || thrown.refusal === 'session-ended') {
      return endAndAskAgain(parts, ctx, login, 'access_denied')
    }
    if (thrown.refusal === 'session-raced') await takeUpSibling(parts, ctx, made, login)
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
  const { status, location, cookies, type, body } = readResponse(given.response)
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
