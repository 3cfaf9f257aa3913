/**
 * The groups of an upstream, and who is in them. A group there grants what the connection's settings map it to,
 * by a source of its own; an equal name grants nothing.
 */
import type { Knex } from 'knex'
import type { AskedGroup, ScimGroup, ScimList, ScimQuery, ScimResult } from '../engine/scim.ts'
import { randomId } from '../kit/random.ts'
import { userNameKey } from '../language/user-name.ts'
import { chunks, number, optionalText, type Row, rowsOf, text } from './rows.ts'
import type { ScimPlace } from './scim.ts'
import { audit, ordered, refuse, writing } from './scim-people.ts'
import { applyWrite } from './writes.ts'

export async function findGroup(
  db: Knex,
  place: ScimPlace,
  id: string,
): Promise<ScimGroup | undefined> {
  const { organisation, connection } = place
  const rows: Row[] = await db('scim_groups').where({ organisation, connection, id })
  return (await groupsOf(db, place, rows))[0]
}

export async function listGroups(
  db: Knex,
  place: ScimPlace,
  { name, externalId, offset, limit }: ScimQuery,
): Promise<ScimList<ScimGroup>> {
  const { organisation, connection } = place
  const found = db('scim_groups').where({ organisation, connection })
  if (name !== undefined) found.where({ name_key: userNameKey(name) })
  if (externalId !== undefined) found.where({ external_id: externalId })
  const [counted] = (await found.clone().count({ total: '*' })) as Row[]
  const rows: Row[] = limit === 0 ? [] : await ordered(found).offset(offset).limit(limit)
  return { total: number(counted!, 'total'), items: await groupsOf(db, place, rows) }
}

export async function addGroup(
  db: Knex,
  place: ScimPlace,
  { name, externalId, members }: AskedGroup,
  nowMs: number,
): Promise<ScimResult<ScimGroup>> {
  const { organisation, connection } = place
  return writing(db, async (trx) => {
    const id = randomId('grp')
    const made = await trx('scim_groups')
      .insert({
        id,
        organisation,
        connection,
        name,
        name_key: userNameKey(name),
        external_id: externalId ?? null,
        created_ms: nowMs,
      })
      .onConflict()
      .ignore()
      .returning('id')
    if (made.length === 0) refuse('name-taken')
    await setMembers(trx, place, id, [], members, nowMs)
    await audit(trx, place, 'group.add', id, { name }, nowMs)
    return (await findGroup(trx, place, id))!
  })
}

export async function changeGroup(
  db: Knex,
  place: ScimPlace,
  id: string,
  change: (now: ScimGroup) => AskedGroup,
  nowMs: number,
): Promise<ScimResult<ScimGroup>> {
  return writing(db, async (trx) => {
    const group = await take(trx, place, id)
    const asked = change(group)
    await rename(trx, place, group, asked)
    const before = group.members.map((member) => member.id)
    const isRenamed = asked.name !== group.name
    await setMembers(trx, place, id, before, asked.members, nowMs, isRenamed)
    await audit(trx, place, 'group.scim', id, { name: asked.name }, nowMs)
    return (await findGroup(trx, place, id))!
  })
}

export async function removeGroup(
  db: Knex,
  place: ScimPlace,
  id: string,
  expected: (now: ScimGroup) => void,
  nowMs: number,
): Promise<ScimResult<undefined>> {
  return writing(db, async (trx) => {
    const group = await take(trx, place, id)
    expected(group)
    await trx('scim_groups').where({ organisation: place.organisation, id }).delete()
    for (const member of group.members) await grant(trx, place, member.id, nowMs)
    await audit(trx, place, 'group.delete', id, { name: group.name }, nowMs)
    return undefined
  })
}

async function take(trx: Knex.Transaction, place: ScimPlace, id: string): Promise<ScimGroup> {
  const { organisation, connection } = place
  const taken = await trx.raw(
    'update scim_groups set name = name where organisation = ? and connection = ? and id = ? returning id',
    [organisation, connection, id],
  )
  if (rowsOf(taken).length === 0) refuse('unknown')
  return (await findGroup(trx, place, id))!
}

