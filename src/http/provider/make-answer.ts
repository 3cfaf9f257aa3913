/** The application's answer to a login that has ended, as the library gives it; nothing of it is written here. */
import type { Context } from 'koa'
import type { Login } from '../../engine/login.ts'
import type { Payload, ProviderStore, UnitOfWork } from '../../engine/provider-store.ts'
import type { Proof } from '../../language/facts.ts'
import type { DeviceCookie } from '../devices.ts'
import type { Answers } from './answers.ts'
import { replaceDevice } from './remembered.ts'

export interface AnswerParts {
  readonly store: ProviderStore
  readonly answers: Answers
  readonly devices: DeviceCookie
  readonly sessionCookieName: string
  readonly resumeCookieName: string
  readonly subjectOfLogin: (login: Login) => string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/**
 * Leaves the answer on `ctx`.
 *
 * @param library answers a request to `/auth/:uid`, which `ctx` is taken for
 * @returns what is to be written with it; or `signed-out`: it counts proofs of a session that is gone; `expired`: the
 *   request is too old; `failed`: the library has answered with an error of its own
 */
export async function makeAnswer(
  parts: AnswerParts,
  ctx: Context,
  login: Login,
  library: () => Promise<void>,
): Promise<UnitOfWork | 'signed-out' | 'expired' | 'failed'> {
  const unit = parts.store.open()
  if (await leansOnEnded(unit, login)) return 'signed-out'
  const isHanded = await parts.store.within(unit, async () => {
    if (!(await hand(parts, ctx, unit, login))) return false
    await library()
    return true
  })
  if (!isHanded) return 'expired'
  if (ctx.status >= 500) return 'failed'
  await replaceDevice(unit, parts.devices, ctx, login)
  unit.answer(login, { response: JSON.stringify(responseOf(ctx)), code: codeIn(ctx) })
  return unit
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
  parts: AnswerParts,
  ctx: Context,
  unit: UnitOfWork,
  login: Login,
): Promise<boolean> {
  const { interactionUid: uid } = login
  const interaction = login.interaction && (JSON.parse(login.interaction) as Payload)
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
  parts: AnswerParts,
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
  }
}

/** As if the browser had sent it so. */
function setRequestCookie(ctx: Context, name: string, value: string): void {
  const others = ctx
    .get('Cookie')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !pair.startsWith(`${name}=`))
  ctx.req.headers.cookie = [...others, `${name}=${value}`].join('; ')
}

/** As it is kept, for the same browser to be given again. */
export interface Response {
  readonly status: number
  readonly location: string | undefined
  readonly cookies: readonly string[]
  readonly type: string | undefined
  readonly body: string | undefined
}

export function readResponse(text: string): Response {
  return JSON.parse(text) as Response
}

export function responseOf(ctx: Context): Response {
  const location = ctx.response.get('Location') || undefined
  return {
    status: ctx.status,
    location,
    cookies: [ctx.response.get('Set-Cookie')].flat().filter((cookie) => cookie !== ''),
    type: ctx.response.get('Content-Type') || undefined,
    body: location === undefined && typeof ctx.body === 'string' ? ctx.body : undefined,
  }
}

function codeIn(ctx: Context): string | undefined {
  const oidc = (ctx as { oidc?: { entities: { AuthorizationCode?: { jti: string } } } }).oidc
  return oidc?.entities.AuthorizationCode?.jti
}
