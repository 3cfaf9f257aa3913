/** Takes back what an account was given: sessions, grants, codes, tokens, and remembered devices. */
import type { Knex } from 'knex'
import { endSessions } from './ended-sessions.ts'

/** Through the transaction of whatever is the reason. Its applications are told. */
export async function revokeAll(db: Knex, organisation: string, account: string): Promise<void> {
  await endSessions(db, organisation, 'account_id = ?', [account])
  for (const table of ['provider_models', 'devices']) {
    await db(table).where({ organisation, account_id: account }).delete()
  }
}
