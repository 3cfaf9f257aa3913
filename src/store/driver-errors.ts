/** What drivers say went wrong: once, and of SQLite in words that the rest of the program knows. */
import knex, { type Knex } from 'knex'
import { KnownError } from '../kit/errors.ts'
import type { Connection } from './kept-statements.ts'

/** What goes wrong is thrown as well, and told once: knex would print it on standard output besides. */
export const quiet = { warn() {}, error() {} }

/** How long somebody waits for a connection while others are at work with all of them. */
export const acquireConnectionTimeout = 10_000

/** Changes a database, so that whoever has waited so long is told to come again. */
export function explainWaiting(db: Knex): Knex {
  const { client } = db
  const { acquireConnection } = client
  client.acquireConnection = async () => {
    try {
      return await acquireConnection.call(client)
    } catch (thrown) {
      if (!hasNoRoom(thrown)) throw thrown
      throw new KnownError('BUSY', thrown.message, { cause: thrown, retryAfterSeconds: 5 })
    }
  }
  return db
}

/** All connections were in use for too long, or the database has as many as it takes (PostgreSQL's `53300`). */
function hasNoRoom(thrown: unknown): thrown is Error {
  return (
    thrown instanceof knex.KnexTimeoutError ||
    (thrown as { code?: string } | null)?.code === '53300'
  )
}

/** Changes a connection of the driver, so that its errors say what has happened, and only that. */
export function explainErrors(connection: Connection): void {
  for (const method of ['all', 'run'] as const) {
    const call = connection[method]
    connection[method] = (sql, bindings, done) =>
      call.call(connection, sql, bindings, function (error, ...rest) {
        const tell = () => done.call(this, error && explained(error, sql), ...rest)
        // knex gives the connection back as it is: what follows would be written into this transaction,
        // and never be committed.
        if (error && /^commit;?$/i.test(sql)) call.call(connection, 'ROLLBACK;', [], tell)
        else tell()
      })
  }
}

function explained(error: Error & { code?: string }, sql: string): Error | null {
  // A full or broken disk makes SQLite roll back by itself. To be told that there was nothing left to
  // roll back would hide why.
  if (/^rollback;?$/i.test(sql) && /no transaction is active/.test(error.message)) return null
  if (error.code !== 'SQLITE_BUSY') return error
  return new KnownError('BUSY', error.message, { cause: error, retryAfterSeconds: 1 })
}
