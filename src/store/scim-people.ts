/** The people whom an upstream keeps here: accounts whose source is its connection, and nobody else. */
import type { Knex } from 'knex'
import type { User } from '../engine/administration.ts'
import type { AskedPerson, ScimList, ScimPerson, ScimQuery, ScimResult } from '../engine/scim.ts'
import { randomId } from '../kit/random.ts'
import { userNameKey } from '../language/user-name.ts'
import type { Write } from '../language/write.ts'
import { insertAudit } from './audit.ts'
import { revokeAll } from './revoke.ts'
import { isAdministrated, isAdministrator } from './roles.ts'
import { number, type Row, rowsOf, text } from './rows.ts'
import type { ScimPlace } from './scim.ts'
import { findUser, usersOf } from './users.ts'
import { applyWrite, stays } from './writes.ts'

/** Thrown inside the transaction: nothing of it is written. */
class Refused extends Error {
  readonly result: Exclude<ScimResult<never>['result'], 'done'>

  constructor(result: Refused['result']) {
    super(result)
    this.result = result
  }
}

/** One transaction in which everything is written, or nothing with the reason. */
export async function writing<T>(
  db: Knex,
  write: (trx: Knex.Transaction) => Promise<T>,
): Promise<ScimResult<T>> {
  try {
    return { result: 'done', is: await db.transaction(write) }
  } catch (thrown) {
    if (thrown instanceof Refused) return { result: thrown.result }
    throw thrown
  }
}

export function refuse(result: Refused['result']): never {
  throw new Refused(result)
}

export async function findPerson(
  db: Knex,
  place: ScimPlace,
  id: string,
): Promise<ScimPerson | undefined> {
  const user = await findUser(db, place.organisation, id)
  if (user?.source !== place.connection) return undefined
  return (await peopleOf(db, place, [user]))[0]
}

export async function listPeople(
  db: Knex,
  place: ScimPlace,
  { name, externalId, offset, limit }: ScimQuery,
): Promise<ScimList<ScimPerson>> {
  const { organisation, connection } = place
  const found = db('accounts').where({ organisation, source: connection })
  if (name !== undefined) found.where({ user_name_key: userNameKey(name) })
  if (externalId !== undefined) {
    const known = { organisation, connection, subject: externalId }
    found.whereIn('id', db('associations').select('account_id').where(known))
  }
  const [counted] = (await found.clone().count({ total: '*' })) as Row[]
  const rows: Row[] = limit === 0 ? [] : await ordered(found).offset(offset).limit(limit)
  const users = await usersOf(db, organisation, rows)
  return { total: number(counted!, 'total'), items: await peopleOf(db, place, users) }
}

export async function addPerson(
  db: Knex,
  place: ScimPlace,
  asked: AskedPerson,
  nowMs: number,
): Promise<ScimResult<ScimPerson>> {
  const { organisation, connection, directory } = place
  return writing(db, async (trx) => {
    const id = randomId('acc')
    const made = { id, source: connection, directory, userName: asked.userName }
    const isMade = await write(trx, place, nowMs, {
      ...made,
      write: 'create-account',
      claims: asked.claims,
      otherwise: 'conflict',
    })
    if (!isMade) refuse('name-taken')
    await trx('scim_people').insert({
      account_id: id,
      organisation,
      connection,
      deactivated: false,
    })
    await associate(trx, place, id, asked.externalId, undefined, nowMs)
    if (!asked.active) await setActive(trx, place, (await findUser(trx, organisation, id))!, false)
    await audit(trx, place, 'user.add', id, { userName: asked.userName }, nowMs)
    return (await findPerson(trx, place, id))!
  })
}

export async function changePerson(
  db: Knex,
  place: ScimPlace,
  id: string,
  change: (now: ScimPerson) => AskedPerson,
  nowMs: number,
): Promise<ScimResult<ScimPerson>> {
  const { organisation } = place
  return writing(db, async (trx) => {
    const person = await take(trx, place, id)
    const { user } = person
    const asked = change(person)
    await rename(trx, place, user, asked.userName)
    await write(trx, place, nowMs, {
      write: 'update-profile',
      account: id,
      from: user.claims,
      claims: asked.claims,
      provenance: asked.provenance,
      otherwise: 'again',
    })
    await associate(trx, place, id, asked.externalId, person.externalId, nowMs)
    await trx('accounts').where({ organisation, id }).update(stays)
    await setActive(trx, place, user, asked.active)
    await audit(trx, place, 'user.scim', id, { active: asked.active }, nowMs)
    return (await findPerson(trx, place, id))!
  })
}

export async function removePerson(
  db: Knex,
  place: ScimPlace,
  id: string,
  expected: (now: ScimPerson) => void,
  nowMs: number,
): Promise<ScimResult<undefined>> {
  return writing(db, async (trx) => {
    const person = await take(trx, place, id)
    expected(person)
    await revokeAll(trx, place.organisation, id)
    await trx('accounts').where({ organisation: place.organisation, id }).delete()
    await keepAdministrated(trx, place, person.user)
    await audit(trx, place, 'user.delete', id, {}, nowMs)
    return undefined
  })
}

