/**
 * The chain of an organisation's audit: each record is sealed together with the seal of the one before it, by a
 * key that the database does not hold. A record that is changed, taken out or put in between is found.
 *
 * Records are written without a seal, in the transaction of what they speak of, and sealed soon after: no change
 * waits for another one's.
 *
 * Its beginning can be taken away when it is old. The last record that was taken is kept by number and seal, with a
 * proof by the same key: whoever has the database alone can cut nothing off.
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
  readonly what: 'changed' | 'missing' | 'head' | 'beginning'
}

export interface AuditChain {
  /** Seals what has come since. Several nodes may try; one does. @returns how many were sealed */
  seal(): Promise<number>
  /**
   * Goes through the whole chain.
   *
   * @param known a head that was noted down before: the chain must still have it, unless it was taken away
   * @returns `unsealed`: how many records wait for their seal; `taken`: how many were taken away
   */
  verify(known?: Head): Promise<{
    readonly head: Head
    readonly taken: number
    readonly unsealed: number
    readonly broken: Broken | undefined
  }>
  /** Sealed records in their order, a page at a time. */
  read(after: number): Promise<readonly SealedRecord[]>
  /**
   * Takes away what was written before then, from the beginning on: none without a seal, and nothing from where the
   * chain is not whole.
   *
   * @returns how many, of so many at most
   */
  forget(beforeMs: number, most: number): Promise<number>
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
export const pageSize = 500
const none: Head = { number: 0, seal: '' }

/** @param key 32 bytes; with another one every record looks changed */
export function openAuditChain(db: Knex, organisation: string, key: Uint8Array): AuditChain {
  const sealOf = (before: string, record: Omit<SealedRecord, 'seal'>): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([organisation, before, ...fieldsOf(record)]))
      .digest('base64url')

  const proofOf = ({ number, seal }: Head): string =>
    createHmac('sha256', key)
      .update(JSON.stringify(['taken', organisation, number, seal]))
      .digest('base64url')

  const follows = (last: Head, record: SealedRecord): boolean =>
    record.number === last.number + 1 && record.seal === sealOf(last.seal, record)

  async function ends(): Promise<Ends> {
    const row: Row | undefined = await db('audit_heads').first().where({ organisation })
    if (!row) return { head: none, taken: none, isTakenByUs: true }
    const taken = { number: number(row, 'taken_number'), seal: text(row, 'taken_seal') }
    return {
      head: { number: number(row, 'number'), seal: text(row, 'seal') },
      taken,
      isTakenByUs: taken.number === 0 || text(row, 'taken_proof') === proofOf(taken),
    }
  }

  async function read(after: number, most = pageSize): Promise<readonly SealedRecord[]> {
    const rows: Row[] = await db('audit_records')
      .where({ organisation })
      .where('number', '>', after)
      .orderBy('number')
      .limit(most)
    return rows.map((row) => recordOf(row, number(row, 'number'), text(row, 'seal')))
  }

  return {
    read: (after) => read(after),

    async seal() {
      const { head: from } = await ends()
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
      const { head: stated, taken, isTakenByUs } = await ends()
      let last = taken
      let broken: Broken | undefined
      if (!isTakenByUs) broken = { number: taken.number, what: 'beginning' }
      let hasKnown = known === undefined || known.number < taken.number || isSame(known, taken)
      for (
        let page = await read(taken.number);
        page.length > 0 && !broken;
        page = await read(last.number)
      ) {
        for (const record of page) {
          if (!follows(last, record)) {
            const expected = last.number + 1
            broken = { number: expected, what: record.number === expected ? 'changed' : 'missing' }
            break
          }
          last = record
          if (known && isSame(known, last)) hasKnown = true
        }
      }
      if (!broken && !isSame(last, stated)) broken = { number: last.number + 1, what: 'missing' }
      if (!broken && !hasKnown) broken = { number: known!.number, what: 'head' }
      const head = { number: last.number, seal: last.seal }
      const unsealed = await countUnsealed(db, organisation)
      return { head, taken: taken.number, unsealed, broken }
    },

    async forget(beforeMs, most) {
      const { taken: from, isTakenByUs } = await ends()
      if (!isTakenByUs) return 0
      let last = from
      for (const record of await read(from.number, most)) {
        if (record.atMs >= beforeMs || !follows(last, record)) break
        last = record
      }
      const count = last.number - from.number
      if (count === 0) return 0
      return db.transaction(async (trx) => {
        const moved = await trx.raw(
          `update audit_heads set taken_number = ?, taken_seal = ?, taken_proof = ?
           where organisation = ? and taken_number = ? returning number`,
          [last.number, last.seal, proofOf(last), organisation, from.number],
        )
        if (rowsOf(moved).length === 0) return 0
        const gone = await trx('audit_records')
          .where({ organisation })
          .whereBetween('number', [from.number + 1, last.number])
          .delete()
        if (gone !== count)
          throw new Error(`${gone} of ${count} audit records were there to be taken`)
        return count
      })
    },
  }
}

/** @returns the organisations that have a chain */
export async function chainedOrganisations(db: Knex): Promise<readonly string[]> {
  const rows: Row[] = await db('audit_heads').select('organisation').orderBy('organisation')
  return rows.map((row) => text(row, 'organisation'))
}

interface Ends {
  readonly head: Head
  /** The last record that was taken away; 0: none was. */
  readonly taken: Head
  /** Whether the key says so. */
  readonly isTakenByUs: boolean
}

function isSame(a: Head, b: Head): boolean {
  return a.number === b.number && a.seal === b.seal
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
