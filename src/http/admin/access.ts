/** Who calls the admin API, and whether they may. */
import type { Context } from 'koa'
import type { Actor, Role } from '../../engine/administration.ts'
import { bearerToken, scopeRefused, tokenRefused } from '../bearer.ts'
import type { AdminParts } from './route.ts'

/**
 * A token can only ever lessen what its account may do: the roles are read live, so one that is withdrawn
 * counts at once, whatever was given out before.
 *
 * @throws {KnownError} TOKEN_REFUSED, NOT_ALLOWED
 */
export async function actorOf(
  ctx: Context,
  needs: Role,
  { findHolder, administration }: Pick<AdminParts, 'findHolder' | 'administration'>,
): Promise<Actor> {
  const token = bearerToken(ctx)
  const holder = token === undefined ? undefined : await findHolder(token)
  if (!holder) throw tokenRefused(ctx, token, 'no access token of an administrator')
  const { account, application, scopes } = holder
  if (covers([...scopes], needs) && covers(await administration.rolesOf(account), needs)) {
    return { account, application }
  }
  throw scopeRefused(ctx, needs, `account ${account} may not do this by ${application}`)
}

/** Whoever may change everything may see it. @param granted roles, or the scopes that are named after them */
export function covers(granted: readonly string[], needs: Role): boolean {
  return granted.includes('admin') || granted.includes(needs)
}
