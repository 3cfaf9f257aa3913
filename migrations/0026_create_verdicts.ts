import type { Knex } from 'knex'

/** Flows of which all has held, so that they need not be checked again at each start. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('verdicts', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('seal', 64).notNullable()
    t.bigInteger('checked_ms').notNullable()
    t.primary(['organisation', 'seal'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('verdicts')
}
