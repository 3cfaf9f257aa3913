/**
 * `npm run bench:growth [-- LOGINS] [--keep]`: what a server holds of logins in flight, before there are any and when
 * there are LOGINS; and how long a step takes while all of them are swept, beside none. On SQLite and on PostgreSQL.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/store/open.ts'
import { createDatabase } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import { fill } from './fill.ts'
import { keep, keepRaw } from './keep.ts'
import { byPassword, type Driven, login, totpSubmission } from './logins.ts'
import { startOurs } from './ours.ts'
import { agent, closeAll, closing, folder } from './place.ts'
import type { Bench } from './servers.ts'
import { quantile } from './table.ts'

const numbers = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const [logins = 100_000] = numbers.map(Number)
const accounts = 1_000
/** How many of those in flight are really gone on with. */
const movedOn = 300
/** Before and beside the sweep. */
const each = 200
const fourHoursMs = 4 * 3_600_000

try {
  const onSqlite = await grow('SQLite', `sqlite:${join(folder, 'grown')}`)
  const postgres = await startPostgres({ durable: true })
  closing.push(() => postgres.close())
  const onPostgres = await grow('PostgreSQL', await createDatabase(postgres.url))
  const when = new Date().toLocaleDateString('en', { month: 'long', year: 'numeric' })
  const lines = [
    `${logins.toLocaleString('en')} logins in flight on ${availableParallelism()} cores (${when}):`,
    '',
    '| | SQLite | PostgreSQL |',
    '| --- | --- | --- |',
    ...Object.entries(onSqlite).map(
      ([what, seen]) => `| ${what} | ${seen} | ${onPostgres[what]} |`,
    ),
  ]
  for (const line of lines) console.log(line)
  if (process.argv.includes('--keep')) keep('bench:growth', lines)
} finally {
  await closeAll()
}

async function grow(name: string, database: string): Promise<Readonly<Record<string, string>>> {
  const server = await startOurs({ database })
  closing.push(server.close)
  await fill(server, database, { accounts, logins: 0 })
  const held = await hold(server, database)
  const swept = await sweepBeside(server, database)
  keepRaw({ name, ...held, ...swept })
  return { ...held, ...swept }
}

/** Memory in MiB, each time after garbage was collected: of the process, and of its heap. */
async function hold(server: Bench, database: string): Promise<Readonly<Record<string, string>>> {
  const driven = { agent, issuer: server.issuer, times: [] }
  await repeat(login(driven, byPassword), () => false, each)
  const goOn: (() => Promise<void>)[] = []
  for (let count = 0; count < movedOn; count++) goOn.push(await totpSubmission(driven)(count))
  const before = await memory(server)
  await fill(server, database, { accounts: 0, logins })
  const among = await memory(server)
  for (const one of goOn) await one()
  return {
    'memory before, MiB (heap)': before,
    'memory among them': among,
    [`memory when ${movedOn} were gone on with`]: await memory(server),
  }
}

async function memory(server: Bench): Promise<string> {
  const { rssBytes, heapBytes } = await server.tell({ collect: true })
  const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(0)
  return `${mib(rssBytes)} (${mib(heapBytes)})`
}

async function sweepBeside(
  server: Bench,
  database: string,
): Promise<Readonly<Record<string, string>>> {
  const quiet: Driven = { agent, issuer: server.issuer, times: [] }
  await repeat(login(quiet, byPassword), () => false, each)
  await expireAll(database)
  const busy: Driven = { agent, issuer: server.issuer, times: [] }
  const began = performance.now()
  let seconds: number | undefined
  const sweeping = server.tell({ tend: true }).then(() => {
    seconds = (performance.now() - began) / 1000
  })
  await repeat(login(busy, byPassword), () => seconds !== undefined, Number.POSITIVE_INFINITY)
  await sweeping
  const told = ({ times }: Driven) =>
    `${quantile(times, 0.5).toFixed(1)}, ${quantile(times, 0.99).toFixed(1)}`
  return {
    'a step, p50 and p99, ms': told(quiet),
    'while all of them are swept': told(busy),
    'that takes, s': seconds!.toFixed(0),
  }
}

async function repeat(
  act: (count: number) => Promise<void>,
  isOver: () => boolean,
  times: number,
): Promise<void> {
  for (let count = 0; count < times && !isOver(); count++) await act(count)
}

/** As if all that is there had been there for long. */
async function expireAll(database: string): Promise<void> {
  const db = openDatabase({ url: database })
  await db('logins').update({ deadline_ms: db.raw('deadline_ms - ?', [fourHoursMs]) })
  await db('provider_models').update({ expires_at: db.raw('expires_at - ?', [fourHoursMs / 1000]) })
  await db.destroy()
}
