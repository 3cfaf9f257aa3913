/** What an account has of its upstream identities of a connection, and parting it from them. */
import type { Knex } from 'knex'
import { withdrawConsent } from './consents.ts'
import { revokeAll } from './revoke.ts'

export interface Link {
  readonly connection: string
  /** Absent: all that the account has of the connection. */
  readonly subject?: string | undefined
}

/**
 * Through a transaction that has locked the account's row: of two that unlink at once the second sees what
 * the first has left. With the last identity of the connection goes what that has granted, and what was
 * agreed to of it: no login by it will take either back.
 *
 * @param waysIn kinds of credential that say whose account it is, beside another upstream identity
 * @returns `last-way-in`: nothing was changed, because nobody could sign in to the account any more
 */
export async function unlink(
  trx: Knex,
  organisation: string,
  account: string,
  { connection, subject }: Link,
  waysIn: readonly string[],
): Promise<'unlinked' | 'not-linked' | 'last-way-in'> {
  const own = { organisation, account_id: account }
  const meant = { ...own, connection, ...(subject !== undefined && { subject }) }
  const linked: { connection: string; subject: string }[] = await trx('associations')
    .select('connection', 'subject')
    .where(own)
  const left = linked.filter(
    (each) => each.connection !== connection || (subject !== undefined && each.subject !== subject),
  )
  if (left.length === linked.length) return 'not-linked'
  if (left.length === 0 && !(await ownWayIn(trx, own, waysIn))) return 'last-way-in'

  await trx('associations').where(meant).delete()
  if (!left.some((each) => each.connection === connection)) {
    await withdrawGrants(trx, own, connection)
    await withdrawConsent(trx, organisation, account, connection)
  }
  await revokeAll(trx, organisation, account)
  return 'unlinked'
}

/** @param waysIn as above */
export async function hasWayIn(
  trx: Knex,
  own: OwnRows,
  waysIn: readonly string[],
): Promise<boolean> {
  const linked = await trx('associations').first('connection').where(own)
  return linked !== undefined || ownWayIn(trx, own, waysIn)
}

async function ownWayIn(trx: Knex, own: OwnRows, waysIn: readonly string[]): Promise<boolean> {
  const found = await trx('credentials').first('id').where(own).whereIn('kind', waysIn)
  return found !== undefined
}

interface OwnRows {
  readonly organisation: string
  readonly account_id: string
}

/** Whether the connection's assigner has said which groups the account gets. */
export async function isAssigned(
  db: Knex,
  organisation: string,
  account: string,
  connection: string,
): Promise<boolean> {
  const own = { organisation, account_id: account, connection }
  return (
    (await db('associations').first('subject').where(own).whereNotNull('assigned_ms')) !== undefined
  )
}

/**
 * When the directory has last said at a login that they are there and current, in milliseconds.
 *
 * @returns absence: it has not been asked since they, or another entry of theirs, were associated
 */
export async function confirmedMs(
  db: Knex,
  organisation: string,
  account: string,
  directory: string,
): Promise<number | undefined> {
  const rows: { confirmed_ms: number | string | null }[] = await db('associations')
    .select('confirmed_ms')
    .where({ organisation, account_id: account, connection: directory })
  const times = rows.map((row) =>
    row.confirmed_ms === null ? undefined : Number(row.confirmed_ms),
  )
  if (times.length === 0 || times.includes(undefined)) return undefined
  return Math.min(...times.map(Number))
}

/** Parts an account from all that it has of a connection, also where that was its last way in. */
export async function removeAssociations(
  trx: Knex,
  organisation: string,
  account: string,
  connection: string,
): Promise<boolean> {
  const own = { organisation, account_id: account }
  const removed = await trx('associations')
    .where({ ...own, connection })
    .delete()
  await withdrawGrants(trx, own, connection)
  await withdrawConsent(trx, organisation, account, connection)
  await revokeAll(trx, organisation, account)
  return removed > 0
}

/** Whatever has granted for a connection has its name last. */
async function withdrawGrants(trx: Knex, own: OwnRows, connection: string): Promise<void> {
  const grants: { source: string }[] = await trx('account_groups').select('source').where(own)
  const its = grants.filter(({ source }) => source.endsWith(`:${connection}`))
  await trx('account_groups')
    .where(own)
    .whereIn('source', [...new Set(its.map(({ source }) => source))])
    .delete()
}
