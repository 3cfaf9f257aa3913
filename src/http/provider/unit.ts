/** One request, one unit of work, one commit before the answer goes out. */
import type { Context, Middleware } from 'koa'
import { type ProviderStore, UnitRefused } from '../../engine/provider-store.ts'
import { KnownError } from '../../kit/errors.ts'

/**
 * For every route of the provider but `/auth/:uid`, which has an answer of its own to each refusal.
 *
 * An answer of 500 or above commits nothing.
 */
export function unitOfWork(store: ProviderStore): Middleware {
  return async (ctx, next) => {
    const unit = store.open()
    await store.within(unit, next)
    if (ctx.status >= 500) return answerAsItself(ctx)
    try {
      await unit.commit()
    } catch (thrown) {
      if (!(thrown instanceof UnitRefused)) throw thrown
      await answerRefusal(ctx, store, thrown)
    }
  }
}

async function answerRefusal(
  ctx: Context,
  store: ProviderStore,
  { refusal }: UnitRefused,
): Promise<void> {
  discardAnswer(ctx)
  if (refusal === 'account') await endSessionOf(store, ctx)
  // The browser asks again, and is seen as it now is.
  if (ctx.method === 'GET') return askAgain(ctx)
  if (routeOf(ctx) !== 'token') throw new KnownError('BUSY', `refused for now: ${refusal}`)
  // Of two that redeem one code, the loser learns what a second one would (RFC 6749, 4.1.2).
  ctx.status = 400
  ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' }
  await revokeOf(ctx, store)
}

/** @param error what the library has met, and answers with a bare 500 */
export function keepRefusal(ctx: Context, error: unknown): void {
  if (error instanceof KnownError) ctx.state.refusal = error
}

/** @throws what was kept: a refusal has an answer of its own, and says when to come again */
export function answerAsItself({ state }: Context): void {
  if (state.refusal) throw state.refusal
}

/** The library's name for what was asked. */
function routeOf(ctx: Context): string | undefined {
  return (ctx as { oidc?: { route?: string } }).oidc?.route
}

export function askAgain(ctx: Context): void {
  ctx.redirect(ctx.href)
  ctx.status = 303
}

/** Where an account is locked by other hands than ours, its session is still there: asking goes in circles. */
export async function endSessionOf(store: ProviderStore, ctx: Context): Promise<void> {
  const uid = (ctx as { oidc?: { session?: { uid?: string } } }).oidc?.session?.uid
  if (uid === undefined) return
  const unit = store.open()
  unit.endSession(uid)
  await unit.commit()
}

/** A code that is used twice takes with it what the first use was given (RFC 6749, 4.1.2). */
async function revokeOf(ctx: Context, store: ProviderStore): Promise<void> {
  const oidc = (ctx as { oidc?: { entities: { Grant?: { jti: string } } } }).oidc
  const grantId = oidc?.entities.Grant?.jti
  if (!grantId) return
  const unit = store.open()
  for (const model of ['AccessToken', 'RefreshToken', 'AuthorizationCode']) {
    unit.revokeByGrantId(model, grantId)
  }
  unit.destroy('Grant', grantId)
  await unit.commit()
}

/** Forgets what the library has put on an answer that must not go out. */
export function discardAnswer(ctx: Context): void {
  ctx.remove('Set-Cookie')
  ctx.remove('Location')
  ctx.body = null
}
