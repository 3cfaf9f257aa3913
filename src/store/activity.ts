/** How sign-ins that came as far as an account have ended, for its owner to look at; and which factors were of use. */
import type { Knex } from 'knex'
import type { Activity, Page, PageQuery } from '../engine/administration.ts'
import type { Login } from '../engine/login.ts'
import { number, type Row, text } from './rows.ts'
import { pageOf } from './users.ts'

/** Through the transaction that answers the application. Nothing, where it came to no account. */
export async function keepActivity(
  db: Knex,
  { id, organisation, application, createdMs, facts }: Login,
  nowMs: number,
): Promise<void> {
  const { identity, end, proofs } = facts
  if (identity.kind !== 'account' || !end) return
  // The account may have gone since: then nobody is there to look at it.
  await db.raw(
    `insert into activity (organisation, login_id, account_id, application, outcome, amr, at_ms)
     select cast(? as text), cast(? as text), id, cast(? as text), cast(? as text), cast(? as text),
       cast(? as bigint)
     from accounts where organisation = ? and id = ? on conflict do nothing`,
    [
      ...[organisation, id, application, end.outcome, JSON.stringify(end.amr), nowMs],
      ...[organisation, identity.account],
    ],
  )
  for (const { credential, atMs } of proofs) {
    if (atMs < createdMs) continue
    await db('credentials')
      .where({ organisation, id: credential, account_id: identity.account })
      .update({ used_ms: atMs })
  }
}

/** The newest first. */
export async function listActivity(
  db: Knex,
  organisation: string,
  { account, ...query }: PageQuery & { readonly account: string },
): Promise<Page<Activity>> {
  const rows = db('activity').where({ organisation, account_id: account })
  const { items, next } = await pageOf(rows, query, 'at_ms', { descending: true, id: 'login_id' })
  return { items: items.map(activityOf), ...(next && { next }) }
}

function activityOf(row: Row): Activity {
  return {
    atMs: number(row, 'at_ms'),
    application: text(row, 'application'),
    outcome: text(row, 'outcome'),
    amr: JSON.parse(text(row, 'amr')),
  }
}
