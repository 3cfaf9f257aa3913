import type { Knex } from 'knex'

/**
 * Devices that somebody has asked to be remembered, each for one account and one application. The secret
 * is the browser's; here is its fingerprint.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('devices', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('application', 64).notNullable()
    t.string('secret_hash', 64).notNullable()
    t.bigInteger('created_ms').notNullable()
    t.bigInteger('used_ms').notNullable()
    t.bigInteger('expires_ms').notNullable()
    t.primary(['organisation', 'account_id', 'application', 'secret_hash'])
    t.index(['expires_ms'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('devices')
}
