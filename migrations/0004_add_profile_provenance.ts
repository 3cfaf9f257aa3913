import type { Knex } from 'knex'

/**
 * Who wrote which attribute of a profile, where that was not the account's source; and a verified address
 * in the form that it is compared in.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (t) => {
    t.text('provenance').notNullable().defaultTo('{}')
    t.string('email_key', 254)
    t.index(['organisation', 'email_key'])
  })
  const accounts: { id: string; claims: string }[] = await db('accounts').select('id', 'claims')
  for (const { id, claims } of accounts) {
    const { email, emailVerified } = JSON.parse(claims)
    if (typeof email !== 'string' || emailVerified !== true) continue
    const key = email.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    await db('accounts').where({ id }).update({ email_key: key })
  }
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (t) => {
    t.dropIndex(['organisation', 'email_key'])
    t.dropColumn('email_key')
    t.dropColumn('provenance')
  })
}