/** The first statement takes the account's row, so that nobody is let in beside what follows. */
async function take(trx: Knex.Transaction, place: ScimPlace, id: string): Promise<ScimPerson> {
  const { organisation, connection } = place
  const taken = await trx.raw(
    'update accounts set status = status where organisation = ? and id = ? and source = ? returning id',
    [organisation, id, connection],
  )
  if (rowsOf(taken).length === 0) refuse('unknown')
  return (await findPerson(trx, place, id))!
}

async function rename(
  trx: Knex.Transaction,
  { organisation }: ScimPlace,
  { id, userName: before }: User,
  userName: string,
): Promise<void> {
  if (userName === before) return
  const key = userNameKey(userName)
  const other = await trx('accounts')
    .first('id')
    .where({ organisation, user_name_key: key })
    .whereNot({ id })
  if (other) refuse('name-taken')
  await trx('accounts')
    .where({ organisation, id })
    .update({ user_name: userName, user_name_key: key })
}

/** Who somebody is upstream never changes: an association is never pointed elsewhere (I-18). */
async function associate(
  trx: Knex.Transaction,
  place: ScimPlace,
  account: string,
  externalId: string | undefined,
  before: string | undefined,
  nowMs: number,
): Promise<void> {
  if (externalId === before) return
  if (before !== undefined || externalId === undefined) refuse('external-id-fixed')
  const { connection } = place
  const isMade = await write(trx, place, nowMs, {
    write: 'associate',
    account,
    connection,
    subject: externalId,
    otherwise: 'conflict',
  })
  if (!isMade) refuse('external-id-taken')
}

/** Whoever was locked or disabled by somebody else is not let in again by their upstream. */
async function setActive(
  trx: Knex.Transaction,
  place: ScimPlace,
  user: User,
  active: boolean,
): Promise<void> {
  const { organisation, connection } = place
  const own = { organisation, account_id: user.id }
  if (active) {
    const back = await trx('scim_people')
      .where({ ...own, deactivated: true })
      .update({ deactivated: false })
    if (back === 0) return
    await trx('accounts')
      .where({ organisation, id: user.id, status: 'disabled' })
      .update({ status: 'active' })
    return
  }
  if (user.status !== 'active' && user.status !== 'pending') return
  // Who has waited for an administrator waits for one still.
  await trx('scim_people')
    .insert({ ...own, connection, deactivated: user.status === 'active' })
    .onConflict('account_id')
    .merge(['deactivated'])
  await trx('accounts').where({ organisation, id: user.id }).update({ status: 'disabled' })
  await revokeAll(trx, organisation, user.id)
  await keepAdministrated(trx, place, user)
}

/** Whoever is kept out by somebody else now is not let in again by their upstream. */
export async function endDeactivation(
  trx: Knex.Transaction,
  own: { readonly organisation: string; readonly account_id: string },
): Promise<void> {
  await trx('scim_people').where(own).update({ deactivated: false })
}

async function keepAdministrated(
  trx: Knex.Transaction,
  { organisation }: ScimPlace,
  user: User,
): Promise<void> {
  if (isAdministrator(user) && !(await isAdministrated(trx, organisation))) {
    refuse('last-administrator')
  }
}

async function write(
  trx: Knex.Transaction,
  { organisation, seal }: ScimPlace,
  nowMs: number,
  what: Write,
): Promise<boolean> {
  return (await applyWrite(trx, organisation, seal, what, nowMs)) !== false
}

export function audit(
  trx: Knex.Transaction,
  { organisation, by }: ScimPlace,
  action: string,
  subject: string,
  detail: Readonly<Record<string, unknown>>,
  nowMs: number,
): Promise<void> {
  return insertAudit(trx, organisation, by, { action, subject, detail }, nowMs)
}

async function peopleOf(
  db: Knex,
  { organisation, connection }: ScimPlace,
  users: readonly User[],
): Promise<readonly ScimPerson[]> {
  const ids = users.map(({ id }) => id)
  const rows: Row[] =
    ids.length === 0
      ? []
      : await db('scim_members')
          .join('scim_groups', 'scim_groups.id', 'scim_members.group_id')
          .where({
            'scim_members.organisation': organisation,
            'scim_groups.organisation': organisation,
            'scim_groups.connection': connection,
          })
          .whereIn('scim_members.account_id', ids)
          .select('scim_members.account_id', 'scim_groups.id', 'scim_groups.name')
          .orderBy('scim_groups.name')
  const groups = Map.groupBy(rows, (row) => text(row, 'account_id'))
  return users.map((user) => {
    const own = user.associations.find((one) => one.connection === connection)
    return {
      user,
      ...(own && { externalId: own.subject }),
      groups: (groups.get(user.id) ?? []).map((row) => ({
        id: text(row, 'id'),
        name: text(row, 'name'),
      })),
    }
  })
}

export function ordered(found: Knex.QueryBuilder): Knex.QueryBuilder {
  return found.orderBy([{ column: 'created_ms' }, { column: 'id' }])
}
