/** Who has changed what. Records are only ever added, in the transaction of the change itself. */
import type { Knex } from 'knex'
import type { Actor, AuditRecord, Page, PageQuery } from '../engine/administration.ts'
import { randomId } from '../kit/random.ts'
import { number, type Row, text } from './rows.ts'
import { pageOf } from './users.ts'

/** @param done without anything secret: it is read by everybody who may see the audit */
export async function insertAudit(
  db: Knex,
  organisation: string,
  by: Actor,
  { action, subject, detail }: Pick<AuditRecord, 'action' | 'subject' | 'detail'>,
  nowMs: number,
): Promise<void> {
  await db('audit_records').insert({
    id: randomId('audit'),
    organisation,
    at_ms: nowMs,
    actor: by.account,
    application: by.application,
    action,
    subject,
    detail: JSON.stringify(detail),
  })
}

/** The newest first. */
export async function listAudit(
  db: Knex,
  organisation: string,
  query: PageQuery,
): Promise<Page<AuditRecord>> {
  const rows = db('audit_records').where({ organisation })
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
