import type { Knex } from 'knex'

/**
 * Each audit record gets a number and a seal over itself and the record before it, soon after it is written. The
 * record itself is written once and never changed.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('audit_records', (t) => {
    t.bigInteger('number')
    t.string('seal', 64)
    t.unique(['organisation', 'number'])
  })
  await db.raw(
    `create index audit_records_unsealed on audit_records (organisation, at_ms, id)
     where number is null`,
  )
  // The last of each chain.
  await db.schema.createTable('audit_heads', (t) => {
    t.string('organisation', 64).primary()
    t.bigInteger('number').notNullable()
    t.string('seal', 64).notNullable()
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('audit_heads')
  await db.raw('drop index audit_records_unsealed')
  await db.schema.alterTable('audit_records', (t) => {
    t.dropUnique(['organisation', 'number'])
    t.dropColumns('number', 'seal')
  })
}
