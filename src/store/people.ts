/** Accounts, what they hold and what they belong to. All reads go through one handle. */
import type { Knex } from 'knex'
import type { People } from '../engine/ports.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Claims } from '../language/facts.ts'
import type { Person } from '../language/step.ts'
import { userNameKey } from '../language/user-name.ts'

export function openPeople(db: Knex, organisation: string, seal: Sealer): People {
  const byAccount = (where: (query: Knex.QueryBuilder) => void) =>
    readPerson(db, organisation, where)

  return {
    findByUserName: (userName) =>
      byAccount((query) => query.where('a.user_name_key', userNameKey(userName))),

    findAccount: (id) => byAccount((query) => query.where('a.id', id)),

    findAssociated: (connection, subject) =>
      byAccount((query) =>
        query.where(
          'a.id',
          db('associations').select('account_id').where({ organisation, connection, subject }),
        ),
      ),

    async readCredential(account, kind) {
      const row = await db('credentials')
        .first('id', 'sealed_secret', 'counter')
        .where({ organisation, account_id: account, kind })
      return (
        row && {
          id: row.id,
          secret: seal.open(row.sealed_secret, row.id),
          counter: Number(row.counter),
        }
      )
    },
  }
}

interface Row {
  id: string
  user_name: string
  status: Person['status']
  source: string
  claims: string
  what: 'credential' | 'association' | 'group' | null
  name: string | null
  ref: string | null
}

/**
 * One statement: the account beside what hangs on it, one row for each thing. Each table is asked for
 * this account by its own index; a join from outside the union would read all of all three.
 */
async function readPerson(
  db: Knex,
  organisation: string,
  where: (query: Knex.QueryBuilder) => void,
): Promise<Person | undefined> {
  const account = db.select('a.*').from({ a: 'accounts' }).where('a.organisation', organisation)
  where(account)
  const hanging = (table: string, columns: string) =>
    db.select(db.raw(columns)).from(table).whereIn('account_id', db.select('id').from('found'))
  const rows: Row[] = await db
    .with('found', account)
    .select('a.id', 'a.user_name', 'a.status', 'a.source', 'a.claims', 'h.what', 'h.name', 'h.ref')
    .from({ a: 'found' })
    .leftJoin(
      hanging('credentials', "account_id, 'credential' as what, kind as name, id as ref")
        .unionAll([
          hanging('associations', "account_id, 'association', connection, subject"),
          hanging('account_groups', "account_id, 'group', group_name, source"),
        ])
        .as('h'),
      'h.account_id',
      'a.id',
    )
  const [first] = rows
  return first && personOf(first, rows)
}

function personOf(first: Row, rows: readonly Row[]): Person {
  const of = (what: Row['what']) =>
    rows.flatMap((row) => (row.what === what ? [{ name: row.name ?? '', ref: row.ref ?? '' }] : []))
  const grants = of('group').map(({ name, ref }) => ({ group: name, source: ref }))
  return {
    id: first.id,
    userName: first.user_name,
    status: first.status,
    source: first.source,
    claims: JSON.parse(first.claims) as Claims,
    groups: [...new Set(grants.map(({ group }) => group))].sort((a, b) => (a < b ? -1 : 1)),
    grants,
    credentials: [
      ...of('credential').map(({ name, ref }) => ({ id: ref, kind: name })),
      ...of('association').map(({ name, ref }) => ({
        id: `connection:${name}:${ref}`,
        kind: `connection:${name}`,
      })),
    ],
  }
}
