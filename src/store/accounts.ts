/** What an administrator does to accounts, from the command line. */
import type { Knex } from 'knex'
import type { Role } from '../engine/administration.ts'
import { randomId } from '../kit/random.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Claims } from '../language/facts.ts'
import { type Unlinked, unlink } from './associations.ts'
import { insertAudit } from './audit.ts'
import { revokeAll } from './revoke.ts'
import { setRole } from './roles.ts'
import { rowsOf } from './rows.ts'
import { applyWrite, stays } from './writes.ts'

export interface NewAccount {
  readonly userName: string
  readonly claims: Claims
  readonly groups: readonly string[]
  /** Absent: `internal`. */
  readonly directory?: string
  /** Sealed secrets by kind, e.g. a password's hash or a TOTP secret. */
  readonly credentials: readonly { readonly kind: string; readonly secret: string }[]
}

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
  /**
   * Writes attributes of a profile by hand. In `preserve` they stay, whatever an upstream says later.
   *
   * @param change by name: `name`, or any further claim
   * @returns whether there is an account of that name
   */
  edit(userNameKey: string, change: Readonly<Record<string, string>>): Promise<boolean>
  // What follows is about the account of a name. @returns whether there is one

  /**
   * Locks, disables or re-activates. Anything but `active` ends its sessions and takes back its grants,
   * codes, tokens and remembered devices in the same transaction: introspection, for one, never asks for
   * the account.
   */
  setStatus(userNameKey: string, status: 'active' | 'locked' | 'disabled'): Promise<boolean>
  /** Ends its sessions and takes back what it was given, wherever it is signed in. */
  signOut(userNameKey: string): Promise<boolean>
  /**
   * Takes its credentials of a kind away (`totp`, `webauthn`, ...), and signs it out everywhere. Wrong
   * guesses stay counted: a new secret is no new beginning (NIST SP 800-63B-4, 3.2.2).
   */
  resetFactor(userNameKey: string, kind: string): Promise<boolean>
  /**
   * Parts it from a connection, takes away what that has granted, and signs it out everywhere.
   *
   * @param waysIn kinds of credential by which somebody can come to the account
   * @returns absence: there is no account of that name
   */
  unlink(
    userNameKey: string,
    connection: string,
    waysIn: readonly string[],
  ): Promise<Unlinked | undefined>
  /** Grants or withdraws a role of administrators, and records it as done on the command line. */
  setRole(userNameKey: string, role: Role, held: boolean, nowMs: number): Promise<boolean>
  /** With everything that hangs on it. Its id is never given again. */
  remove(userNameKey: string): Promise<boolean>
}

export function openAccounts(db: Knex, organisation: string, seal: Sealer): Accounts {
  return {
    add: (account, nowMs) =>
      db.transaction((trx) => insertAccount(trx, organisation, seal, account, nowMs)),

    list: () => listAccounts(db, organisation),

    edit: (userNameKey, change) => editProfile(db, organisation, seal, userNameKey, change),

    setStatus: (userNameKey, status) =>
      withAccount(db, organisation, userNameKey, async (trx, account) => {
        await trx('accounts')
          .where({ organisation, id: account })
          .update({ status, ...stays })
        if (status !== 'active') await revokeAll(trx, organisation, account)
      }),

    signOut: (userNameKey) =>
      withAccount(db, organisation, userNameKey, (trx, account) =>
        revokeAll(trx, organisation, account),
      ),

    resetFactor: (userNameKey, kind) =>
      withAccount(db, organisation, userNameKey, async (trx, account) => {
        await trx('credentials').where({ organisation, account_id: account, kind }).delete()
        await revokeAll(trx, organisation, account)
      }),

    async unlink(userNameKey, connection, waysIn) {
      let result: Unlinked | undefined
      await withAccount(db, organisation, userNameKey, async (trx, account) => {
        result = await unlink(trx, organisation, account, connection, waysIn)
      })
      return result
    },

    setRole: (userNameKey, role, held, nowMs) =>
      withAccount(db, organisation, userNameKey, async (trx, account) => {
        await setRole(trx, { organisation, account }, role, held, nowMs)
        const action = held ? 'user.grant-role' : 'user.withdraw-role'
        const done = { action, subject: account, detail: { role } }
        await insertAudit(
          trx,
          organisation,
          { account: 'command-line', application: '' },
          done,
          nowMs,
        )
      }),

    remove: (userNameKey) =>
      withAccount(db, organisation, userNameKey, async (trx, account) => {
        await revokeAll(trx, organisation, account)
        await trx('accounts').where({ organisation, id: account }).delete()
      }),
  }
}

