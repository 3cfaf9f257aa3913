/**
 * A server in a process of its own that can be told to die. It dies by `kill -9`, just before or just
 * after one of the writes that it sends to its database.
 *
 * What the driver of the database is asked is counted here, below knex and below everything of ours.
 */
import { createRequire } from 'node:module'
import { openApp } from '../../src/app.ts'
import { listen } from '../../src/cli/listen.ts'
import { loadFlows } from '../../src/language/load.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import type { Death, MortalOptions, Told } from './mortal.ts'
import { cheapHash, filesWith, secret } from './world.ts'

let death: Death | undefined
let aheadMs = 0
/** The server's one connection to its database. */
let connection: Connection | undefined
/** First words of the writes since the last order. */
let writes: string[] = []

process.on('message', (order: Told) => {
  if (order.open) return void open(order.open)
  aheadMs = order.aheadMs ?? aheadMs
  if (order.pragma) return connection!.exec(order.pragma, () => process.send!({ writes }))
  if (order.death !== undefined) {
    death = order.death ?? undefined
    writes = []
  }
  process.send!({ writes })
})
process.on('disconnect', () => process.exit())

watchWrites()
catchConnection()

async function open(options: MortalOptions): Promise<void> {
  const steps = listStepTypes({ issuer: new URL(options.issuer), hashCost: cheapHash })
  const { organisation } = loadFlows(filesWith(), steps, options.env)
  aheadMs = options.aheadMs
  const { server } = await openApp({
    issuer: new URL(options.issuer),
    database: options.database,
    durability: 'normal',
    secret,
    organisation: organisation!,
    steps,
    now: () => Date.now() + aheadMs,
    report: (error) => process.send!({ report: String((error as Error).stack ?? error) }),
  })
  await listen(server, Number(new URL(options.issuer).port))
  process.send!({ ready: true })
}

/** Every statement goes by one of these two, prepared beforehand or not. */
function watchWrites(): void {
  const { Statement } = driver()
  for (const method of ['run', 'all'] as const) {
    const send = Statement.prototype[method]
    Statement.prototype[method] = function (...bindings) {
      if (!isWrite(this.sql)) return send.apply(this, bindings)
      writes.push(this.sql.trim().split(/\s+/).slice(0, 3).join(' '))
      const number = writes.length
      dieIf(number, 'before')
      const done = bindings.pop() as (...answer: unknown[]) => void
      return send.call(this, ...bindings, function (this: unknown, ...answer: unknown[]) {
        dieIf(number, 'after')
        done.apply(this, answer)
      })
    }
  }
}

/** Some of what a disk can do is a setting of a connection. */
function catchConnection(): void {
  const { Database } = driver()
  const { exec } = Database.prototype
  Database.prototype.exec = function (...given) {
    connection = this
    return exec.apply(this, given)
  }
}

function driver(): Driver {
  return createRequire(import.meta.url)('sqlite3') as Driver
}

type Send = (this: { readonly sql: string }, ...bindings: unknown[]) => unknown
interface Driver {
  readonly Statement: { readonly prototype: Record<'run' | 'all', Send> }
  readonly Database: { readonly prototype: Connection }
}
interface Connection {
  exec(this: Connection, sql: string, done: () => void): unknown
}

function isWrite(sql: string): boolean {
  return /^\s*(insert|update|delete|commit|with\b.*\b(insert|update|delete)\b)/is.test(sql)
}

function dieIf(number: number, when: Death['when']): void {
  if (death?.at === number && death.when === when) process.kill(process.pid, 'SIGKILL')
}
