import type { Knex } from 'knex'

/**
 * What is to be sent once a transaction has committed: written by it, sent by whoever comes first, and
 * tried again until it has arrived. Of two that are the same (`idempotency_key`) there is one.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('outbox', (t) => {
    t.string('id', 64).primary()
    t.string('organisation', 64).notNullable()
    t.string('kind', 32).notNullable()
    t.string('idempotency_key', 256).notNullable()
    t.text('payload').notNullable()
    t.string('status', 16).notNullable()
    t.integer('attempts').notNullable()
    // Not before; while somebody is sending it: when it counts as lost and is sent again.
    t.bigInteger('due_ms').notNullable()
    t.bigInteger('done_ms')
    t.unique(['organisation', 'idempotency_key'])
    t.index(['status', 'due_ms'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('outbox')
}
