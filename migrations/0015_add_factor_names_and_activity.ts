import type { Knex } from 'knex'

/**
 * What people see on the pages of their own account: what they call a factor and when it was of use last,
 * and how sign-ins that came as far as their account have ended. The login itself is swept soon.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('credentials', (t) => {
    t.string('name', 64)
    t.bigInteger('used_ms')
  })
  await db.schema.createTable('activity', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('login_id', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('application', 64).notNullable()
    t.string('outcome', 32).notNullable()
    // RFC 8176, as JSON.
    t.text('amr').notNullable()
    t.bigInteger('at_ms').notNullable()
    t.primary(['organisation', 'login_id'])
    t.index(['account_id', 'at_ms'])
    t.index(['at_ms'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('activity')
  await db.schema.alterTable('credentials', (t) => {
    t.dropColumns('name', 'used_ms')
  })
}
