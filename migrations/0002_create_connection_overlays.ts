import type { Knex } from 'knex'

/** What an administrator has switched of a connection, over what its file says. Null: as the file says. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('connection_overlays', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('connection', 64).notNullable()
    t.boolean('enabled')
    t.boolean('jit')
    t.bigInteger('changed_ms').notNullable()
    t.primary(['organisation', 'connection'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('connection_overlays')
}
