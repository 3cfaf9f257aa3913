import type { Knex } from 'knex'

/**
 * An account has one password and one authenticator app, and as many passkeys as it likes. The index on
 * the account is what its credentials were found by until now.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('credentials', (t) => {
    t.dropUnique(['account_id', 'kind'])
    t.index(['account_id'])
  })
  await db.raw(
    "create unique index credentials_one_of_kind on credentials (account_id, kind) where kind <> 'webauthn'",
  )
}

/** Fails where anybody has two passkeys: which of them to lose is not ours to say. */
export async function down(db: Knex): Promise<void> {
  await db.raw('drop index credentials_one_of_kind')
  await db.schema.alterTable('credentials', (t) => {
    t.dropIndex(['account_id'])
    t.unique(['account_id', 'kind'])
  })
}
