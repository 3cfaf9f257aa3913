import type { Knex } from 'knex'

/**
 * What administrators look through, page by page, is read in its order from where a page begins; and what waits is
 * counted without a look at everything that does not.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (t) => {
    t.index(['organisation', 'created_ms', 'id'])
    t.index(['organisation', 'status', 'created_ms', 'id'])
  })
  await db.schema.alterTable('sessions', (t) => {
    t.index(['organisation', 'created_ms', 'uid'])
    // In this order too, or SQLite takes the other one for those of one account.
    t.dropIndex(['account_id'])
    t.index(['account_id', 'created_ms', 'uid'])
  })
  await db.schema.alterTable('logins', (t) => t.index(['organisation', 'created_ms', 'id']))
  await db.schema.alterTable('account_groups', (t) =>
    t.index(['group_name', 'organisation', 'account_id']),
  )
  await db.raw(
    "create index logins_running on logins (organisation, created_ms, id) where status = 'running'",
  )
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index logins_running')
  await db.schema.alterTable('account_groups', (t) =>
    t.dropIndex(['group_name', 'organisation', 'account_id']),
  )
  await db.schema.alterTable('logins', (t) => t.dropIndex(['organisation', 'created_ms', 'id']))
  await db.schema.alterTable('sessions', (t) => {
    t.dropIndex(['account_id', 'created_ms', 'uid'])
    t.index(['account_id'])
    t.dropIndex(['organisation', 'created_ms', 'uid'])
  })
  await db.schema.alterTable('accounts', (t) => {
    t.dropIndex(['organisation', 'status', 'created_ms', 'id'])
    t.dropIndex(['organisation', 'created_ms', 'id'])
  })
}
