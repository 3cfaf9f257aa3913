import type { Knex } from 'knex'

/**
 * How logins end is in the audit, so that it is written down once. What people see of their own account is found
 * there by its subject; what they have seen until now comes along.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('audit_records', (t) => {
    t.index(['organisation', 'subject', 'action', 'at_ms', 'id'], 'audit_records_subject')
  })
  for (;;) {
    const rows = await db('activity').orderBy(['at_ms', 'login_id']).limit(pageSize)
    if (rows.length === 0) break
    await db('audit_records').insert(rows.map(recordOf))
    for (const { organisation, login_id } of rows) {
      await db('activity').where({ organisation, login_id }).delete()
    }
  }
  await db.schema.dropTable('activity')
}

const pageSize = 100

function recordOf(row: Record<string, unknown>) {
  const { organisation, login_id, account_id, application, outcome, amr, at_ms } = row
  const detail = { login: login_id, outcome, amr: JSON.parse(amr as string) }
  return {
    id: `audit_${login_id}`,
    organisation,
    at_ms,
    actor: account_id,
    application,
    action: 'login.end',
    subject: account_id,
    detail: JSON.stringify(detail),
  }
}

export async function down(db: Knex): Promise<void> {
  await db.schema.createTable('activity', (t) => {
    t.string('organisation', 64).notNullable()
    t.string('login_id', 64).notNullable()
    t.string('account_id', 64).notNullable().references('accounts.id').onDelete('CASCADE')
    t.string('application', 64).notNullable()
    t.string('outcome', 32).notNullable()
    t.text('amr').notNullable()
    t.bigInteger('at_ms').notNullable()
    t.primary(['organisation', 'login_id'])
    t.index(['account_id', 'at_ms'])
    t.index(['at_ms'])
  })
  await db.schema.alterTable('audit_records', (t) => {
    t.dropIndex([], 'audit_records_subject')
  })
}
