/** What an administrator does to accounts, from the command line. */
import type { Knex } from 'knex'
import type { ChangedUser, Role, UserChange } from '../engine/administration.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Claims } from '../language/facts.ts'
import { insertAccount, type NewAccount } from './new-account.ts'
import { type Row, text } from './rows.ts'
import { changeUser } from './user-changes.ts'

export interface ListedAccount {
  readonly id: string
  readonly userName: string
  readonly status: string
  /** `local`, or the connection that it was provisioned by. */
  readonly source: string
  readonly directory: string
  readonly email: string | undefined
  readonly groups: readonly string[]
  readonly factors: readonly string[]
  readonly createdMs: number
}

export interface Accounts {
  /** @returns absence: the name is taken, and nothing was written */
  add(account: NewAccount, nowMs: number): Promise<string | undefined>
  list(): Promise<readonly ListedAccount[]>
  // What follows is about the account of a name, and is recorded as done on the command line.

  /**
   * Writes attributes of a profile by hand. In `preserve` they stay, whatever an upstream says later.
   *
   * @param change by name: `name`, or any further claim
   */
  edit(userNameKey: string, change: Readonly<Record<string, string>>): Promise<Changed>
  /**
   * Locks, disables or re-activates. Anything but `active` ends its sessions and takes back its grants,
   * codes, tokens and remembered devices in the same transaction: introspection, for one, never asks for
   * the account.
   */
  setStatus(
    userNameKey: string,
    status: 'active' | 'locked' | 'disabled',
    how?: How,
  ): Promise<Changed>
  /** Ends its sessions and takes back what it was given, wherever it is signed in. */
  signOut(userNameKey: string): Promise<Changed>
  /**
   * Takes its credentials of a kind away (`totp`, `webauthn`, ...), and signs it out everywhere. Wrong
   * guesses stay counted: a new secret is no new beginning (NIST SP 800-63B-4, 3.2.2).
   */
  resetFactor(userNameKey: string, kind: string): Promise<Changed>
  /** Parts it from a connection, takes away what that has granted, and signs it out everywhere. */
  unlink(userNameKey: string, connection: string): Promise<Changed>
  /** Takes back what was agreed to of a connection, and signs it out everywhere: the next login asks. */
  withdrawConsent(userNameKey: string, connection: string): Promise<Changed>
  setRole(userNameKey: string, role: Role, held: boolean, how?: How): Promise<Changed>
  /** With everything that hangs on it. Its id is never given again. */
  remove(userNameKey: string, how?: How): Promise<Changed>
}

export interface How {
  /** Also where nobody is left to administer then. */
  readonly force?: boolean
}

export type Changed = ChangedUser['result']

interface Parts {
  readonly organisation: string
  readonly seal: Sealer
  /** Kinds of credential that say whose account it is. */
  readonly waysIn: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

export function openAccounts(db: Knex, { now, ...parts }: Parts): Accounts {
  const { organisation, seal } = parts
  const by = { account: 'command-line', application: '' }
  async function change(userNameKey: string, asked: UserChange, how: How = {}): Promise<Changed> {
    const place = { ...parts, nowMs: now() }
    const whose = { user_name_key: userNameKey }
    return (await changeUser(db, place, whose, { by, change: asked, ...how })).result
  }

  return {
    add: (account, nowMs) =>
      db.transaction((trx) => insertAccount(trx, organisation, seal, account, nowMs)),
    list: () => listAccounts(db, organisation),
    edit: (key, attributes) => change(key, { change: 'profile', attributes: named(attributes) }),
    setStatus: (key, status, how) => change(key, { change: 'status', status }, how),
    signOut: (key) => change(key, { change: 'sign-out' }),
    resetFactor: (key, kind) => change(key, { change: 'reset-factor', kind }),
    unlink: (key, connection) => change(key, { change: 'remove-association', connection }),
    withdrawConsent: (key, connection) => change(key, { change: 'withdraw-consent', connection }),
    setRole: (key, role, held, how) =>
      change(key, { change: held ? 'grant-role' : 'withdraw-role', role }, how),
    remove: (key, how) => change(key, { change: 'delete' }, how),
  }
}

/** As a profile names them. */
function named(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name === 'name' ? name : `other.${name}`,
      value,
    ]),
  )
}

async function listAccounts(db: Knex, organisation: string): Promise<ListedAccount[]> {
  const accounts = await db('accounts').where({ organisation }).orderBy('created_ms')
  const of = async (table: string, order: string) => {
    const rows: Row[] = await db(table).where({ organisation }).orderBy(order)
    return Map.groupBy(rows, (row) => text(row, 'account_id'))
  }
  const groups = await of('account_groups', 'group_name')
  const credentials = await of('credentials', 'kind')
  return accounts.map((row) => ({
    id: row.id,
    userName: row.user_name,
    status: row.status,
    source: row.source,
    directory: row.directory,
    email: (JSON.parse(row.claims) as Claims).email,
    groups: [...new Set((groups.get(row.id) ?? []).map((grant) => text(grant, 'group_name')))],
    factors: (credentials.get(row.id) ?? []).map((credential) => text(credential, 'kind')),
    createdMs: Number(row.created_ms),
  }))
}
