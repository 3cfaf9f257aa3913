/** What an administrator changes of a user: each in one transaction, with its audit record. */
import type { Knex } from 'knex'
import type { Actor, ChangedUser, NewUser, User, UserChange } from '../engine/administration.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Claims } from '../language/facts.ts'
import { insertAccount } from './accounts.ts'
import { insertAudit } from './audit.ts'
import { revokeAll } from './revoke.ts'
import { setRole } from './roles.ts'
import { rowsOf } from './rows.ts'
import { findUser } from './users.ts'
import { applyWrite } from './writes.ts'

/** Through whatever transaction the change is in. */
interface Place {
  readonly trx: Knex.Transaction
  readonly organisation: string
  readonly seal: Sealer
  readonly nowMs: number
}

export async function addUser(
  db: Knex,
  organisation: string,
  seal: Sealer,
  by: Actor,
  user: NewUser,
  nowMs: number,
): Promise<User | undefined> {
  return db.transaction(async (trx) => {
    const id = await insertAccount(trx, organisation, seal, user, nowMs)
    if (id === undefined) return undefined
    const done = { action: 'user.add', subject: id, detail: { userName: user.userName } }
    await insertAudit(trx, organisation, by, done, nowMs)
    return findUser(trx, organisation, id)
  })
}

/** Thrown inside the transaction: nothing of it is written. */
class NobodyLeft extends Error {}

export async function changeUser(
  db: Knex,
  organisation: string,
  seal: Sealer,
  by: Actor,
  id: string,
  change: UserChange,
  expected: (user: User) => boolean,
  nowMs: number,
): Promise<ChangedUser> {
  try {
    return await db.transaction(async (trx): Promise<ChangedUser> => {
      // Taken first, so that nobody is let in beside what follows.
      const taken = await trx.raw(
        'update accounts set status = status where organisation = ? and id = ? returning id',
        [organisation, id],
      )
      if (rowsOf(taken).length === 0) return { result: 'unknown' }
      const user = (await findUser(trx, organisation, id))!
      if (!expected(user)) return { result: 'not-as-expected' }
      await apply({ trx, organisation, seal, nowMs }, user, change)
      if (user.roles.includes('admin')) await holdAdministrated(trx, organisation)
      const { change: what, ...detail } = change
      await insertAudit(
        trx,
        organisation,
        by,
        { action: `user.${what}`, subject: id, detail },
        nowMs,
      )
      return { result: 'changed', user: await findUser(trx, organisation, id) }
    })
  } catch (thrown) {
    if (thrown instanceof NobodyLeft) return { result: 'last-administrator' }
    throw thrown
  }
}

/** Of two administrators that take each other's role at the same time, one waits and sees the other's. */
async function holdAdministrated(trx: Knex.Transaction, organisation: string): Promise<void> {
  await trx('account_roles').where({ organisation, role: 'admin' }).update({ role: 'admin' })
  const left = await trx('account_roles')
    .join('accounts', 'accounts.id', 'account_roles.account_id')
    .where({
      'account_roles.organisation': organisation,
      'account_roles.role': 'admin',
      'accounts.status': 'active',
    })
    .first('accounts.id')
  if (!left) throw new NobodyLeft()
}

async function apply(place: Place, user: User, change: UserChange): Promise<void> {
  const { trx, organisation, nowMs } = place
  const own = { organisation, account_id: user.id }
  switch (change.change) {
    case 'status':
      await trx('accounts').where({ organisation, id: user.id }).update({ status: change.status })
      if (change.status !== 'active') await revokeAll(trx, organisation, user.id)
      return
    case 'profile':
      return editProfile(place, user, change.attributes)
    case 'delete':
      await revokeAll(trx, organisation, user.id)
      await trx('accounts').where({ organisation, id: user.id }).delete()
      return
    case 'sign-out':
      return revokeAll(trx, organisation, user.id)
    case 'remove-factor':
      await trx('credentials')
        .where({ ...own, id: change.factor })
        .delete()
      return revokeAll(trx, organisation, user.id)
    case 'remove-association': {
      const { connection, subject } = change
      await trx('associations')
        .where({ ...own, connection, subject })
        .delete()
      return revokeAll(trx, organisation, user.id)
    }
    case 'grant-group':
      await trx('account_groups')
        .insert({ ...own, group_name: change.group, source: 'manual' })
        .onConflict(['account_id', 'group_name', 'source'])
        .ignore()
      return
    case 'withdraw-group':
      // What a flow has granted, a flow takes away.
      await trx('account_groups')
        .where({ ...own, group_name: change.group, source: 'manual' })
        .delete()
      return
    case 'grant-role':
    case 'withdraw-role': {
      const held = change.change === 'grant-role'
      return setRole(trx, { organisation, account: user.id }, change.role, held, nowMs)
    }
  }
}

/** What is written by hand is marked as such. An address that is changed is nobody's until it is verified. */
async function editProfile(
  { trx, organisation, seal, nowMs }: Place,
  { id, claims: from, provenance }: User,
  attributes: Readonly<Record<string, string | null>>,
): Promise<void> {
  const flat: Record<string, unknown> = { ...from, ...prefixed(from.other) }
  for (const [name, value] of Object.entries(attributes)) flat[name] = value ?? undefined
  if ('email' in attributes && attributes.email !== from.email) flat.emailVerified = false
  const other = Object.entries(flat).filter(([name, value]) => isOther(name) && value !== undefined)
  const { other: _before, ...standard } = Object.fromEntries(
    Object.entries(flat).filter(([name, value]) => !isOther(name) && value !== undefined),
  )
  const claims: Claims = {
    ...standard,
    ...(other.length > 0 && {
      other: Object.fromEntries(
        other.map(([name, value]) => [name.slice(otherPrefix.length), value]),
      ),
    }),
  }
  const hand = Object.fromEntries(Object.keys(attributes).map((name) => [name, 'local']))
  await applyWrite(
    trx,
    organisation,
    seal,
    {
      write: 'update-profile',
      account: id,
      from,
      claims,
      provenance: { ...provenance, ...hand },
      otherwise: 'again',
    },
    nowMs,
  )
}

const otherPrefix = 'other.'

function isOther(name: string): boolean {
  return name.startsWith(otherPrefix)
}

function prefixed(other: Claims['other'] = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(other).map(([name, value]) => [otherPrefix + name, value]),
  )
}
