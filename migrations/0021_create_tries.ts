import type { Knex } from 'knex'

/** How often one source, or one application, has done what costs or guesses, in a window. Names are hashed. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('tries', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('tried', 32).notNullable()
    t.string('who_hash', 64).notNullable()
    t.integer('count').notNullable()
    t.bigInteger('since_ms').notNullable()
    t.primary(['organisation', 'tried', 'who_hash'])
    t.index(['since_ms'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('tries')
}
