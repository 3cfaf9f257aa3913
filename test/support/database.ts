/** A fresh database for a test, and a guard that finds queries made beside an open transaction. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { migrate, openDatabase } from '../../src/store/open.ts'

export interface OpenedDatabase {
  readonly db: Knex
  /** Closes it and removes what it left. */
  close(): Promise<void>
}

/** A real SQLite file in a temporary folder, with all migrations run, and guarded. */
export async function openSqlite(): Promise<OpenedDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
  const file = join(folder, 'test.sqlite')
  migrated ??= await migratedFile(file)
  writeFileSync(file, migrated)
  // What is promised here does not hang on a loss of power.
  const db = openDatabase({ url: `sqlite:${file}`, durability: 'normal' })
  guardTransactions(db)
  return {
    db,
    async close() {
      await db.destroy()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What such a file holds, as whoever was first has made it. */
let migrated: Buffer | undefined

async function migratedFile(file: string): Promise<Buffer> {
  const db = openDatabase({ url: `sqlite:${file}`, durability: 'normal' })
  await migrate(db)
  await db.destroy()
  return readFileSync(file)
}

/**
 * Where a whole server of a test keeps everything: a file in that folder, or a database of its own on the
 * PostgreSQL that `startPostgres` has put into the environment.
 *
 * @param organisations those that `prepare` makes keys for
 */
export async function freshDatabase(
  folder: string,
  organisations: readonly string[],
  prepare: Prepare,
): Promise<string> {
  const server = process.env[postgresVariable]
  if (server) return createDatabase(server)
  const key = organisations.join()
  const known = prepared.get(key) ?? prepareFile(prepare)
  prepared.set(key, known)
  const file = join(folder, 'world.sqlite')
  copyFileSync(await known, file)
  return `sqlite:${file}`
}

/** Makes what every database of a run begins with: tables, and keys that take a while to make. */
export type Prepare = (database: string) => Promise<void>

/** Made by whoever is first with these organisations, and copied: each has keys of its own. */
const prepared = new Map<string, Promise<string>>()

async function prepareFile(prepare: Prepare): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'prepared.sqlite')
  await prepare(`sqlite:${file}`)
  return file
}

/** Names the PostgreSQL server on which the databases of a run are made. */
export const postgresVariable = 'SALLYPORT_TEST_POSTGRES'

/**
 * @param server the URL of one of its databases
 * @param template what to copy: `template` has all migrations run, `template0` is empty
 * @returns the new one's URL
 */
export async function createDatabase(server: string, template = 'template'): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const db = openDatabase({ url: server })
  await db.raw(`create database ${name} template ${template}`)
  await db.destroy()
  return new URL(`/${name}`, server).href
}

export class QueryBesideTransaction extends Error {}

/**
 * From now on, a query made from inside a transaction but not through it fails at once. Without this it
 * would wait for the one connection that the transaction holds until knex gives up; and where there are
 * more connections, it would read what the transaction is about to change.
 *
 * Queries of other requests, which only wait for their turn, are left alone.
 */
export function guardTransactions(db: Knex): void {
  const client = db.client as GuardedClient
  guard(client, client)
}

interface GuardedClient {
  transaction(container: unknown, ...rest: unknown[]): unknown
  acquireConnection(): Promise<unknown>
}

/**
 * The same for every database that is opened before `undo` is called.
 *
 * @param client what databases are made of: the prototype of any one's client
 */
export function guardAll(client: GuardedClient): { undo(): void } {
  const own = (name: keyof GuardedClient) => Object.getOwnPropertyDescriptor(client, name)
  const before = { transaction: own('transaction'), acquireConnection: own('acquireConnection') }
  guard(client, client)
  return {
    undo() {
      for (const name of ['transaction', 'acquireConnection'] as const) {
        const descriptor = before[name]
        if (descriptor) Object.defineProperty(client, name, descriptor)
        else Reflect.deleteProperty(client, name)
      }
    },
  }
}

function guard(client: GuardedClient, { transaction, acquireConnection }: GuardedClient): void {
  const inside = new AsyncLocalStorage<true>()
  client.transaction = function guarded(container, ...rest) {
    const within =
      typeof container === 'function'
        ? (trx: unknown) => inside.run(true, () => container(trx))
        : container
    return transaction.call(this, within, ...rest)
  }
  // A transaction's own client has another way to its connection: this is the pool's.
  client.acquireConnection = function guarded() {
    if (!inside.getStore()) return acquireConnection.call(this)
    return Promise.reject(
      new QueryBesideTransaction('a query was made beside the transaction that is open'),
    )
  }
}
