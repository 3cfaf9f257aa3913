import type { Knex } from 'knex'

/** What the OpenID library keeps of a request is a part of its login: one row less to write, and to take away. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('logins', (t) => t.text('interaction'))
  await db.raw(
    `update logins set interaction = (
       select payload from provider_models m where m.organisation = logins.organisation
         and m.model = 'Interaction' and m.id = logins.interaction_uid)
     where status <> 'answered'`,
  )
  await db('provider_models').where({ model: 'Interaction' }).delete()
}

export async function down(db: Knex): Promise<void> {
  await db.raw(
    `insert into provider_models (organisation, model, id, payload, expires_at)
     select organisation, 'Interaction', interaction_uid, interaction, deadline_ms / 1000
     from logins where interaction is not null`,
  )
  await db.schema.alterTable('logins', (t) => t.dropColumn('interaction'))
}
