/** What is changed of a user, over HTTP or from the command line: in one transaction, with its audit record. */
import type { Knex } from 'knex'
import type {
  Actor,
  ChangedUser,
  NewUser,
  Unchanged,
  User,
  UserChange,
} from '../engine/administration.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Claims } from '../language/facts.ts'
import { hasWayIn, unlink } from './associations.ts'
import { insertAudit } from './audit.ts'
import { withdrawConsent } from './consents.ts'
import { forgetDevice } from './devices.ts'
import { endObsolescence } from './directory-pages.ts'
import { endSessions } from './ended-sessions.ts'
import { insertAccount } from './new-account.ts'
import { revokeAll } from './revoke.ts'
import { isAdministrated, isAdministrator, setRole } from './roles.ts'
import { rowsOf } from './rows.ts'
import { endDeactivation } from './scim-people.ts'
import { findUser } from './users.ts'
import { applyWrite, stays } from './writes.ts'

/** Where it is changed, and what holds there. */
export interface Place {
  readonly organisation: string
  readonly seal: Sealer
  /** Kinds of credential that say whose account it is. */
  readonly waysIn: readonly string[]
  readonly nowMs: number
}

/** Through whatever transaction the change is in. */
interface Inside extends Place {
  readonly trx: Knex.Transaction
}

export interface Asked {
  readonly by: Actor
  readonly change: UserChange
  /** Absent: whatever it is. */
  readonly expected?: (user: User) => boolean
  /** Also where nobody is left to administer then. */
  readonly force?: boolean
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
class Refused extends Error {
  readonly result: Unchanged

  constructor(result: Unchanged) {
    super(result)
    this.result = result
  }
}

/** @param whose by id, or by the key of the user name */
export async function changeUser(
  db: Knex,
  place: Place,
  whose: { readonly id: string } | { readonly user_name_key: string },
  { by, change, expected = () => true, force = false }: Asked,
): Promise<ChangedUser> {
  const { organisation } = place
  try {
    return await db.transaction(async (trx): Promise<ChangedUser> => {
      const user = await take(trx, organisation, whose)
      if (!user) return { result: 'unknown' }
      if (!expected(user)) return { result: 'not-as-expected' }
      await apply({ ...place, trx }, user, change)
      if (isAdministrator(user) && !force && !(await isAdministrated(trx, organisation))) {
        throw new Refused('last-administrator')
      }
      const done = { action: `user.${change.change}`, subject: user.id, detail: detailOf(change) }
      await insertAudit(trx, organisation, by, done, place.nowMs)
      return { result: 'changed', user: await findUser(trx, organisation, user.id) }
    })
  } catch (thrown) {
    if (thrown instanceof Refused) return { result: thrown.result }
    throw thrown
  }
}

/** Without what people say of themselves: a record outlives the account, and nobody can take it back. */
function detailOf(change: UserChange): Readonly<Record<string, unknown>> {
  if (change.change === 'profile') return { attributes: Object.keys(change.attributes) }
  if (change.change === 'rename-factor') return { factor: change.factor }
  const { change: _, ...detail } = change
  return detail
}

/** The first statement takes the account's row, so that nobody is let in beside what follows. */
async function take(
  trx: Knex.Transaction,
  organisation: string,
  whose: { readonly id: string } | { readonly user_name_key: string },
): Promise<User | undefined> {
  const [[column, value] = ['id', '']] = Object.entries(whose)
  const taken = await trx.raw(
    'update accounts set status = status where organisation = ? and ?? = ? returning id',
    [organisation, column, value],
  )
  const [row] = rowsOf<{ id: string }>(taken)
  return row && findUser(trx, organisation, row.id)
}

async function apply(inside: Inside, user: User, change: UserChange): Promise<void> {
  const { trx, organisation, nowMs } = inside
  const own = { organisation, account_id: user.id }
  switch (change.change) {
    case 'status':
      await trx('accounts')
        .where({ organisation, id: user.id })
        .update({ status: change.status, ...stays })
      if (change.status === 'active') return
      await endDeactivation(trx, own)
      await endObsolescence(trx, own)
      return revokeAll(trx, organisation, user.id)
    case 'profile':
      await trx('accounts').where({ organisation, id: user.id }).update(stays)
      return editProfile(inside, user, change.attributes)
    case 'delete':
      await revokeAll(trx, organisation, user.id)
      await trx('accounts').where({ organisation, id: user.id }).delete()
      return
    case 'sign-out':
      return revokeAll(trx, organisation, user.id)
    case 'remove-factor':
    case 'reset-factor': {
      const which = change.change === 'reset-factor' ? { kind: change.kind } : { id: change.factor }
      await trx('credentials')
        .where({ ...own, ...which })
        .delete()
      return revokeAll(trx, organisation, user.id)
    }
    case 'give-up-factor': {
      await trx('credentials')
        .where({ ...own, id: change.factor })
        .delete()
      if (!(await hasWayIn(trx, own, inside.waysIn))) throw new Refused('last-way-in')
      return revokeAll(trx, organisation, user.id)
    }
    case 'rename-factor':
      await trx('credentials')
        .where({ ...own, id: change.factor })
        .update({ name: change.name })
      return
    case 'sign-out-session':
      await endSessions(trx, organisation, 'account_id = ? and uid = ?', [user.id, change.session])
      return
    case 'sign-out-elsewhere':
      await endSessions(trx, organisation, 'account_id = ? and uid <> ?', [user.id, change.session])
      return
    case 'forget-device':
      await forgetDevice(trx, organisation, user.id, change.device)
      return
    case 'remove-association': {
      const result = await unlink(trx, organisation, user.id, change, inside.waysIn)
      if (result !== 'unlinked') throw new Refused(result)
      return
    }
    case 'withdraw-consent': {
      const { connection } = change
      if (!(await withdrawConsent(trx, organisation, user.id, connection))) {
        throw new Refused('not-agreed')
      }
      // Nothing goes on that rests on it: the next login asks.
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
  { trx, organisation, seal, nowMs }: Inside,
  { id, claims: from, provenance }: User,
  attributes: Readonly<Record<string, string | null>>,
): Promise<void> {
  const flat: Record<string, unknown> = { ...from, ...prefixed(from.other) }
  for (const [name, value] of Object.entries(attributes)) flat[name] = value ?? undefined
  if ('email' in attributes && attributes.email !== from.email) flat.emailVerified = false
  if ('other.phone_number' in attributes) flat['other.phone_number_verified'] = false
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
  const written = Object.keys(attributes)
  // No upstream says of a number that was written here that it is verified.
  if (written.includes('other.phone_number')) written.push('other.phone_number_verified')
  const hand = Object.fromEntries(written.map((name) => [name, 'local']))
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
