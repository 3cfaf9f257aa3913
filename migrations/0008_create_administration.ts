import type { Knex } from 'knex'

/**
 * Who administers an organisation, and what they have changed. A role is no group: nothing but another
 * administrator, or the command line, gives one.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('account_roles', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('role', 16).notNullable()
    t.bigInteger('granted_ms').notNullable()
    t.primary(['organisation', 'account_id', 'role'])
    t.index(['organisation', 'role'])
  })

  // It outlives the account of whoever did it, and of whom it was done to.
  await db.schema.createTable('audit_records', (t) => {
    t.string('id', 64).primary()
    t.string('organisation', 64).notNullable()
    t.bigInteger('at_ms').notNullable()
    t.string('actor', 64).notNullable()
    t.string('application', 64).notNullable()
    t.string('action', 64).notNullable()
    t.string('subject', 256).notNullable()
    t.text('detail').notNullable()
    t.index(['organisation', 'at_ms', 'id'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('audit_records')
  await db.schema.dropTable('account_roles')
}
