/** Takes back what an account, or an application, was given: grants, codes, tokens, and what stands behind them. */
import type { Knex } from 'knex'
import { endSessions } from './ended-sessions.ts'

/** Through the transaction of whatever is the reason. Its applications are told. */
export async function revokeAll(db: Knex, organisation: string, account: string): Promise<void> {
  await endSessions(db, organisation, 'account_id = ?', [account])
  for (const table of ['provider_models', 'devices']) {
    await db(table).where({ organisation, account_id: account }).delete()
  }
}

/**
 * Through the transaction of whatever is the reason. Sessions stay: they are of people, who may have others. It
 * looks through all that is kept, because it is asked for seldom.
 */
export async function revokeGiven(
  db: Knex,
  organisation: string,
  application: string,
): Promise<void> {
  const named = JSON.stringify({ clientId: application }).slice(1, -1)
  const escaped = named.replace(/[\\%_]/g, '\\$&')
  await db('provider_models')
    .where({ organisation })
    .andWhereRaw("payload like ? escape '\\'", [`%${escaped}%`])
    .delete()
}
