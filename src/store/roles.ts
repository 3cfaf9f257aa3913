/** Who administers an organisation. No flow and no upstream has a way to this table. */
import type { Knex } from 'knex'
import type { Role, User } from '../engine/administration.ts'
import { type Row, text } from './rows.ts'

/** Granting what is held, or withdrawing what is not, changes nothing. */
export async function setRole(
  db: Knex,
  { organisation, account }: { readonly organisation: string; readonly account: string },
  role: Role,
  held: boolean,
  nowMs: number,
): Promise<void> {
  const key = { organisation, account_id: account, role }
  if (!held) await db('account_roles').where(key).delete()
  else {
    await db('account_roles')
      .insert({ ...key, granted_ms: nowMs })
      .onConflict(['organisation', 'account_id', 'role'])
      .ignore()
  }
}

/** Read live. @returns none when the account is not active, or there is none */
export async function rolesOf(
  db: Knex,
  organisation: string,
  account: string,
): Promise<readonly Role[]> {
  const rows: Row[] = await db('account_roles')
    .join('accounts', 'accounts.id', 'account_roles.account_id')
    .where({
      'account_roles.organisation': organisation,
      'accounts.organisation': organisation,
      'account_roles.account_id': account,
      'accounts.status': 'active',
    })
    .select('account_roles.role')
  return rows.map((row) => text(row, 'role') as Role)
}

/** Whether nobody may be left to administer without them. */
export function isAdministrator({ roles, status }: User): boolean {
  return roles.includes('admin') && status === 'active'
}

/**
 * Whether somebody is left to administer. Of two administrators that take each other's role at the same time,
 * one waits and sees the other's.
 */
export async function isAdministrated(
  trx: Knex.Transaction,
  organisation: string,
): Promise<boolean> {
  await trx('account_roles').where({ organisation, role: 'admin' }).update({ role: 'admin' })
  const left = await trx('account_roles')
    .join('accounts', 'accounts.id', 'account_roles.account_id')
    .where({
      'account_roles.organisation': organisation,
      'account_roles.role': 'admin',
      'accounts.status': 'active',
    })
    .first('accounts.id')
  return left !== undefined
}
