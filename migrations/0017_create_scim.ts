import type { Knex } from 'knex'

/**
 * Whom an upstream keeps here by SCIM: of a person whether it was that which took them away, and its groups
 * with who is in them. What a group there grants here is in `account_groups`, by its own source.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('scim_people', (t) => {
    t.string('account_id', 64).primary().references('accounts.id').onDelete('CASCADE')
    t.string('organisation', 64).notNullable()
    t.string('connection', 64).notNullable()
    t.boolean('deactivated').notNullable()
    t.index(['organisation', 'connection'])
  })

  await db.schema.createTable('scim_groups', (t) => {
    t.string('id', 64).primary()
    t.string('organisation', 64).notNullable()
    t.string('connection', 64).notNullable()
    t.string('name', 256).notNullable()
    t.string('name_key', 256).notNullable()
    t.string('external_id', 256)
    t.bigInteger('created_ms').notNullable()
    t.unique(['organisation', 'connection', 'name_key'])
  })

  await db.schema.createTable('scim_members', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('group_id', 64).notNullable().references('scim_groups.id').onDelete('CASCADE')
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.primary(['organisation', 'group_id', 'account_id'])
    t.index(['account_id'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('scim_members')
  await db.schema.dropTable('scim_groups')
  await db.schema.dropTable('scim_people')
}
