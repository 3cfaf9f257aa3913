/** Users as an administrator sees them: accounts with all that hangs on them, and no secret of it. */
import type { Knex } from 'knex'
import type {
  Association,
  Consent,
  Factor,
  Grant,
  Page,
  PageQuery,
  Position,
  Role,
  User,
  UserQuery,
} from '../engine/administration.ts'
import { number, optionalNumber, optionalText, type Row, text } from './rows.ts'

export async function listUsers(
  db: Knex,
  organisation: string,
  { search, source, status, group, ...query }: UserQuery,
): Promise<Page<User>> {
  const accounts = db('accounts').where({ organisation })
  if (source !== undefined) accounts.where({ source })
  if (status !== undefined) accounts.where({ status })
  if (group !== undefined) {
    accounts.whereIn(
      'id',
      db('account_groups').select('account_id').where({ organisation, group_name: group }),
    )
  }
  if (search !== undefined) {
    const part = `%${search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
    accounts.whereRaw("(user_name_key like ? escape '\\' or email_key like ? escape '\\')", [
      part,
      part,
    ])
  }
  const { items, next } = await pageOf(accounts, query, 'created_ms')
  return { items: await usersOf(db, organisation, items), ...(next && { next }) }
}

export async function findUser(
  db: Knex,
  organisation: string,
  id: string,
): Promise<User | undefined> {
  const rows: Row[] = await db('accounts').where({ organisation, id })
  return (await usersOf(db, organisation, rows))[0]
}

/**
 * A page in the order of `column` and then of `id`; one row more than asked for says whether there are more.
 *
 * @param descending the newest first
 */
export async function pageOf(
  rows: Knex.QueryBuilder,
  { after, limit }: PageQuery,
  column: string,
  { descending = false, id = 'id' } = {},
): Promise<Page<Row>> {
  const [direction, beyond] = descending ? ['desc', '<'] : ['asc', '>']
  if (after) {
    rows.whereRaw(`(${column}, ${id}) ${beyond} (?, ?)`, [after.ms, after.id])
  }
  const found: Row[] = await rows
    .orderBy([
      { column, order: direction },
      { column: id, order: direction },
    ])
    .limit(limit + 1)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  if (found.length <= limit || !last) return { items }
  const next: Position = { ms: number(last, column), id: text(last, id) }
  return { items, next }
}

/** What hangs on all of them is read in one statement a table. */
export async function usersOf(
  db: Knex,
  organisation: string,
  accounts: readonly Row[],
): Promise<readonly User[]> {
  if (accounts.length === 0) return []
  const ids = accounts.map((row) => text(row, 'id'))
  const of = async (table: string, ...order: readonly string[]) => {
    // Asked for the organisation as well, SQLite reads all of it.
    const rows: Row[] = await db(table)
      .whereIn('account_id', ids)
      .orderBy(order.map((column) => ({ column })))
    const own = rows.filter((row) => row.organisation === organisation)
    return Map.groupBy(own, (row) => text(row, 'account_id'))
  }
  const groups = await of('account_groups', 'group_name', 'source')
  const held = await of('account_roles', 'role')
  const credentials = await of('credentials', 'created_ms', 'id')
  const associations = await of('associations', 'connection', 'subject')
  const consents = await of('consents', 'connection')
  return accounts.map((row) => {
    const id = text(row, 'id')
    return {
      id,
      userName: text(row, 'user_name'),
      status: text(row, 'status') as User['status'],
      source: text(row, 'source'),
      directory: text(row, 'directory'),
      createdMs: number(row, 'created_ms'),
      claims: JSON.parse(text(row, 'claims')),
      provenance: JSON.parse(text(row, 'provenance')),
      groups: (groups.get(id) ?? []).map(grantOf),
      roles: (held.get(id) ?? []).map((role) => text(role, 'role') as Role),
      factors: (credentials.get(id) ?? []).map(factorOf),
      associations: (associations.get(id) ?? []).map(associationOf),
      consents: (consents.get(id) ?? []).map(consentOf),
    }
  })
}

function grantOf(row: Row): Grant {
  return { group: text(row, 'group_name'), source: text(row, 'source') }
}

function factorOf(row: Row): Factor {
  const name = optionalText(row, 'name')
  const usedMs = optionalNumber(row, 'used_ms')
  return {
    id: text(row, 'id'),
    kind: text(row, 'kind'),
    counter: number(row, 'counter'),
    createdMs: number(row, 'created_ms'),
    ...(name !== undefined && { name }),
    ...(usedMs !== undefined && { usedMs }),
  }
}

function associationOf(row: Row): Association {
  return {
    connection: text(row, 'connection'),
    subject: text(row, 'subject'),
    createdMs: number(row, 'created_ms'),
  }
}

function consentOf(row: Row): Consent {
  return {
    connection: text(row, 'connection'),
    application: text(row, 'application'),
    attributes: JSON.parse(text(row, 'attributes')),
    agreedMs: number(row, 'agreed_ms'),
  }
}
