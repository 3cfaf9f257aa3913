import type { Knex } from 'knex'

/** When a directory has last said that the person is there and current. Null: it has not been asked at a login. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('associations', (t) => {
    t.bigInteger('confirmed_ms')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('associations', (t) => {
    t.dropColumn('confirmed_ms')
  })
}
