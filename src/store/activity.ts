/** How sign-ins that came as far as an account have ended, for its owner to look at; and which factors were of use. */
import type { Knex } from 'knex'
import type { Activity, Page, PageQuery } from '../engine/administration.ts'
import type { Login } from '../engine/login.ts'
import { listAudit } from './audit.ts'

/** Through the transaction that answers the application. Nothing, where it came to no account. */
export async function keepUse(
  db: Knex,
  { organisation, createdMs, facts: { identity, proofs } }: Login,
): Promise<void> {
  if (identity.kind !== 'account') return
  const usedMs = new Map(
    proofs
      .filter(({ atMs }) => atMs >= createdMs)
      .map(({ credential, atMs }) => [credential, atMs] as const),
  )
  if (usedMs.size === 0) return
  const moments = [...usedMs].map(() => 'when ? then cast(? as bigint)').join(' ')
  const credentials = [...usedMs].map(() => '?').join(', ')
  await db.raw(
    `update credentials set used_ms = case id ${moments} end
     where organisation = ? and account_id = ? and id in (${credentials})`,
    [...[...usedMs].flat(), organisation, identity.account, ...usedMs.keys()],
  )
}

/** As the audit has it, the newest first. */
export async function listActivity(
  db: Knex,
  organisation: string,
  { account, ...query }: PageQuery & { readonly account: string },
): Promise<Page<Activity>> {
  const ends = { ...query, action: 'login.end', subject: account }
  const { items, next } = await listAudit(db, organisation, ends)
  return {
    items: items.map(({ atMs, application, detail }) => ({
      atMs,
      application,
      outcome: String(detail.outcome),
      amr: (detail.amr ?? []) as readonly string[],
    })),
    ...(next && { next }),
  }
}
