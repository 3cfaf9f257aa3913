/**
 * A server in a process of its own that can be told to die or to fail: just before or just after one of the
 * calls by which it leaves itself, counted at the drivers of the databases, below knex and below everything of ours.
 */
import { createRequire, flushCompileCache } from 'node:module'
import { type App, openApp } from '../../src/app.ts'
import { listen } from '../../src/cli/listen.ts'
import { noTryLimits } from '../../src/engine/tries.ts'
import { loadFlows } from '../../src/language/load.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import { Crossings, watchFetch, watchPostgres, watchSqlite, watchStep } from './crossings.ts'
import type { Heard, MortalOptions, Told } from './mortal.ts'
import { cheapHash, filesWith, secret } from './world.ts'

const crossings = new Crossings()
let app: App | undefined
let aheadMs = 0
/** The server's one connection to SQLite. */
let connection: Connection | undefined

process.on('message', (order: Told) => {
  if (order.open) return void open(order.open)
  aheadMs = order.aheadMs ?? aheadMs
  if (order.leave) return void leave()
  if (order.hog) hog()
  if (order.sweep) return void sweep()
  if (order.pragma) return connection!.exec(order.pragma, answer)
  if (order.fault !== undefined) crossings.order(order.fault ?? undefined)
  answer()
})
process.on('disconnect', () => process.exit())

moveClock()
watchSqlite(crossings)
watchPostgres(crossings)
watchFetch(crossings)
catchConnection()

function answer(): void {
  process.send!({
    crossings: crossings.list,
    failed: crossings.failed,
    heapBytes: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().length,
  } satisfies Heard)
}

async function leave(): Promise<void> {
  await app!.close()
  process.exit()
}

function hog(): void {
  const hoard: unknown[] = []
  setInterval(() => hoard.push(Array.from({ length: 200_000 }, () => ({}))), 5)
}

async function sweep(): Promise<void> {
  await app!.sweep()
  crossings.order(undefined)
  globalThis.gc?.()
  answer()
}

async function open(options: MortalOptions): Promise<void> {
  const steps = listStepTypes({ issuer: new URL(options.issuer), hashCost: cheapHash })
  const { organisation } = loadFlows(filesWith(), steps, options.env)
  aheadMs = options.aheadMs
  app = await openApp({
    issuer: new URL(options.issuer),
    database: options.database,
    durability: options.durability ?? 'normal',
    secret,
    organisation: organisation!,
    steps: steps.map((step) => watchStep(crossings, step)),
    tries: noTryLimits,
    now: Date.now,
    report: (error) => process.send!({ report: String((error as Error).stack ?? error) }),
  })
  await listen(app.server, options.port ?? Number(new URL(options.issuer).port))
  process.send!({ ready: true })
  // Whoever is killed keeps nothing by itself.
  flushCompileCache()
}

/** For the libraries as well. */
function moveClock(): void {
  const { now } = Date
  Date.now = () => now() + aheadMs
}

/** Some of what a disk can do is a setting of a connection. */
function catchConnection(): void {
  const { Database } = createRequire(import.meta.url)('sqlite3') as Driver
  const { exec } = Database.prototype
  Database.prototype.exec = function (...given) {
    connection = this
    return exec.apply(this, given)
  }
}

interface Driver {
  readonly Database: { readonly prototype: Connection }
}
interface Connection {
  exec(this: Connection, sql: string, done: () => void): unknown
}
