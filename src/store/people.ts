/** Accounts, what they hold and what they belong to. All reads go through one handle. */
import type { Knex } from 'knex'
import type { People } from '../engine/ports.ts'
import type { Sealer } from '../kit/seal.ts'
import { emailKey } from '../language/email-key.ts'
import type { Claims } from '../language/facts.ts'
import type { Person } from '../language/ports.ts'
import { addressCredential, addressFor, phoneThere, type Reachable } from '../language/reach.ts'
import { userNameKey } from '../language/user-name.ts'
import { confirmedMs, isAssigned } from './associations.ts'
import { accountsWith } from './attributes.ts'
import { agreedAttributes } from './consents.ts'
import { isDeviceKnown, otherSessions } from './devices.ts'
import { preferences } from './preferences.ts'
import { rowsOf } from './rows.ts'

export function openPeople(db: Knex, organisation: string, seal: Sealer): People {
  let known: Known[] = []

  async function read(
    has: (each: Known) => boolean,
    which: string,
    ...bindings: readonly string[]
  ): Promise<Known | undefined> {
    const remembered = known.find(has)
    if (remembered) return remembered
    const found = await readKnown(db, which, [organisation, ...bindings])
    if (found) known.push(found)
    return found
  }

  const byId = (id: string) => read(({ person }) => person.id === id, 'id = ?', id)

  return {
    async findByUserName(userName) {
      const key = userNameKey(userName)
      const isThis = ({ person }: Known) => userNameKey(person.userName) === key
      return (await read(isThis, 'user_name_key = ?', key))?.person
    },

    findAccount: async (id) => (await byId(id))?.person,

    async findAssociated(connection, subject) {
      const credential = `connection:${connection}:${subject}`
      const found = await read(
        ({ person }) => person.credentials.some(({ id }) => id === credential),
        `id = (select account_id from associations
           where organisation = ? and connection = ? and subject = ?)`,
        organisation,
        connection,
        subject,
      )
      return found?.person
    },

    async findByVerifiedEmail(email) {
      const ids: { id: string }[] = await db('accounts')
        .select('id')
        .where({ organisation, email_key: emailKey(email) })
        .orderBy('id')
        .limit(2)
      const people: Person[] = []
      for (const { id } of ids) {
        const found = await byId(id)
        if (found) people.push(found.person)
      }
      return people
    },

    agreedAttributes: (account, connection) =>
      agreedAttributes(db, organisation, account, connection),

    isAssigned: (account, connection) => isAssigned(db, organisation, account, connection),

    confirmedMs: (account, directory) => confirmedMs(db, organisation, account, directory),

    async findByAttribute(name, value) {
      const people: Person[] = []
      for (const id of await accountsWith(db, organisation, name, value)) {
        const found = await byId(id)
        if (found) people.push(found.person)
      }
      return people
    },

    preferences: (account, nowMs) => preferences(db, organisation, account, nowMs),

    isDeviceKnown: (account, application, secretHashes, nowMs) =>
      isDeviceKnown(db, organisation, { account, application }, secretHashes, nowMs),

    otherSessions: (account, browserHash, nowMs) =>
      otherSessions(db, organisation, account, browserHash, nowMs),

    async readCredential(account, kind, id) {
      const found = (await byId(account))?.sealed.find(
        (each) => each.kind === kind && (id === undefined || each.id === id),
      )
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
  provenance: string
  provisional_login: string | null
  what: 'credential' | 'association' | 'group' | null
  name: string | null
  ref: string | null
  sealed_secret: string | null
  counter: number | string | null
}

/**
 * One statement: the account beside what hangs on it, one row for each thing. Each table is asked for
 * this account by its own index; a join from outside the union would read all of all three. It is written
 * out because it is the query of the house: to build it anew costs more than to run it.
 */
async function readKnown(
  db: Knex,
  which: string,
  bindings: readonly string[],
): Promise<Known | undefined> {
  const answer = await db.raw(
    `with found as (select * from accounts where organisation = ? and ${which})
     select a.id, a.user_name, a.status, a.source, a.claims, a.provenance, a.provisional_login,
       h.what, h.name, h.ref, h.sealed_secret, h.counter
     from found a left join (
       select account_id, 'credential' as what, kind as name, id as ref, sealed_secret, counter
         from credentials where account_id in (select id from found)
       union all select account_id, 'association', connection, subject, null, null
         from associations where account_id in (select id from found)
       union all select account_id, 'group', group_name, source, null, null
         from account_groups where account_id in (select id from found)
     ) h on h.account_id = a.id`,
    [...bindings],
  )
  const rows = rowsOf<Row>(answer)
  const [first] = rows
  return first && { person: personOf(first, rows), sealed: rows.flatMap(sealedOf) }
}

/** A verified address is something that one has: another address is another one. */
function addressesOf(
  person: Reachable,
  associations: Parameters<typeof phoneThere>[1],
): Person['credentials'] {
  const [email, number] = [addressFor('mail', person), addressFor('sms', person)]
  const phone =
    number === undefined ? phoneThere(person, associations) : addressCredential('sms', number)
  return [
    ...(email === undefined ? [] : [{ id: addressCredential('mail', email), kind: 'email' }]),
    ...(phone === undefined ? [] : [{ id: phone, kind: 'phone' }]),
  ]
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
  const claims = JSON.parse(first.claims) as Claims
  const provenance = JSON.parse(first.provenance) as Record<string, string>
  const associations = of('association').map(({ name, ref }) => ({
    connection: name,
    subject: ref,
  }))
  const grants = of('group').map(({ name, ref }) => ({ group: name, source: ref }))
  return {
    id: first.id,
    userName: first.user_name,
    status: first.status,
    ...(first.provisional_login !== null && { provisional: first.provisional_login }),
    source: first.source,
    claims,
    provenance,
    groups: [...new Set(grants.map(({ group }) => group))].sort((a, b) => (a < b ? -1 : 1)),
    grants,
    credentials: [
      ...addressesOf({ source: first.source, claims, provenance }, associations),
      ...of('credential').map(({ name, ref }) => ({ id: ref, kind: name })),
      ...associations.map(({ connection, subject }) => ({
        id: `connection:${connection}:${subject}`,
        kind: `connection:${connection}`,
      })),
    ],
  }
}
