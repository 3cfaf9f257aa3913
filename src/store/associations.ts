/** Parting an account from the upstream identities of a connection. */
import type { Knex } from 'knex'
import { revokeAll } from './revoke.ts'

/**
 * `last-way-in`: nothing was changed, because nobody could sign in to the account any more. What counts as a
 * way in is what says whose account it is: a password, a passkey, an identity of another connection.
 */
export type Unlinked = 'unlinked' | 'not-linked' | 'last-way-in'

/**
 * Through a transaction that has locked the account's row: of two that unlink at once the second sees what
 * the first has left. What the connection has granted goes as well: no login by it will take it back.
 */
export async function unlink(
  trx: Knex,
  organisation: string,
  account: string,
  connection: string,
): Promise<Unlinked> {
  const own = { organisation, account_id: account }
  const linked = await trx('associations').select('connection').where(own)
  if (!linked.some((each) => each.connection === connection)) return 'not-linked'
  const wayIn = await trx('credentials')
    .first('id')
    .where(own)
    .whereIn('kind', ['password', 'webauthn'])
  const isLast = !wayIn && linked.every((each) => each.connection === connection)
  if (isLast) return 'last-way-in'

  await trx('associations')
    .where({ ...own, connection })
    .delete()
  const grants = await trx('account_groups').select('source').where(own)
  const its = grants.filter(({ source }) => isOf(connection, source)).map(({ source }) => source)
  await trx('account_groups').where(own).whereIn('source', its).delete()
  await revokeAll(trx, organisation, account)
  return 'unlinked'
}

/** `connection:<id>`, or `assign:<application>:<id>`. */
function isOf(connection: string, source: string): boolean {
  const [by, ...rest] = source.split(':')
  return (by === 'connection' || by === 'assign') && rest.at(-1) === connection
}
