/** Who has changed what. Records are only ever added, in the transaction of the change itself. */
import type { Knex } from 'knex'
import type { Actor, AuditQuery, AuditRecord, Page } from '../engine/administration.ts'
import type { Audited } from '../engine/audited.ts'
import { randomId } from '../kit/random.ts'
import { number, type Row, text } from './rows.ts'
import { pageOf } from './users.ts'

export async function insertAudit(
  db: Knex,
  organisation: string,
  by: Actor,
  done: Audited,
  nowMs: number,
): Promise<void> {
  await insertAudits(db, organisation, by, [done], nowMs)
}

/** @param done without anything secret: it is read by everybody who may see the audit */
export async function insertAudits(
  db: Knex,
  organisation: string,
  by: Actor,
  done: readonly Audited[],
  nowMs: number,
): Promise<void> {
  if (done.length === 0) return
  const rows = done.map(({ action, subject, detail }) => [
    ...[randomId('audit'), organisation, nowMs, by.account, by.application],
    ...[action, subject, JSON.stringify(detail)],
  ])
  await db.raw(
    `insert into audit_records (id, organisation, at_ms, actor, application, action, subject, detail)
     values ${rows.map(() => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    rows.flat(),
  )
}

/** The newest first. */
export async function listAudit(
  db: Knex,
  organisation: string,
  { action, subject, changes, ...query }: AuditQuery,
): Promise<Page<AuditRecord>> {
  const rows = db('audit_records').where({ organisation })
  if (action !== undefined) rows.where({ action })
  if (subject !== undefined) rows.where({ subject })
  if (changes) rows.where('action', 'not like', 'login.%')
  const { items, next } = await pageOf(rows, query, 'at_ms', { descending: true })
  return { items: items.map(recordOf), ...(next && { next }) }
}

function recordOf(row: Row): AuditRecord {
  return {
    id: text(row, 'id'),
    atMs: number(row, 'at_ms'),
    actor: text(row, 'actor'),
    application: text(row, 'application'),
    action: text(row, 'action'),
    subject: text(row, 'subject'),
    detail: JSON.parse(text(row, 'detail')),
  }
}
