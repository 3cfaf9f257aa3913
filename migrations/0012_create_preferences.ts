import type { Knex } from 'knex'

/** What somebody wants: which way comes first, and what they are not to be asked until when. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('preferences', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('name', 80).notNullable()
    t.string('value', 64).notNullable()
    t.bigInteger('until_ms')
    t.primary(['organisation', 'account_id', 'name'])
    t.index(['account_id'])
    t.index(['until_ms'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('preferences')
}
