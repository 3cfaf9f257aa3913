import type { Knex } from 'knex'

/** How often codes were sent to an address that is no account's yet, in a window. The address is hashed. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('address_messages', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('address_hash', 64).notNullable()
    t.integer('count').notNullable()
    t.bigInteger('since_ms').notNullable()
    t.primary(['organisation', 'address_hash'])
    t.index(['since_ms'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('address_messages')
}
