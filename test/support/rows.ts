/** The database of a world as it stands, read beside the server. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Knex } from 'knex'
import { openDatabase } from '../../src/store/open.ts'

export type Rows = readonly Readonly<Record<string, unknown>>[]

/** All tables by name, without those of the migrations. */
export async function allRows(database: string): Promise<Readonly<Record<string, Rows>>> {
  return ofEach(database, (rows) => rows.select().orderByRaw('1, 2, 3'))
}

/** @returns what is asked of each table, by its name */
async function ofEach<T>(
  database: string,
  ask: (rows: Knex.QueryBuilder) => Promise<T>,
): Promise<Readonly<Record<string, T>>> {
  const db = openDatabase({ url: database, durability: 'normal' })
  try {
    const tables: { name: string }[] = await tablesOf(db)
      .whereNot('name', 'like', 'sqlite_%')
      .whereNot('name', 'like', 'knex_%')
      .orderBy('name')
    const answers: Record<string, T> = {}
    for (const { name } of tables) answers[name] = await ask(db(name))
    return answers
  } finally {
    await db.destroy()
  }
}

function tablesOf(db: Knex) {
  if (db.client.config.client === 'sqlite3') {
    return db('sqlite_master').select('name').where({ type: 'table' })
  }
  const tables = db('information_schema.tables')
    .select('table_name as name')
    .where({ table_schema: 'public' })
  return db(tables.as('tables')).select('name')
}

export async function rowsOf(database: string, table: string): Promise<Rows> {
  return (await allRows(database))[table] ?? []
}

/** @param tables absent: all of them. @returns how many rows each has */
export async function countRows(
  database: string,
  tables?: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const all = await ofEach(database, async (rows) => Number((await rows.count({ n: '*' }))[0].n))
  return tables ? Object.fromEntries(tables.map((name) => [name, all[name] ?? 0])) : all
}

/** Everything that SQLite has on disk, its log included; of PostgreSQL, every row. */
export async function bytesOf(database: string): Promise<Buffer> {
  if (!database.startsWith('sqlite:')) return Buffer.from(JSON.stringify(await allRows(database)))
  const file = database.slice('sqlite:'.length)
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)))
  return Buffer.concat(names.map((name) => readFileSync(join(dirname(file), name))))
}
