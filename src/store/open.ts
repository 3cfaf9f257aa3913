/** Opens the database, which is SQLite. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import knex, { type Knex } from 'knex'
import { explainErrors } from './driver-errors.ts'
import { type Connection, keepStatements } from './kept-statements.ts'

export interface OpenOptions {
  /** `sqlite:<file>`, or `sqlite::memory:`. */
  readonly url: string
  /**
   * Whether a commit survives the loss of power, not only of the process: SQLite's `synchronous`.
   * `full` unless told otherwise.
   */
  readonly durability?: 'full' | 'normal'
}

export function openDatabase({ url, durability = 'full' }: OpenOptions): Knex {
  if (!url.startsWith('sqlite:')) {
    // Only the scheme is named: the rest of an address may hold a password.
    const scheme = /^[a-z]+:/.exec(url)?.[0] ?? 'without a scheme'
    throw new Error(`a database ${scheme} is not supported: use sqlite:<file>`)
  }
  return knex({
    client: 'sqlite3',
    connection: { filename: url.slice('sqlite:'.length) },
    useNullAsDefault: true,
    // An error's message reaches logs: the statement may be in it, what was bound to it may not.
    compileSqlOnError: false,
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: SqliteConnection, done: (error: Error | null) => void) {
        keepStatements(connection)
        explainErrors(connection)
        connection.exec(
          // Patience first: even the change to WAL can find another process at work.
          `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;
           PRAGMA synchronous = ${durability.toUpperCase()}; PRAGMA foreign_keys = ON;`,
          done,
        )
      },
    },
  })
}

interface SqliteConnection extends Connection {
  exec(sql: string, done: (error: Error | null) => void): void
}

/** Brings the database to the newest migration. @returns the names of those that were run */
export async function migrate(db: Knex): Promise<readonly string[]> {
  const [, names] = (await db.migrate.latest({ migrationSource: migrations })) as [number, string[]]
  return names
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
