import type { Knex } from 'knex'

/** What somebody has agreed that their account holds of what a connection says, when, and on the way where. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('consents', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('connection', 64).notNullable()
    t.string('application', 64).notNullable()
    t.text('attributes').notNullable()
    t.bigInteger('agreed_ms').notNullable()
    t.primary(['organisation', 'account_id', 'connection'])
    t.index(['account_id'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('consents')
}
