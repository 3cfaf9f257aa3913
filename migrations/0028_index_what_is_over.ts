import type { Knex } from 'knex'

/** By which each of them is swept: all of it was read each time. */
const overBy = { sessions: 'expires_at', guesses: 'since_ms', outbox: 'done_ms' }

export async function up(db: Knex): Promise<void> {
  for (const [table, column] of Object.entries(overBy)) {
    await db.schema.alterTable(table, (t) => t.index([column]))
  }
}

export async function down(db: Knex): Promise<void> {
  for (const [table, column] of Object.entries(overBy)) {
    await db.schema.alterTable(table, (t) => t.dropIndex([column]))
  }
}
