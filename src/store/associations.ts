/** Parting an account from the upstream identities of a connection. */
import type { Knex } from 'knex'
import { revokeAll } from './revoke.ts'

/**
 * `last-way-in`: nothing was changed, because nobody could sign in to the account any more.
 */
export type Unlinked = 'unlinked' | 'not-linked' | 'last-way-in'

/**
 * Through a transaction that has locked the account's row: of two that unlink at once the second sees what
 * the first has left. What the connection has granted goes as well: no login by it will take it back.
 *
 * @param waysIn kinds of credential that say whose account it is, beside an identity of another connection
 */
export async function unlink(
  trx: Knex,
  organisation: string,
  account: string,
  connection: string,
  waysIn: readonly string[],
): Promise<Unlinked> {
  const own = { organisation, account_id: account }
  const linked = await trx('associations').select('connection').where(own)
  if (!linked.some((each) => each.connection === connection)) return 'not-linked'
  const wayIn = await trx('credentials').first('id').where(own).whereIn('kind', waysIn)
  const isLast = !wayIn && linked.every((each) => each.connection === connection)
  if (isLast) return 'last-way-in'

  await trx('associations')
    .where({ ...own, connection })
    .delete()
  // Whatever has granted for a connection has its name last.
  const grants: { source: string }[] = await trx('account_groups').select('source').where(own)
  const its = grants.filter(({ source }) => source.endsWith(`:${connection}`))
  await trx('account_groups')
    .where(own)
    .whereIn('source', [...new Set(its.map(({ source }) => source))])
    .delete()
  await revokeAll(trx, organisation, account)
  return 'unlinked'
}
