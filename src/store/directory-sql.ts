/**
 * A directory in a database of others, which is read and never written to: one row a person, of a table or of a
 * query. Names of columns come from the settings and are quoted; whatever somebody has typed is bound.
 */
import knex, { type Knex } from 'knex'
import type { StoredEntry, UserStore } from '../language/directory.ts'
import type { ExternalDirectory, PasswordScheme } from '../language/settings.ts'
import { quiet } from './driver-errors.ts'

type SqlSettings = Extract<ExternalDirectory, { store: 'sql' }>

/** Whether a password is what is kept of it. */
type Compare = (
  scheme: PasswordScheme,
  stored: string | undefined,
  password: string,
) => Promise<boolean>

const connectionsMax = 4

export function openSqlDirectory(settings: SqlSettings, matches: Compare): UserStore {
  const { name, idColumn, passwordColumn, passwordScheme, changed } = settings
  let db: Knex | undefined
  const people = () => {
    db ??= openReader(settings)
    return rowsOf(db, settings)
  }
  const read = async (query: Knex.QueryBuilder, signal: AbortSignal) => {
    signal.throwIfAborted()
    const rows: Row[] = await query
    return rows.map((row) => entryOf(row, settings))
  }
  return {
    tellsChanges: changed !== undefined,
    byName: (wanted, signal) =>
      read(people().whereRaw('lower(??) = ?', [name, wanted]).limit(2), signal),
    byId: (id, signal) =>
      read(people().whereRaw('cast(?? as text) = ?', [idColumn, id]).limit(2), signal),
    matches: (entry, password) => matches(passwordScheme, entry?.secret, password),
    async page({ after = '', limit, changedSinceMs }, signal) {
      const query = people()
        .whereRaw('cast(?? as text) > ?', [idColumn, after])
        .orderByRaw('cast(?? as text)', [idColumn])
        .limit(limit)
      if (changed !== undefined && changedSinceMs !== undefined) {
        query.whereRaw('?? >= ?', [changed, changedSinceMs])
      }
      const entries = await read(query, signal)
      const last = entries.at(-1)
      return { entries, ...(last && entries.length === limit && { next: last.id }) }
    },
    async close() {
      await db?.destroy()
      db = undefined
    },
  }

  function rowsOf(reader: Knex, { table, query }: SqlSettings): Knex.QueryBuilder {
    const columns = new Set([
      ...[name, idColumn, passwordColumn, ...settings.reads],
      ...[settings.phone, settings.locked, settings.obsolete].filter((each) => each !== undefined),
    ])
    const source = table === undefined ? reader.raw(`(${query ?? ''}) as people`) : table
    return reader.select([...columns]).from(source)
  }
}

function openReader({ url, password, timeoutMs }: SqlSettings): Knex {
  const quietly = { compileSqlOnError: false, log: quiet, useNullAsDefault: true }
  if (url.startsWith('sqlite:')) {
    const filename = url.slice('sqlite:'.length)
    return knex({
      ...quietly,
      client: 'sqlite3',
      connection: { filename },
      pool: {
        min: 0,
        max: 1,
        afterCreate(connection: SqliteConnection, done: (error: Error | null) => void) {
          connection.exec('PRAGMA query_only = on', done)
        },
      },
    })
  }
  const connection = new URL(url)
  if (password) connection.password = encodeURIComponent(password.value?.reveal() ?? '')
  return knex({
    ...quietly,
    client: 'pg',
    connection: {
      connectionString: connection.href,
      application_name: 'sallyport',
      statement_timeout: timeoutMs,
      options: '-c default_transaction_read_only=on',
    },
    acquireConnectionTimeout: timeoutMs,
    pool: { min: 0, max: connectionsMax },
  })
}

interface SqliteConnection {
  exec(sql: string, done: (error: Error | null) => void): void
}

type Row = Readonly<Record<string, unknown>>

function entryOf(row: Row, settings: SqlSettings): StoredEntry {
  const { name, idColumn, passwordColumn, reads, phone, locked, obsolete } = settings
  const told = phone === undefined ? reads : [...reads, phone]
  const is = (column: string | undefined) =>
    column !== undefined && /^(?:true|t|1)$/i.test(String(row[column]))
  return {
    id: textOf(row[idColumn]),
    name: textOf(row[name]),
    status: is(obsolete) ? 'obsolete' : is(locked) ? 'locked' : 'current',
    attributes: Object.fromEntries(
      told.map((column) => {
        const value = textOf(row[column])
        return [column, value === '' ? [] : [value]]
      }),
    ),
    secret: textOf(row[passwordColumn]),
  }
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}
