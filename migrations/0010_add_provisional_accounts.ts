import type { Knex } from 'knex'

/**
 * An account that goes again if the login that has made it never comes to success: which login, and until
 * when that can be. Null: it stays.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (t) => {
    t.string('provisional_login', 64)
    t.bigInteger('provisional_until_ms')
    t.index(['provisional_until_ms'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (t) => {
    t.dropIndex(['provisional_until_ms'])
    t.dropColumn('provisional_until_ms')
    t.dropColumn('provisional_login')
  })
}
