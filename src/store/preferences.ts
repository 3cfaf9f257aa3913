/** What people want, kept with their accounts. */
import type { Knex } from 'knex'
import type { Preference } from '../language/preference.ts'
import type { Write } from '../language/write.ts'
import { type Row, text } from './rows.ts'

/** In place of what was wanted under that name before. */
export async function keepPreference(
  db: Knex,
  organisation: string,
  { account, name, value, untilMs }: Write & { readonly write: 'keep-preference' },
): Promise<void> {
  await db('preferences')
    .insert({ organisation, account_id: account, name, value, until_ms: untilMs ?? null })
    .onConflict(['organisation', 'account_id', 'name'])
    .merge()
}

/** In the order of their names. */
export async function preferences(
  db: Knex,
  organisation: string,
  account: string,
  nowMs: number,
): Promise<readonly Preference[]> {
  const rows: Row[] = await db('preferences')
    .select('name', 'value')
    .where({ organisation, account_id: account })
    .andWhere((live) => live.whereNull('until_ms').orWhere('until_ms', '>', nowMs))
    .orderBy('name')
  return rows.map((row) => ({ name: text(row, 'name'), value: text(row, 'value') }))
}
