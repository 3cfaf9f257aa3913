/**
 * `npm run bench:costs [-- LOGINS]`: what one login by password costs server and PostgreSQL, and what is done for it
 * afterwards. By counting, one login after the other; written into `costs.json`, from which `npm run bench:plan` reckons.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { hashPassword, owaspCost } from '../../src/steps/password/hash.ts'
import { openDatabase } from '../../src/store/open.ts'
import { rowsOf } from '../../src/store/rows.ts'
import { createDatabase } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import { countRows } from '../support/rows.ts'
import { byPasswordOf, login } from './logins.ts'
import { startOurs } from './ours.ts'
import type { Used } from './server.ts'
import type { Bench } from './servers.ts'

/** Of one login, or of what is done for it afterwards: sealing its audit, sweeping its rows. */
export interface Cost {
  readonly serverCpuMs: number
  readonly postgresCpuMs: number
  readonly statements: number
  readonly commits: number
  readonly walBytes: number
  /** To browsers and applications. */
  readonly sentBytes: number
  /** With a private key. */
  readonly signatures: number
}

export interface Costs {
  readonly measured: string
  readonly requests: number
  readonly hashCpuMs: number
  readonly login: Cost
  readonly afterwards: Cost
  /** Statements of a login by table. */
  readonly byTable: Readonly<Record<string, number>>
  /** Rows of a login by table, and their bytes with those of their indexes. */
  readonly rows: Readonly<Record<string, number>>
  readonly rowBytes: Readonly<Record<string, number>>
  /** Rows of all tables that are taken away a second, by one process. */
  readonly sweptPerSecond: number
}

interface At {
  readonly used: Used
  readonly postgresCpuMs: number
  readonly walBytes: number
  readonly rows: Readonly<Record<string, number>>
  readonly bytes: Readonly<Record<string, number>>
}

const [logins = 2_000] = process.argv.slice(2).map(Number)
const warmingUp = 300
const people = 1_000
const dayMs = 86_400_000
/** Of /proc: a hundredth of a second. */
const tickMs = 10

const postgres = await startPostgres({ durable: true })
const database = await createDatabase(postgres.url)
const db = openDatabase({ url: database })
const server = await startOurs({ database, bos: people })
try {
  const costs = await measure(server)
  console.log(JSON.stringify(costs, null, 2))
  writeFileSync(join(import.meta.dirname, 'costs.json'), `${JSON.stringify(costs, null, 2)}\n`)
} finally {
  await server.close()
  await db.destroy()
  await postgres.close()
}

async function measure(its: Bench): Promise<Costs> {
  await signIn(its, warmingUp)
  await its.tell({ tend: true })
  const before = await look(its)
  const requests = await signIn(its, logins)
  const after = await look(its)
  await its.tell({ tend: true })
  const startMs = performance.now()
  await its.tell({ tend: true, aheadMs: 40 * dayMs })
  const sweptSeconds = (performance.now() - startMs) / 1_000
  const later = await look(its)
  const [all, left] = [after, later].map(({ rows }) => sum(Object.values(rows)))
  const each = (value: number) => Number((value / logins).toFixed(3))
  const ofTables = (a: At['rows'], b: At['rows']) =>
    Object.fromEntries(
      Object.entries(b)
        .map(([table, value]) => [table, each(value - (a[table] ?? 0))] as const)
        .filter(([, value]) => value > 0.01),
    )
  return {
    measured: `${logins} logins, ${availableParallelism()} cores, ${new Date().toISOString().slice(0, 10)}`,
    requests: each(requests),
    hashCpuMs: await hashCpuMs(),
    login: costOf(before, after, each),
    afterwards: costOf(after, later, each),
    byTable: ofTables(before.used.asked.byTable, after.used.asked.byTable),
    rows: ofTables(before.rows, after.rows),
    rowBytes: ofTables(before.bytes, after.bytes),
    sweptPerSecond: Math.round((all! - left!) / sweptSeconds),
  }
}

function costOf(before: At, after: At, each: (value: number) => number): Cost {
  return {
    serverCpuMs: each((after.used.cpuMicros - before.used.cpuMicros) / 1_000),
    postgresCpuMs: each(after.postgresCpuMs - before.postgresCpuMs),
    statements: each(after.used.asked.statements - before.used.asked.statements),
    commits: each(after.used.asked.commits - before.used.asked.commits),
    walBytes: Math.round(each(after.walBytes - before.walBytes)),
    sentBytes: Math.round(each(after.used.sentBytes - before.used.sentBytes)),
    signatures: each(after.used.signatures - before.used.signatures),
  }
}

/** @returns how many requests that took */
async function signIn(its: Bench, many: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, timeout: 2_000 })
  const times: number[] = []
  const act = login(
    { agent, issuer: its.issuer, times },
    byPasswordOf((nth) => `bo${nth % people}`),
  )
  for (let count = 0; count < many; count++) await act(count)
  agent.destroy()
  return times.length
}

async function look(its: Bench): Promise<At> {
  const used = await its.tell({})
  // Pages that were changed are written to the log whole the first time after a checkpoint.
  const wal = await one(db, `select pg_current_wal_lsn() - '0/0' as value`)
  return {
    used,
    postgresCpuMs: postgresCpuMs(await one(db, 'select pg_backend_pid() as value')),
    walBytes: wal,
    rows: await countRows(database),
    bytes: await bytesOf(db),
  }
}

async function one(its: Knex, statement: string): Promise<number> {
  return Number(rowsOf<{ value: unknown }>(await its.raw(statement))[0]!.value)
}

async function bytesOf(its: Knex): Promise<Readonly<Record<string, number>>> {
  const found = rowsOf<{ table: string; bytes: unknown }>(
    await its.raw(
      `select relname as table, pg_total_relation_size(oid) as bytes
       from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    ),
  )
  return Object.fromEntries(found.map(({ table, bytes }) => [table, Number(bytes)]))
}

/** Of the server with all its processes, those that have ended included. Linux alone. */
function postgresCpuMs(backend: number): number {
  const [parent] = statOf(backend)
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const times = processes.map((pid) => {
    const [its = 0, ...ticks] = statOf(pid)
    if (its === parent) return ticks[0]! + ticks[1]!
    return pid === parent ? sum(ticks) : 0
  })
  return sum(times) * tickMs
}

/** @returns the parent's id, then ticks of its own (user, system) and of its children that have ended; proc(5) */
function statOf(pid: number): readonly number[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    return [fields[1]!, ...fields.slice(11, 15)]
  } catch {
    return []
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

async function hashCpuMs(): Promise<number> {
  const many = 20
  await hashPassword('seven quiet herons', owaspCost)
  const { user, system } = process.cpuUsage()
  for (let count = 0; count < many; count++) await hashPassword('seven quiet herons', owaspCost)
  const after = process.cpuUsage()
  return Number(((after.user + after.system - user - system) / 1_000 / many).toFixed(1))
}
