/** PostgreSQL: a pool of connections, and what its driver says went wrong in words that the program knows. */
import knex, { type Knex } from 'knex'
import { KnownError } from '../kit/errors.ts'
import { acquireConnectionTimeout, quiet } from './driver-errors.ts'

/** How many connections one server holds at most, and how many it may in any case. */
const connections = { most: 10, least: 2 }
/** How many those of one machine hold together: a database as it is installed has 97 for everybody. */
const connectionsTogether = 90
/** A statement that takes longer is given up: nothing here reads more than a page of rows. */
const statementMs = 10_000

/**
 * @param url `postgres://user:password@host:port/database`
 * @param servers of this machine, this one included
 */
export function openPostgres(url: string, durability: 'full' | 'normal', servers: number): Knex {
  return knex({
    client: 'pg',
    connection: { connectionString: url, application_name: 'sallyport' },
    // An error's message reaches logs: the statement may be in it, what was bound to it may not.
    compileSqlOnError: false,
    log: quiet,
    acquireConnectionTimeout,
    pool: {
      min: 0,
      max: connectionsOf(servers),
      afterCreate(connection: Connection, done: (error: unknown) => void) {
        explainErrors(connection)
        connection.query(
          `set statement_timeout = ${statementMs};
           set idle_in_transaction_session_timeout = ${statementMs};
           set synchronous_commit = ${durability === 'full' ? 'on' : 'off'}`,
          done,
        )
      },
    },
  })
}

function connectionsOf(servers: number): number {
  const { most, least } = connections
  return Math.max(least, Math.min(most, Math.floor(connectionsTogether / servers)))
}

type Done = (error: unknown, ...rest: readonly unknown[]) => void

/** As much of `pg.Client` as is used here. */
interface Connection {
  query(statement: unknown, done: Done): unknown
}

function explainErrors(connection: Connection): void {
  const query = connection.query.bind(connection)
  connection.query = (statement, done) =>
    query(statement, (error, ...rest) => done(error && explained(error as DriverError), ...rest))
}

interface DriverError extends Error {
  readonly code?: string
}

/**
 * Two that wait for each other, and one that has waited too long (`Class 40`, `55P03`, `57014` of
 * PostgreSQL's appendix A): nothing was written, and whoever tries again will find it free. What the
 * driver knows of the row (`detail`, `where`) holds values, so it stays here.
 */
function explained(error: DriverError): Error {
  const { code, message } = error
  if (code !== undefined && busyCodes.has(code)) {
    return new KnownError('BUSY', message, { retryAfterSeconds: 1 })
  }
  return Object.assign(new Error(message), { code })
}

const busyCodes = new Set(['40001', '40P01', '55P03', '57014'])
