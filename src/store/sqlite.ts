/** SQLite: one file, one connection, statements kept prepared. */
import knex, { type Knex } from 'knex'
import { acquireConnectionTimeout, explainErrors, quiet } from './driver-errors.ts'
import { type Connection, keepStatements } from './kept-statements.ts'

/** @param file a path, or `:memory:` */
export function openSqlite(file: string, durability: 'full' | 'normal'): Knex {
  return knex({
    client: 'sqlite3',
    connection: { filename: file },
    useNullAsDefault: true,
    // An error's message reaches logs: the statement may be in it, what was bound to it may not.
    compileSqlOnError: false,
    log: quiet,
    acquireConnectionTimeout,
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
