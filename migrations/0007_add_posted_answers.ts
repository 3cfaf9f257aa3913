import type { Knex } from 'knex'

/** The form by which an upstream has answered, sealed, until the browser comes for what is made of it. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('logins', (t) => {
    t.text('sealed_posted')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('logins', (t) => {
    t.dropColumn('sealed_posted')
  })
}
