/**
 * The account API: what people see and change of their own account. It takes an access token that was made
 * for it, of an application that says `selfService`; who may have one, that application's flow has decided.
 *
 * A pass-through person has no account, and so nothing here.
 */
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Administration, User } from '../../engine/administration.ts'
import { consentOf } from '../admin/representation.ts'
import { bearerToken, scopeRefused, tokenRefused } from '../bearer.ts'
import { readJson } from '../body.ts'
import { withDetails } from '../detailed-refusal.ts'
import type { Report } from '../errors.ts'
import type { TokenHolder } from '../provider/api-access.ts'
import { basePath, type Settings } from '../settings.ts'
import { changeProfile, profileOf, readAttributes } from './profile.ts'

export interface AccountParts {
  readonly settings: Settings
  readonly administration: Pick<Administration, 'findUser' | 'changeUser'>
  /** Whose an access token is; absent: nobody's, or it is not for this API. */
  readonly findOwner: (token: string) => Promise<TokenHolder | undefined>
  readonly report: Report
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

export function accountRoutes(parts: AccountParts): Middleware {
  const router = new Router({ prefix: `${basePath(parts.settings)}/account/api` })
  router.get('/me', async (ctx) => {
    const { user } = await ownerOf(ctx, parts)
    write(ctx, user)
  })
  router.patch(
    '/me',
    withDetails(parts.report, (ctx) => change(ctx, parts)),
  )
  router.delete('/me/consents/:connection', (ctx) => withdraw(ctx, parts))
  return router.routes() as unknown as Middleware
}

async function change(ctx: Context, parts: AccountParts): Promise<void> {
  const { holder, user } = await ownerOf(ctx, parts)
  const attributes = readAttributes(await readJson(ctx))
  const { administration, now } = parts
  const changed = await changeProfile(administration, holder, user.id, attributes, now())
  if (!changed) throw tokenRefused(ctx, bearerToken(ctx), noToken)
  write(ctx, changed)
}

/** Also of what was never agreed to: then nothing changes. */
async function withdraw(ctx: Context, parts: AccountParts): Promise<void> {
  const { holder, user } = await ownerOf(ctx, parts)
  const asked = { change: 'withdraw-consent', connection: String(ctx.params.connection) } as const
  await parts.administration.changeUser(holder, user.id, asked, () => true, parts.now())
  ctx.status = 204
}

/**
 * Read live: an account that is locked, or gone, has nothing here whatever its token says.
 *
 * @throws {KnownError} TOKEN_REFUSED, NOT_ALLOWED
 */
async function ownerOf(
  ctx: Context,
  { findOwner, administration }: AccountParts,
): Promise<{ holder: TokenHolder; user: User }> {
  const token = bearerToken(ctx)
  const holder = token === undefined ? undefined : await findOwner(token)
  const user = holder && (await administration.findUser(holder.account))
  if (!holder || user?.status !== 'active') throw tokenRefused(ctx, token, noToken)
  if (holder.scopes.has('account')) return { holder, user }
  throw scopeRefused(ctx, 'account', `a token of ${holder.application} without the scope account`)
}

const noToken = 'no access token for the account API'

/** Each attribute with who says it: `local`, or a connection. */
function write(ctx: Context, user: User): void {
  const { id, userName, claims, groups } = user
  ctx.body = JSON.stringify({
    id,
    userName,
    emailVerified: claims.emailVerified === true,
    profile: profileOf(user),
    groups: [...new Set(groups.map(({ group }) => group))],
    consents: user.consents.map(consentOf),
  })
  ctx.type = 'application/json'
}
