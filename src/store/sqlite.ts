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
        const settings = `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;
           PRAGMA synchronous = ${durability.toUpperCase()}; PRAGMA foreign_keys = ON;`
        setUp(connection, settings, done)
      },
    },
  })
}

/** SQLite waits for nobody who changes a new file to WAL at the same time: it is asked again, for five seconds. */
function setUp(
  connection: SqliteConnection,
  settings: string,
  done: (error: Error | null) => void,
  triesLeft = 100,
): void {
  connection.exec(settings, (error: NodeJS.ErrnoException | null) => {
    if (error?.code !== 'SQLITE_BUSY' || triesLeft === 0) return done(error)
    setTimeout(() => setUp(connection, settings, done, triesLeft - 1), 50)
  })
}

interface SqliteConnection extends Connection {
  exec(sql: string, done: (error: Error | null) => void): void
}
