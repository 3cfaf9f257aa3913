import type { Knex } from 'knex'

/**
 * A passkey's id is made from what its device has chosen: two organisations may meet the same. Kept apart,
 * neither can take an id away from the other, or learn that it knows it.
 */
export async function up(db: Knex): Promise<void> {
  await rebuild(db, ['organisation', 'id'])
}

/** Fails where two organisations know the same passkey. */
export async function down(db: Knex): Promise<void> {
  await rebuild(db, ['id'])
}

/** SQLite cannot exchange a primary key, so the table is made anew. */
async function rebuild(db: Knex, key: readonly string[]): Promise<void> {
  await db.schema.createTable('credentials_anew', (t) => {
    t.string('id', 64).notNullable()
    t.string('organisation', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('kind', 32).notNullable()
    t.text('sealed_secret').notNullable()
    t.bigInteger('counter').notNullable()
    t.bigInteger('created_ms').notNullable()
    t.primary([...key], `credentials_by_${key.join('_')}`)
  })
  const columns = 'id, organisation, account_id, kind, sealed_secret, counter, created_ms'
  await db.raw(`insert into credentials_anew (${columns}) select ${columns} from credentials`)
  await db.schema.dropTable('credentials')
  await db.schema.renameTable('credentials_anew', 'credentials')
  await db.schema.alterTable('credentials', (t) => {
    t.index(['account_id'])
  })
  await db.raw(
    "create unique index credentials_one_of_kind on credentials (account_id, kind) where kind <> 'webauthn'",
  )
}
