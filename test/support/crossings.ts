/**
 * Every call of a server that leaves it: statements at the drivers of both databases, steps' work, requests to
 * upstreams. One of them can be ordered to be its last (`kill -9`), to fail, or to be where the process is stopped.
 *
 * Each is named after what it is (`insert logins`, `step totp`, `fetch /token`), so that what the server does
 * tomorrow has a name tomorrow. Nothing in `src/` knows of it.
 */
import { createRequire } from 'node:module'
import type { StepType } from '../../src/language/step.ts'

export interface Crossing {
  readonly name: string
  readonly isWrite: boolean
}

export interface Fault {
  /** The `at`-th from now on, counted from 1, of the writes, or of the crossings of the name `of`. */
  readonly at: number
  readonly of?: string
  readonly when: 'before' | 'after'
  /** Absent: the process dies. */
  readonly how?: 'fail' | 'pause'
}

export class Crossings {
  /** Since the last order. */
  readonly list: Crossing[] = []
  /** How many have not gone as they would, since the last order. */
  failed = 0
  #fault: Fault | undefined

  order(fault: Fault | undefined): void {
    this.#fault = fault
    this.list.length = 0
    this.failed = 0
  }

  /** @returns asks whether it is to fail at this moment; it may not come back */
  enter(name: string, isWrite = false): (when: Fault['when']) => boolean {
    this.list.push({ name, isWrite })
    const fault = this.#fault
    if (!fault || !isMeant(fault, name, isWrite)) return () => false
    const number = this.list.filter((one) => isMeant(fault, one.name, one.isWrite)).length
    return (when) => {
      if (number !== fault.at || when !== fault.when) return false
      if (fault.how === undefined) process.kill(process.pid, 'SIGKILL')
      if (fault.how === 'pause') process.kill(process.pid, 'SIGSTOP')
      this.failed++
      return fault.how === 'fail'
    }
  }
}

function isMeant({ of }: Fault, name: string, isWrite: boolean): boolean {
  return of === undefined ? isWrite : of === name
}

/** Every statement to SQLite goes by one of these two, prepared beforehand or not. */
export function watchSqlite(crossings: Crossings): void {
  const { Statement } = createRequire(import.meta.url)('sqlite3') as SqliteDriver
  for (const method of ['run', 'all'] as const) {
    const send = Statement.prototype[method]
    Statement.prototype[method] = function (...bindings) {
      const fails = crossings.enter(nameOf(this.sql), isWrite(this.sql))
      const done = bindings.pop() as (...answer: unknown[]) => void
      if (fails('before')) return setImmediate(() => done.call(this, ioError()))
      return send.call(this, ...bindings, function (this: unknown, ...answer: unknown[]) {
        if (fails('after')) done.call(this, ioError())
        else done.apply(this, answer)
      })
    }
  }
}

type Send = (this: { readonly sql: string }, ...bindings: unknown[]) => unknown

interface SqliteDriver {
  readonly Statement: { readonly prototype: Record<'run' | 'all', Send> }
}

/** As SQLite says it of a broken disk. */
function ioError(): Error {
  return Object.assign(new Error('SQLITE_IOERR: disk I/O error'), { code: 'SQLITE_IOERR' })
}

/** A statement to PostgreSQL fails because its connection is lost, before or after it has arrived. */
export function watchPostgres(crossings: Crossings): void {
  const { Client } = createRequire(import.meta.url)('pg') as PostgresDriver
  const send = Client.prototype.query
  Client.prototype.query = function (statement, done) {
    const text = typeof statement === 'string' ? statement : (statement.text ?? '')
    // What a new connection is told belongs to no request.
    if (typeof done !== 'function' || /^\s*(set|select version)\b/i.test(text)) {
      return send.call(this, statement, done)
    }
    const fails = crossings.enter(nameOf(text), isWrite(text))
    const { stream } = this.connection
    if (fails('before')) stream.destroy()
    return send.call(this, statement, (...answer) => {
      if (!fails('after')) return done(...answer)
      stream.destroy()
      done(new Error('Connection terminated unexpectedly'))
    })
  }
}

interface PostgresDriver {
  readonly Client: {
    readonly prototype: {
      query(this: PostgresClient, statement: Statement, done: Done): unknown
    }
  }
}
interface PostgresClient {
  readonly connection: { readonly stream: { destroy(): void } }
}
type Statement = string | { readonly text?: string }
type Done = (...answer: unknown[]) => void

export function watchFetch(crossings: Crossings): void {
  const { fetch } = globalThis
  globalThis.fetch = async (...asked) => {
    const url = new URL(asked[0] instanceof Request ? asked[0].url : asked[0])
    const fails = crossings.enter(`fetch ${url.pathname}`)
    if (fails('before')) throw new TypeError('fetch failed')
    const answer = await fetch(...asked)
    if (fails('after')) throw new TypeError('fetch failed')
    return answer
  }
}

export function watchStep(crossings: Crossings, step: StepType): StepType {
  return {
    ...step,
    async work(call) {
      const fails = crossings.enter(`step ${step.declaration.type}`)
      if (fails('before')) throw new StepBroken(step.declaration.type)
      const answer = await step.work(call)
      if (fails('after')) throw new StepBroken(step.declaration.type)
      return answer
    },
  }
}

class StepBroken extends Error {
  override readonly name = 'StepBroken'
}

function isWrite(sql: string): boolean {
  return /^\s*(insert|update|delete|commit|with\b.*\b(insert|update|delete)\b)/is.test(sql)
}

/** The verb, and the first table. */
function nameOf(sql: string): string {
  const [, verb = ''] = /^\s*(\w+)/.exec(sql) ?? []
  const [, table] = /\b(?:from|into|update)\s+["`]?(\w+)/i.exec(sql) ?? []
  return [verb.toLowerCase(), table].filter(Boolean).join(' ')
}
