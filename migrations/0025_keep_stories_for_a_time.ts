import type { Knex } from 'knex'

/**
 * Events of logins and the beginning of the audit are taken away when their time is over. Events are found by their
 * age. What is left of the audit is held by the last record that was taken: its number and seal, and a proof that it
 * was taken by whoever has the key.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('login_events', (t) => t.index(['at_ms']))
  await db.schema.alterTable('audit_heads', (t) => {
    t.bigInteger('taken_number').notNullable().defaultTo(0)
    t.string('taken_seal', 64).notNullable().defaultTo('')
    t.string('taken_proof', 64).notNullable().defaultTo('')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('audit_heads', (t) => {
    t.dropColumns('taken_number', 'taken_seal', 'taken_proof')
  })
  await db.schema.alterTable('login_events', (t) => t.dropIndex(['at_ms']))
}
