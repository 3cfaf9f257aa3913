/** Opens the database: SQLite in a file, or PostgreSQL. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Knex } from 'knex'
import { explainWaiting } from './driver-errors.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

export interface OpenOptions {
  /** `sqlite:<file>`, `sqlite::memory:`, or `postgres://user:password@host:port/database`. */
  readonly url: string
  /**
   * Whether a commit survives the loss of power, not only of the process: SQLite's `synchronous`,
   * PostgreSQL's `synchronous_commit`. `full` unless told otherwise.
   */
  readonly durability?: 'full' | 'normal'
  /** How many servers of this machine share the database, this one included. Absent: it is alone. */
  readonly servers?: number
}

export function openDatabase({ url, durability = 'full', servers = 1 }: OpenOptions): Knex {
  if (url.startsWith('sqlite:')) {
    return explainWaiting(openSqlite(url.slice('sqlite:'.length), durability))
  }
  if (/^postgres(ql)?:/.test(url)) return explainWaiting(openPostgres(url, durability, servers))
  // Only the scheme is named: the rest of an address may hold a password.
  const scheme = /^[a-z]+:/.exec(url)?.[0] ?? 'without a scheme'
  throw new Error(`a database ${scheme} is not supported: use sqlite:<file> or postgres://...`)
}

/**
 * Brings the database to the newest migration, or leaves it as it is. Of several nodes that start
 * together one does it, and the others wait for it.
 *
 * @returns the names of those that were run
 */
export function migrate(db: Knex): Promise<readonly string[]> {
  return db.transaction(async (trx) => {
    // The library's own lock is a row of a table that two may be making at the same time.
    await trx.raw(alone[trx.client.config.client as keyof typeof alone])
    const [, names] = await trx.migrate.latest({ migrationSource: migrations })
    return names as string[]
  })
}

/** By client, what only one can be doing, until its transaction ends. */
const alone = {
  // Any write: SQLite has one writer.
  sqlite3: 'pragma user_version = 1',
  pg: "set local statement_timeout = 0; select pg_advisory_xact_lock(hashtext('sallyport'))",
}

const folder = join(import.meta.dirname, '../../migrations')

/** The files of `migrations/`, in the order of their numbers. Node runs them as they are. */
const migrations: Knex.MigrationSource<string> = {
  getMigrations: async () =>
    readdirSync(folder)
      .filter((file) => /^\d{4}_\w+\.ts$/.test(file))
      .sort(),
  getMigrationName: (file) => file.replace(/\.ts$/, ''),
  getMigration: async (file) =>
    (await import(pathToFileURL(join(folder, file)).href)) as Knex.Migration,
}
