import type { Knex } from 'knex'

/**
 * Synchronising with a directory: how far the run is, so that another process can go on with it, and by which
 * run an entry was seen last, so that who is gone there is found without anything being kept in memory.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('directory_runs', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('directory', 64).notNullable()
    t.string('id', 64).notNullable()
    t.string('mode', 16).notNullable()
    t.integer('pages').notNullable()
    t.text('next_page')
    t.boolean('read').notNullable()
    t.text('counts').notNullable()
    t.bigInteger('started_ms').notNullable()
    t.bigInteger('finished_ms')
    t.primary(['organisation', 'directory', 'id'])
    t.index(['organisation', 'directory', 'started_ms'])
  })

  await db.schema.createTable('directory_entries', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('directory', 64).notNullable()
    t.string('subject', 256).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('run_id', 64).notNullable()
    t.boolean('obsolete').notNullable()
    t.primary(['organisation', 'directory', 'subject'])
    t.index(['account_id'])
    t.index(['organisation', 'directory', 'run_id'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('directory_entries')
  await db.schema.dropTable('directory_runs')
}
