/**
 * The chain of an organisation's audit: each record is sealed together with the seal of the one before it, by a
 * key that the database does not hold. A record that is changed, taken out or put in between is found.
 *
 * Records are written without a seal, in the transaction of what they speak of, and sealed soon after: no change
 * waits for another one's.
 */
import { createHmac } from 'node:crypto'
import type { Knex } from 'knex'
import { number, type Row, rowsOf, text } from './rows.ts'

export interface Head {
  /** 0: nothing is sealed yet. */
  readonly number: number
  readonly seal: string
}

/** What is wrong with a chain, and the number of the record at which it shows. */
export interface Broken {
  readonly number: number
  readonly what: 'changed' | 'missing' | 'head'
}

export interface AuditChain {
  /** Seals what has come since. Several nodes may try; one does. @returns how many were sealed */
  seal(): Promise<number>
  /**
   * Goes through the whole chain.
   *
   * @param known a head that was noted down before: the chain must still have it
   * @returns `unsealed`: how many records wait for their seal
   */
  verify(known?: Head): Promise<{
    readonly head: Head
    readonly unsealed: number
    readonly broken: Broken | undefined
  }>
  /** Sealed records in their order, a page at a time. */
  read(after: number): Promise<readonly SealedRecord[]>
}

export interface SealedRecord {
  readonly number: number
  readonly seal: string
  readonly id: string
  readonly atMs: number
  readonly actor: string
  readonly application: string
  readonly action: string
  readonly subject: string
  /** JSON, as it was written. */
  readonly detail: string
}

/** How many records one transaction seals, and one page reads. */
const pageSize = 500
const none: Head = { number: 0, seal: '' }

/** @param key 32 bytes; with another one every record looks changed */
export function openAuditChain(db: Knex, organisation: string, key: Uint8Array): AuditChain {
  const sealOf = (before: string, record: Omit<SealedRecord, 'seal'>): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([organisation, before, ...fieldsOf(record)]))
      .digest('base64url')

  async function head(): Promise<Head> {
    const row: Row | undefined = await db('audit_heads').first().where({ organisation })
    return row ? { number: number(row, 'number'), seal: text(row, 'seal') } : none
  }

  async function read(after: number): Promise<readonly SealedRecord[]> {
    const rows: Row[] = await db('audit_records')
      .where({ organisation })
      .where('number', '>', after)
      .orderBy('number')
      .limit(pageSize)
    return rows.map((row) => recordOf(row, number(row, 'number'), text(row, 'seal')))
  }

  return {
    read,

    async seal() {
      const from = await head()
      const rows: Row[] = await db('audit_records')
        .where({ organisation })
        .whereNull('number')
        .orderBy(['at_ms', 'id'])
        .limit(pageSize)
      if (rows.length === 0) return 0
      let last = from
      const sealed = rows.map((row) => {
        const record = recordOf(row, last.number + 1, '')
        last = { number: record.number, seal: sealOf(last.seal, record) }
        return { id: record.id, ...last }
      })
      return db.transaction(async (trx) => {
        if (!(await moveHead(trx, organisation, from, last))) return 0
        for (const { id, ...given } of sealed) {
          const changed = await trx('audit_records')
            .where({ organisation, id })
            .whereNull('number')
            .update(given)
          if (changed !== 1) throw new Error(`audit record ${id} was sealed beside the chain`)
        }
        return sealed.length
      })
    },

    async verify(known) {
      const stated = await head()
      let last = none
      let broken: Broken | undefined
      let hasKnown = known === undefined || known.number === 0
      for (let page = await read(0); page.length > 0 && !broken; page = await read(last.number)) {
        for (const record of page) {
          const expected = last.number + 1
          if (record.number !== expected) broken = { number: expected, what: 'missing' }
          else if (record.seal !== sealOf(last.seal, record)) {
            broken = { number: expected, what: 'changed' }
          }
          if (broken) break
          last = { number: record.number, seal: record.seal }
          if (known?.number === last.number && known.seal === last.seal) hasKnown = true
        }
      }
      if (!broken && (last.number !== stated.number || last.seal !== stated.seal)) {
        broken = { number: last.number + 1, what: 'missing' }
      }
      if (!broken && !hasKnown) broken = { number: known!.number, what: 'head' }
      return { head: last, unsealed: await countUnsealed(db, organisation), broken }
    },
  }
}

/** Of two that seal at once, one finds the head moved and does nothing. */
async function moveHead(
  trx: Knex,
  organisation: string,
  from: Head,
  { number, seal }: Head,
): Promise<boolean> {
  const moved =
    from.number === 0
      ? await trx.raw(
          `insert into audit_heads (organisation, number, seal) values (?, ?, ?)
           on conflict do nothing returning number`,
          [organisation, number, seal],
        )
      : await trx.raw(
          `update audit_heads set number = ?, seal = ?
           where organisation = ? and number = ? returning number`,
          [number, seal, organisation, from.number],
        )
  return rowsOf(moved).length === 1
}

async function countUnsealed(db: Knex, organisation: string): Promise<number> {
  const row: Row | undefined = await db('audit_records')
    .where({ organisation })
    .whereNull('number')
    .count({ waiting: '*' })
    .first()
  return row ? number(row, 'waiting') : 0
}

function fieldsOf(record: Omit<SealedRecord, 'seal'>): readonly (string | number)[] {
  const { id, atMs, actor, application, action, subject, detail } = record
  return [record.number, id, atMs, actor, application, action, subject, detail]
}

function recordOf(row: Row, its: number, seal: string): SealedRecord {
  return {
    number: its,
    seal,
    id: text(row, 'id'),
    atMs: number(row, 'at_ms'),
    actor: text(row, 'actor'),
    application: text(row, 'application'),
    action: text(row, 'action'),
    subject: text(row, 'subject'),
    detail: text(row, 'detail'),
  }
}