/** Through the transaction of whoever adds it. @returns absence: the name is taken, nothing was written */
export async function insertAccount(
  trx: Knex.Transaction,
  organisation: string,
  seal: Sealer,
  account: NewAccount,
  nowMs: number,
): Promise<string | undefined> {
  const id = randomId('acc')
  const { userName, claims, directory = 'internal' } = account
  const own = { otherwise: 'conflict', account: id } as const
  const write = (what: Parameters<typeof applyWrite>[3]) =>
    applyWrite(trx, organisation, seal, what, nowMs)
  const made = { ...own, id, userName, claims, source: 'local', directory }
  if (!(await write({ ...made, write: 'create-account' }))) return undefined
  await write({ ...own, write: 'grant-groups', groups: account.groups, source: 'manual' })
  for (const { kind, secret } of account.credentials) {
    const credential = randomId('cred')
    await write({ ...own, write: 'add-credential', id: credential, kind, secret, counter: 0 })
  }
  return id
}

/** The first statement takes the account's row, so that nobody is let in beside what follows. */
async function withAccount(
  db: Knex,
  organisation: string,
  userNameKey: string,
  work: (trx: Knex.Transaction, account: string) => Promise<void>,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const taken = await trx.raw(
      `update accounts set status = status where organisation = ? and user_name_key = ?
       returning id`,
      [organisation, userNameKey],
    )
    const [row] = rowsOf<{ id: string }>(taken)
    if (!row) return false
    await work(trx, row.id)
    return true
  })
}

async function editProfile(
  db: Knex,
  organisation: string,
  seal: Sealer,
  userNameKey: string,
  change: Readonly<Record<string, string>>,
): Promise<boolean> {
  const where = { organisation, user_name_key: userNameKey }
  for (;;) {
    const row = await db('accounts').first('id', 'claims', 'provenance').where(where)
    if (!row) return false
    const from = JSON.parse(row.claims) as Claims
    const { name, ...further } = { name: from.name, ...change }
    const written = Object.keys(change).map((claim) =>
      claim === 'name' ? claim : `other.${claim}`,
    )
    const other = { ...from.other, ...further }
    const claims: Claims = { ...from, ...(name && { name }), other }
    const hand = Object.fromEntries(written.map((attribute) => [attribute, 'local']))
    const provenance = { ...JSON.parse(row.provenance), ...hand }
    const write = { write: 'update-profile', account: row.id, from, claims, provenance } as const
    // A login that has changed the profile in between is looked at once more.
    if (await applyWrite(db, organisation, seal, { ...write, otherwise: 'again' }, 0)) return true
  }
}

async function listAccounts(db: Knex, organisation: string): Promise<ListedAccount[]> {
  const accounts = await db('accounts').where({ organisation }).orderBy('created_ms')
  const groups = await db('account_groups').where({ organisation }).orderBy('group_name')
  const credentials = await db('credentials').where({ organisation }).orderBy('kind')
  const of = <T extends { account_id: string }>(rows: readonly T[], id: string) =>
    rows.filter((row) => row.account_id === id)
  return accounts.map((row) => ({
    id: row.id,
    userName: row.user_name,
    status: row.status,
    source: row.source,
    directory: row.directory,
    email: (JSON.parse(row.claims) as Claims).email,
    groups: [...new Set<string>(of(groups, row.id).map((grant) => grant.group_name))],
    factors: of(credentials, row.id).map((credential) => credential.kind),
    createdMs: Number(row.created_ms),
  }))
}