async function rename(
  trx: Knex.Transaction,
  { organisation, connection }: ScimPlace,
  { id }: ScimGroup,
  { name, externalId }: AskedGroup,
): Promise<void> {
  const key = userNameKey(name)
  const other = await trx('scim_groups')
    .first('id')
    .where({ organisation, connection, name_key: key })
    .whereNot({ id })
  if (other) refuse('name-taken')
  await trx('scim_groups')
    .where({ organisation, id })
    .update({ name, name_key: key, external_id: externalId ?? null })
}

/** As many as fit into one statement of either database. */
const chunkMax = 200

/** @param all also those who stay are given anew what the group grants */
async function setMembers(
  trx: Knex.Transaction,
  place: ScimPlace,
  group: string,
  before: readonly string[],
  after: readonly string[],
  nowMs: number,
  all = false,
): Promise<void> {
  const { organisation, connection } = place
  const [old, wanted] = [new Set(before), new Set(after)]
  const gone = before.filter((id) => !wanted.has(id))
  const come = [...wanted].filter((id) => !old.has(id))
  for (const some of chunks(gone, chunkMax)) {
    await trx('scim_members')
      .where({ organisation, group_id: group })
      .whereIn('account_id', some)
      .delete()
  }
  for (const some of chunks(come, chunkMax)) {
    const known: Row[] = await trx('accounts')
      .select('id')
      .where({ organisation, source: connection })
      .whereIn('id', some)
    if (known.length !== some.length) refuse('member-unknown')
    const rows = some.map((account) => ({ organisation, group_id: group, account_id: account }))
    await trx('scim_members').insert(rows)
  }
  for (const id of all ? [...old, ...come] : [...gone, ...come]) {
    await grant(trx, place, id, nowMs)
  }
}

/** All that the groups of this upstream grant to somebody now. */
async function grant(
  trx: Knex.Transaction,
  { organisation, seal, connection, groups }: ScimPlace,
  account: string,
  nowMs: number,
): Promise<void> {
  const rows: Row[] = await trx('scim_members')
    .join('scim_groups', 'scim_groups.id', 'scim_members.group_id')
    .where({
      'scim_members.organisation': organisation,
      'scim_groups.organisation': organisation,
      'scim_groups.connection': connection,
      'scim_members.account_id': account,
    })
    .select('scim_groups.name')
  const granted = rows.flatMap((row) => {
    const name = text(row, 'name')
    return Object.hasOwn(groups, name) ? groups[name]! : []
  })
  await applyWrite(
    trx,
    organisation,
    seal,
    {
      write: 'grant-groups',
      account,
      groups: [...new Set(granted)],
      source: `scim:${connection}`,
      otherwise: 'skip',
    },
    nowMs,
  )
}

async function groupsOf(
  db: Knex,
  { organisation }: ScimPlace,
  rows: readonly Row[],
): Promise<readonly ScimGroup[]> {
  const ids = rows.map((row) => text(row, 'id'))
  const found: Row[] =
    ids.length === 0
      ? []
      : await db('scim_members')
          .join('accounts', 'accounts.id', 'scim_members.account_id')
          .where({
            'scim_members.organisation': organisation,
            'accounts.organisation': organisation,
          })
          .whereIn('scim_members.group_id', ids)
          .select('scim_members.group_id', 'accounts.id', 'accounts.user_name')
          .orderBy('accounts.id')
  const members = Map.groupBy(found, (row) => text(row, 'group_id'))
  return rows.map((row) => {
    const id = text(row, 'id')
    const externalId = optionalText(row, 'external_id')
    return {
      id,
      name: text(row, 'name'),
      ...(externalId !== undefined && { externalId }),
      createdMs: number(row, 'created_ms'),
      members: (members.get(id) ?? []).map((member) => ({
        id: text(member, 'id'),
        userName: text(member, 'user_name'),
      })),
    }
  })
}
