/** Accounts, what they hold and what they belong to. All reads go through one handle. */
import type { Knex } from 'knex'
import type { People } from '../engine/ports.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Claims } from '../language/facts.ts'
import type { Person } from '../language/step.ts'
import { userNameKey } from '../language/user-name.ts'

export function openPeople(db: Knex, organisation: string, seal: Sealer): People {
  let known: Known[] = []

  async function read(
    has: (each: Known) => boolean,
    where: (query: Knex.QueryBuilder) => void,
  ): Promise<Known | undefined> {
    const remembered = known.find(has)
    if (remembered) return remembered
    const found = await readKnown(db, organisation, where)
    if (found) known.push(found)
    return found
  }

  const byId = (id: string) =>
    read(
      ({ person }) => person.id === id,
      (query) => query.where('a.id', id),
    )

  return {
    async findByUserName(userName) {
      const key = userNameKey(userName)
      const found = await read(
        ({ person }) => userNameKey(person.userName) === key,
        (query) => query.where('a.user_name_key', key),
      )
      return found?.person
    },

    findAccount: async (id) => (await byId(id))?.person,

    async findAssociated(connection, subject) {
      const credential = `connection:${connection}:${subject}`
      const found = await read(
        ({ person }) => person.credentials.some(({ id }) => id === credential),
        (query) =>
          query.where(
            'a.id',
            db('associations').select('account_id').where({ organisation, connection, subject }),
          ),
      )
      return found?.person
    },

    async readCredential(account, kind) {
      const found = (await byId(account))?.sealed.find((each) => each.kind === kind)
      return (
        found && {
          id: found.id,
          secret: seal.open(found.secret, found.id),
          counter: found.counter,
        }
      )
    },

    forget() {
      known = []
    },
  }
}

interface Known {
  readonly person: Person
  /** What the credentials hold, still sealed. */
  readonly sealed: readonly SealedCredential[]
}

interface SealedCredential {
  readonly id: string
  readonly kind: string
  readonly secret: string
  readonly counter: number
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
  sealed_secret: string | null
  counter: number | string | null
}

/**
 * One statement: the account beside what hangs on it, one row for each thing. Each table is asked for
 * this account by its own index; a join from outside the union would read all of all three.
 */
async function readKnown(
  db: Knex,
  organisation: string,
  where: (query: Knex.QueryBuilder) => void,
): Promise<Known | undefined> {
  const account = db.select('a.*').from({ a: 'accounts' }).where('a.organisation', organisation)
  where(account)
  const hanging = (table: string, columns: string) =>
    db.select(db.raw(columns)).from(table).whereIn('account_id', db.select('id').from('found'))
  const rows: Row[] = await db
    .with('found', account)
    .select('a.id', 'a.user_name', 'a.status', 'a.source', 'a.claims')
    .select('h.what', 'h.name', 'h.ref', 'h.sealed_secret', 'h.counter')
    .from({ a: 'found' })
    .leftJoin(
      hanging(
        'credentials',
        "account_id, 'credential' as what, kind as name, id as ref, sealed_secret, counter",
      )
        .unionAll([
          hanging('associations', "account_id, 'association', connection, subject, null, null"),
          hanging('account_groups', "account_id, 'group', group_name, source, null, null"),
        ])
        .as('h'),
      'h.account_id',
      'a.id',
    )
  const [first] = rows
  return first && { person: personOf(first, rows), sealed: rows.flatMap(sealedOf) }
}

function sealedOf(row: Row): readonly SealedCredential[] {
  if (row.what !== 'credential') return []
  return [
    {
      id: row.ref ?? '',
      kind: row.name ?? '',
      secret: row.sealed_secret ?? '',
      counter: Number(row.counter),
    },
  ]
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
