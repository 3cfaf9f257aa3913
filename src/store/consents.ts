/** What people have agreed that their accounts hold of what connections say. */
import type { Knex } from 'knex'
import type { Write } from '../language/write.ts'
import { type Row, text } from './rows.ts'

/** In place of what was agreed to before. */
export async function keepConsent(
  db: Knex,
  organisation: string,
  consent: Write & { readonly write: 'keep-consent' },
): Promise<void> {
  const { account, connection, application, attributes, agreedMs } = consent
  await db('consents')
    .insert({
      organisation,
      account_id: account,
      connection,
      application,
      attributes: JSON.stringify(attributes),
      agreed_ms: agreedMs,
    })
    .onConflict(['organisation', 'account_id', 'connection'])
    .merge()
}

/** @returns names of attributes; absence: nothing was agreed to, or it was withdrawn */
export async function agreedAttributes(
  db: Knex,
  organisation: string,
  account: string,
  connection: string,
): Promise<readonly string[] | undefined> {
  const row: Row | undefined = await db('consents')
    .first('attributes')
    .where({ organisation, account_id: account, connection })
  return row && JSON.parse(text(row, 'attributes'))
}

/** @returns whether there was one */
export async function withdrawConsent(
  db: Knex,
  organisation: string,
  account: string,
  connection: string,
): Promise<boolean> {
  return (
    (await db('consents').where({ organisation, account_id: account, connection }).delete()) > 0
  )
}
