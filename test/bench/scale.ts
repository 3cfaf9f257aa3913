/**
 * `npm run bench:scale [-- SMALL LARGE LOGINS ROUNDS EACH] [--keep]`: what a step of a login takes where there are few
 * accounts, and where there are many and many logins in flight, login by login in turn, on SQLite and on PostgreSQL.
 * The small database has as many logins in flight as accounts.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createDatabase } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import { fill, type Size } from './fill.ts'
import { keep, keepRaw } from './keep.ts'
import { timeLists } from './lists.ts'
import { byTotp, login } from './logins.ts'
import { startOurs } from './ours.ts'
import { agent, closeAll, closing, folder } from './place.ts'
import type { Bench } from './servers.ts'
import { median, quantile } from './table.ts'

const numbers = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const [few = 1_000, many = 1_000_000, inFlight = 100_000, rounds = 10, each = 60] =
  numbers.map(Number)
const warmingUp = 200
if (warmingUp + rounds * each > few) throw new Error('a login is somebody else’s each time')

interface Measured {
  readonly size: Size
  readonly database: string
  readonly server: Bench
  readonly cpuMs: number[]
  /** Of each answer, in milliseconds. */
  readonly times: number[]
  done: number
}

try {
  const lines = await tableOf('SQLite', async (name) => `sqlite:${join(folder, name)}`)
  const postgres = await startPostgres({ durable: true })
  closing.push(() => postgres.close())
  const onPostgres = await tableOf('PostgreSQL', () => createDatabase(postgres.url))
  if (process.argv.includes('--keep')) keep('bench:scale', [...lines, '', ...onPostgres])
} finally {
  await closeAll()
}

async function tableOf(
  database: string,
  fresh: (name: string) => Promise<string>,
): Promise<readonly string[]> {
  const small = await filled(await fresh('small'), { accounts: few, logins: few })
  const large = await filled(await fresh('large'), { accounts: many, logins: inFlight })
  await round(small, large, warmingUp)
  for (const { cpuMs, times } of [small, large]) cpuMs.length = times.length = 0
  for (let done = 0; done < rounds; done++) await round(small, large, each)
  const when = new Date().toLocaleDateString('en', { month: 'long', year: 'numeric' })
  const lines = [
    `${database}, ${rounds} rounds of ${each} on ${availableParallelism()} cores (${when}):`,
    '',
    '| accounts | logins in flight | server CPU a login, ms | p50 of a step, ms | p99, ms |',
    '| --- | --- | --- | --- | --- |',
    rowOf(small),
    rowOf(large),
    ratios(small, large),
    '',
    `| medians, ms | ${thousands(few)} accounts | ${thousands(many)} |`,
    '| --- | --- | --- |',
    ...(await listRows(small, large)),
  ]
  for (const line of [...lines, '']) console.log(line)
  return lines
}

async function filled(database: string, size: Size): Promise<Measured> {
  const server = await startOurs({ database, janes: 0 })
  closing.push(server.close)
  const began = performance.now()
  await fill(server, database, size)
  console.log(`filled ${name(size)} in ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
  return { size, database, server, cpuMs: [], times: [], done: 0 }
}

/** A login here and a login there, and neither always after the other: what disturbs falls on both alike. */
async function round(small: Measured, large: Measured, count: number): Promise<void> {
  const both = [small, large]
  const before = await Promise.all(both.map(({ server }) => server.cpuMicros()))
  for (let turn = 0; turn < count; turn++) {
    for (const one of turn % 2 === 0 ? [small, large] : [large, small]) await signIn(one)
  }
  for (const [at, { size, server, cpuMs, times }] of both.entries()) {
    const ms = ((await server.cpuMicros()) - before[at]!) / count / 1000
    cpuMs.push(ms)
    keepRaw({ name: name(size), server: server.issuer, cpuMs: ms, times })
  }
}

async function signIn(measured: Measured): Promise<void> {
  const { server, size, times } = measured
  const act = login({ agent, issuer: server.issuer, times }, byTotp)
  await act(spread(measured.done++, size.accounts))
}

/** Someone else each time, from anywhere among them: a prime that parts no power of ten. */
function spread(count: number, accounts: number): number {
  return (count * 611_953) % accounts
}

function name({ accounts, logins }: Size): string {
  return `${thousands(accounts)} accounts, ${thousands(logins)} logins`
}

function rowOf({ size, cpuMs, times }: Measured): string {
  const cells = [
    thousands(size.accounts),
    thousands(size.logins),
    median(cpuMs).toFixed(2),
    quantile(times, 0.5).toFixed(2),
    quantile(times, 0.99).toFixed(2),
  ]
  return `| ${cells.join(' | ')} |`
}

async function listRows(small: Measured, large: Measured): Promise<readonly string[]> {
  const among = { few: await timeLists(small.database), many: await timeLists(large.database) }
  keepRaw({ lists: among })
  return Object.entries(among.few).map(
    ([what, ms]) => `| ${what} | ${ms.toFixed(2)} | ${among.many[what]!.toFixed(2)} |`,
  )
}

function thousands(number: number): string {
  return number.toLocaleString('en')
}

function ratios(small: Measured, large: Measured): string {
  const of = (value: (measured: Measured) => number) =>
    `${(value(large) / value(small)).toFixed(2)}x`
  const at = (quota: number) => of(({ times }) => quantile(times, quota))
  return `| | | ${of(({ cpuMs }) => median(cpuMs))} | ${at(0.5)} | ${at(0.99)} |`
}
