import type { Knex } from 'knex'

/**
 * Wrong passwords in a row, by directory and folded name: names there are not accounts of ours. Only a digest
 * of the name is kept, because it may be nobody's, or a password that was typed in the wrong field.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('directory_locks', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('directory', 64).notNullable()
    t.string('name_hash', 64).notNullable()
    t.integer('failures').notNullable()
    // When the last of them was counted.
    t.bigInteger('failed_ms').notNullable()
    // When the row says nothing any more.
    t.bigInteger('until_ms').notNullable()
    t.primary(['organisation', 'directory', 'name_hash'])
    t.index(['until_ms'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('directory_locks')
}
