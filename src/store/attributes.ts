/** What of profiles accounts can be found by: each attribute that is one short text, or a whole number. */
import type { Knex } from 'knex'
import type { Claims } from '../language/facts.ts'
import { type Row, text } from './rows.ts'

/** In characters; what is longer finds nobody. */
const valueMax = 256
const nameMax = 64
/** How many accounts a value leads to at most: two are too many for anybody. */
const accountsMax = 50

/** In place of those before, through the transaction that writes the profile. */
export async function keepAttributes(
  db: Knex,
  organisation: string,
  account: string,
  claims: Claims,
): Promise<void> {
  const rows = attributeRows(organisation, account, claims)
  await db('account_attributes').where({ organisation, account_id: account }).delete()
  if (rows.length > 0) await db('account_attributes').insert(rows)
}

/** What is kept of a profile. */
export function attributeRows(organisation: string, account: string, { other = {} }: Claims) {
  return Object.entries(other).flatMap(([name, value]) => {
    const kept = name.length <= nameMax ? valueToKeep(value) : undefined
    return kept === undefined ? [] : [{ organisation, account_id: account, name, value: kept }]
  })
}

/** @returns ids of accounts, in one order */
export async function accountsWith(
  db: Knex,
  organisation: string,
  name: string,
  value: string,
): Promise<readonly string[]> {
  const rows: Row[] = await db('account_attributes')
    .select('account_id')
    .where({ organisation, name, value })
    .orderBy('account_id')
    .limit(accountsMax)
  return rows.map((row) => text(row, 'account_id'))
}

function valueToKeep(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value)
  const isFine = typeof value === 'string' && value !== '' && value.length <= valueMax
  return isFine ? value : undefined
}
