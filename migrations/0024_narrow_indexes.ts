import type { Knex } from 'knex'

/**
 * What goes with an account is found by it alone. Accounts by an attribute are found in the order in which they are
 * asked for, and a session by the id that it had before within its organisation: without statistics SQLite took
 * another index, by which it read the whole organisation.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('account_roles', (t) => t.index(['account_id']))
  await db.schema.alterTable('devices', (t) => t.index(['account_id']))
  await db.schema.alterTable('account_attributes', (t) => {
    t.dropIndex(['organisation', 'name', 'value'])
    t.index(['organisation', 'name', 'value', 'account_id'])
  })
  await db.schema.alterTable('sessions', (t) => {
    t.dropIndex(['previous_jti'])
    t.index(['previous_jti', 'organisation'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('sessions', (t) => {
    t.dropIndex(['previous_jti', 'organisation'])
    t.index(['previous_jti'])
  })
  await db.schema.alterTable('account_attributes', (t) => {
    t.dropIndex(['organisation', 'name', 'value', 'account_id'])
    t.index(['organisation', 'name', 'value'])
  })
  await db.schema.alterTable('devices', (t) => t.dropIndex(['account_id']))
  await db.schema.alterTable('account_roles', (t) => t.dropIndex(['account_id']))
}
