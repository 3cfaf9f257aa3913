import type { Knex } from 'knex'

/** What an administrator has said of an application, and what of profiles accounts can be found by. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('application_overlays', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('application', 64).notNullable()
    t.boolean('enabled').notNullable()
    t.bigInteger('changed_ms').notNullable()
    t.primary(['organisation', 'application'])
  })
  await db.schema.createTable('account_attributes', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('name', 64).notNullable()
    t.string('value', 256).notNullable()
    t.primary(['organisation', 'account_id', 'name'])
    t.index(['organisation', 'name', 'value'])
    t.index(['account_id'])
  })
  await fill(db)
}

/** Of the accounts that are there. */
async function fill(db: Knex): Promise<void> {
  const accounts: { id: string; organisation: string; claims: string }[] = await db(
    'accounts',
  ).select('id', 'organisation', 'claims')
  for (const { id, organisation, claims } of accounts) {
    const { other = {} } = JSON.parse(claims) as { other?: Record<string, unknown> }
    const rows = Object.entries(other).flatMap(([name, value]) => {
      const isText = typeof value === 'string' && value !== '' && value.length <= 256
      if (name.length > 64 || !(isText || Number.isSafeInteger(value))) return []
      return [{ organisation, account_id: id, name, value: String(value) }]
    })
    if (rows.length > 0) await db('account_attributes').insert(rows)
  }
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('account_attributes')
  await db.schema.dropTable('application_overlays')
}
