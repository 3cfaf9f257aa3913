/** Who calls the admin API, and whether they may. */
import type { Context } from 'koa'
import type { Actor, Role } from '../../engine/administration.ts'
import { KnownError } from '../../kit/errors.ts'
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
  const token = /^Bearer ([\w.~+/-]{1,512}=*)$/i.exec(ctx.get('Authorization'))?.[1]
  const holder = token === undefined ? undefined : await findHolder(token)
  if (!holder) {
    // RFC 6750, section 3.1: whoever has sent none is told of no error.
    ctx.set('WWW-Authenticate', token === undefined ? 'Bearer' : 'Bearer error="invalid_token"')
    throw new KnownError('TOKEN_REFUSED', 'no access token of an administrator')
  }
  const { account, application, scopes } = holder
  const covers = (granted: readonly string[]) =>
    granted.includes('admin') || granted.includes(needs)
  if (covers([...scopes]) && covers(await administration.rolesOf(account))) {
    return { account, application }
  }
  ctx.set('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${needs}"`)
  throw new KnownError('NOT_ALLOWED', `account ${account} may not do this by ${application}`)
}
