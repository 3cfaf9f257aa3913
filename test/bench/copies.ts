/** Many rows for the price of a few: copies of what the product itself has written, with other ids. */
import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { type Row, rowsOf } from '../../src/store/rows.ts'

/** The rows of one thing, as an account with all that hangs on it. */
export interface Pattern {
  /** By table, in the order in which they can be written. */
  readonly rows: Readonly<Record<string, readonly Row[]>>
  /** What stands in them and is another in each copy, and what it is in the copy of this number. */
  fresh(copy: number): ReadonlyMap<string, string>
}

/** How many copies go into one transaction. */
const batch = 2_000

/** @param numbers of the copies to make, in this order */
export async function copy(db: Knex, pattern: Pattern, numbers: Iterable<number>): Promise<void> {
  const texts = Object.entries(pattern.rows).filter(([, rows]) => rows.length > 0)
  let waiting: ReadonlyMap<string, string>[] = []
  const write = async () => {
    const copies = waiting
    waiting = []
    await db.transaction(async (trx) => {
      for (const [table, rows] of texts) {
        const text = rows.map((row) => JSON.stringify(row)).join(',')
        const written = copies.map((fresh) => replaced(text, fresh)).join(',')
        await insert(trx, table, Object.keys(rows[0]!), `[${written}]`)
      }
    })
  }
  for (const number of numbers) {
    waiting.push(pattern.fresh(number))
    if (waiting.length === batch) await write()
  }
  await write()
}

/**
 * Random ids as the product makes them, but in their own order: rows that come in the order of an index are written
 * many to a page, and what is read later lies just as far apart.
 *
 * @param share how far along this copy is among all of them, from 0 to 1
 * @returns as long a text as `id`, with its prefix if it has one
 */
export function likeIt(id: string, share: number): string {
  const prefix = /^[a-z]+_/.exec(id)?.[0] ?? ''
  const order = Math.floor(share * 0xffff_ffff).toString(16)
  const more = randomBytes(id.length).toString('hex')
  return (prefix + order.padStart(8, '0') + more).slice(0, id.length)
}

function replaced(text: string, fresh: ReadonlyMap<string, string>): string {
  let made = text
  for (const [old, other] of fresh) made = made.replaceAll(old, other)
  return made
}

/** All rows in one statement with one binding, on either database. */
async function insert(
  db: Knex,
  table: string,
  columns: readonly string[],
  rows: string,
): Promise<void> {
  const names = columns.join(', ')
  const isPostgres = db.client.config.client === 'pg'
  const select = isPostgres
    ? `select ${names} from json_populate_recordset(null::${table}, ?::json)`
    : `select ${columns.map((name) => `value ->> '${name}'`).join(', ')} from json_each(?)`
  await db.raw(`insert into ${table} (${names}) ${select}`, [rows])
}

/** @returns the rows of a table that this finds, as they stand */
export async function rowsWhere(
  db: Knex,
  table: string,
  condition: string,
  ...bindings: readonly string[]
): Promise<readonly Row[]> {
  return rowsOf<Row>(await db.raw(`select * from ${table} where ${condition}`, [...bindings]))
}
