/** SQLite's statements, kept prepared. The driver compiles each anew: half of what a small query costs. */

type Done = (this: unknown, error: Error | null, rows?: unknown) => void

interface Statement {
  all(bindings: unknown, done: Done): void
  run(bindings: unknown, done: Done): void
  finalize(done: () => void): void
}

/** As much of `sqlite3.Database` as is used here. */
export interface Connection {
  all(sql: string, bindings: unknown, done: Done): void
  run(sql: string, bindings: unknown, done: Done): void
  close(done: (error: Error | null) => void): void
  prepare(sql: string, done: (error: Error | null) => void): Statement
}

/** The texts are few and fixed, but for inserts of several rows. The oldest is dropped beyond this. */
const statementsMax = 200

/** Changes a connection of the driver, so that whoever uses it has each statement compiled once. */
export function keepStatements(connection: Connection): void {
  const kept = new Map<string, Statement>()
  const drop = (sql: string) => {
    const statement = kept.get(sql)
    kept.delete(sql)
    return new Promise<void>((done) => (statement ? statement.finalize(done) : done()))
  }

  // After an error, a busy one above all, a statement counts as still running until it is finalized, and
  // SQLite refuses every COMMIT beside it.
  const dropAfter = (sql: string, done: Done): Done =>
    function (error, ...rest) {
      if (!error) return done.call(this, error, ...rest)
      void drop(sql).then(() => done.call(this, error, ...rest))
    }

  const call = (method: 'all' | 'run') => (sql: string, bindings: unknown, done: Done) => {
    const known = kept.get(sql)
    if (known) {
      known[method](bindings, dropAfter(sql, done))
      return
    }
    const statement = connection.prepare(sql, (error) => {
      if (!error) return statement[method](bindings, dropAfter(sql, done))
      kept.delete(sql)
      done.call(statement, error)
    })
    kept.set(sql, statement)
    if (kept.size > statementsMax) void drop([...kept.keys()][0]!)
  }

  const close = connection.close.bind(connection)
  connection.all = call('all')
  connection.run = call('run')
  connection.close = (done) => {
    // A database with a statement left cannot be closed.
    Promise.all([...kept.keys()].map(drop)).then(() => close(done), done)
  }
}
