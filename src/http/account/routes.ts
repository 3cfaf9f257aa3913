/**
 * The account API: what people see and change of their own account. It takes an access token that was made
 * for it, of an application that says `selfService`; who may have one, that application's flow has decided.
 *
 * A pass-through person has no account, and so nothing here.
 */
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Administration, User } from '../../engine/administration.ts'
import { KnownError } from '../../kit/errors.ts'
import { consentOf, ownersOf } from '../admin/representation.ts'
import { bearerToken, scopeRefused, tokenRefused } from '../bearer.ts'
import { readJson } from '../body.ts'
import { DetailedRefusal, withDetails } from '../detailed-refusal.ts'
import type { Report } from '../errors.ts'
import type { TokenHolder } from '../provider/api-access.ts'
import { basePath, type Settings } from '../settings.ts'

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
  const asked = { change: 'profile', attributes } as const
  const isOwn = (now: User) => {
    refuseOthers(now, attributes)
    return true
  }
  const { administration, now } = parts
  const changed = await administration.changeUser(holder, user.id, asked, isOwn, now())
  if (changed.result !== 'changed' || !changed.user) {
    throw tokenRefused(ctx, bearerToken(ctx), noToken)
  }
  write(ctx, changed.user)
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

/**
 * What people say of themselves and nobody relies on (OpenID Connect Core, 5.1). A date of birth, a number
 * and whether it is verified, and whatever an organisation has names of its own for, is for others to say.
 */
const editable: ReadonlySet<string> = new Set([
  'name',
  'other.given_name',
  'other.family_name',
  'other.middle_name',
  'other.nickname',
  'other.profile',
  'other.picture',
  'other.website',
  'other.gender',
  'other.zoneinfo',
  'other.locale',
])
const valueMax = 256

/** @throws {KnownError} INPUT_INVALID */
function readAttributes(body: unknown): Readonly<Record<string, string | null>> {
  const profile = isRecord(body) && Object.keys(body).length === 1 ? body.profile : undefined
  if (!isRecord(profile)) throw new KnownError('INPUT_INVALID', 'a body without `profile` alone')
  const entries = Object.entries(profile)
  const isFine = entries.every(
    ([name, value]) => editable.has(name) && (value === null || isText(value)),
  )
  if (!isFine || entries.length === 0) {
    throw new KnownError('INPUT_INVALID', 'attributes that nobody writes of themselves')
  }
  return Object.fromEntries(entries) as Record<string, string | null>
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || value.length > valueMax) return false
  return value.isWellFormed() && !/\p{Cc}/u.test(value)
}

/** @throws {DetailedRefusal} ATTRIBUTE_OWNED, naming who says what stands there */
function refuseOthers(user: User, attributes: Readonly<Record<string, unknown>>): void {
  const others = Object.entries(ownersOf(user)).filter(
    ([name, owner]) => name in attributes && owner !== 'local',
  )
  if (others.length === 0) return
  throw new DetailedRefusal('ATTRIBUTE_OWNED', 'attributes that a connection says', {
    owners: Object.fromEntries(others),
  })
}

/** Each attribute with who says it: `local`, or a connection. */
function write(ctx: Context, user: User): void {
  const { id, userName, claims, groups } = user
  const values: Readonly<Record<string, unknown>> = {
    name: claims.name,
    email: claims.email,
    ...Object.fromEntries(
      Object.entries(claims.other ?? {}).map(([name, value]) => [`other.${name}`, value]),
    ),
  }
  const profile = Object.entries(ownersOf(user)).map(([name, owner]) => [
    name,
    { value: values[name], owner },
  ])
  ctx.body = JSON.stringify({
    id,
    userName,
    emailVerified: claims.emailVerified === true,
    profile: Object.fromEntries(profile),
    groups: [...new Set(groups.map(({ group }) => group))],
    consents: user.consents.map(consentOf),
  })
  ctx.type = 'application/json'
}
