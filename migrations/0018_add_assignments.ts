import type { Knex } from 'knex'

/** When the assigner of a connection has said which groups a person of it gets. Null: it has yet to. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('associations', (t) => {
    t.bigInteger('assigned_ms')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('associations', (t) => {
    t.dropColumn('assigned_ms')
  })
}
