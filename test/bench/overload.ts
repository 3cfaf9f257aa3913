/**
 * `npm run bench:overload [-- SECONDS] [--postgres]`: the most password logins a second that a server gets done with
 * the hash at its real cost, and what is left of that while three times as many people come. Server and people are
 * processes of their own; how long `/healthz` takes is asked from a third.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import { type Crowd, type Order, peopleMax } from './crowd.ts'
import { startOurs } from './ours.ts'
import type { Bench } from './servers.ts'
import { quantile } from './table.ts'

const numbers = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const [seconds = 30] = numbers.map(Number)
const peakSeconds = Math.max(4, seconds / 5)
const times = 3
const head = [
  '| people | logins a second | refused | server CPU a login, ms | request p50, p99, ms | login p50, p99, ms | /healthz p50, p99, max, ms |',
  '| --- | --- | --- | --- | --- | --- | --- |',
]

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
try {
  const server = await startServer(await database())
  const driver = fork(join(import.meta.dirname, 'crowd.ts'))
  closing.push(() => driver.disconnect())
  await measure(server, driver)
} finally {
  for (const close of closing.reverse()) await close()
}

async function measure(server: Bench, driver: ChildProcess): Promise<void> {
  const run = (order: Omit<Order, 'issuer'>) => beside(server, driver, order)
  console.log(`${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)} beforehand\n`)
  for (const cell of head) console.log(cell)
  await run({ people: 8, seconds: peakSeconds })
  let peak = { people: 0, perSecond: 0 }
  for (let people = 2; people <= 64; people *= 2) {
    const { crowd, line } = await run({ people, seconds: peakSeconds })
    console.log(line(`${people} people, again and again`))
    if (crowd.loginsPerSecond > peak.perSecond) peak = { people, perSecond: crowd.loginsPerSecond }
  }
  const perSecond = times * peak.perSecond
  const flood = await run({ perSecond, seconds })
  console.log(flood.line(`${perSecond.toFixed(0)} come each second`))
  const again = await run({ people: peak.people, seconds: peakSeconds })
  console.log(again.line(`${peak.people} people, once more`))
  const { crowd, healthMs } = flood
  const share = (100 * crowd.loginsPerSecond) / peak.perSecond
  console.log(
    `\nat ${times} times the peak of ${peak.perSecond.toFixed(1)} a second: ${share.toFixed(0)} % of it,` +
      ` refusals ${JSON.stringify(crowd.refused)}, ${crowd.withoutRetryAfter} without Retry-After,` +
      ` else ${JSON.stringify(crowd.failed)}, /healthz at most ${Math.max(...healthMs).toFixed(0)} ms`,
  )
}

async function beside(server: Bench, driver: ChildProcess, order: Omit<Order, 'issuer'>) {
  const before = await server.cpuMicros()
  const health = watchHealth(server.issuer)
  const crowd = await new Promise<Crowd>((done) => {
    driver.once('message', done as (message: unknown) => void)
    driver.send({ ...order, issuer: server.issuer } satisfies Order)
  })
  const healthMs = await health.stop()
  const cpuMs = ((await server.cpuMicros()) - before) / 1000 / crowd.loginMs.length
  const line = (who: string) => lineOf(who, crowd, cpuMs, healthMs)
  return { crowd, healthMs, line }
}

function lineOf(who: string, crowd: Crowd, cpuMs: number, healthMs: readonly number[]): string {
  const refused = Object.values(crowd.refused).reduce((sum, count) => sum + count, 0)
  const at = (values: readonly number[], ...points: number[]) =>
    points.map((point) => quantile(values, point).toFixed(0)).join(', ')
  const cells = [
    who,
    crowd.loginsPerSecond.toFixed(1),
    refused,
    cpuMs.toFixed(1),
    at(crowd.requestMs, 0.5, 0.99),
    at(crowd.loginMs, 0.5, 0.99),
    at(healthMs, 0.5, 0.99, 1),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Asks every 100 ms, whether or not it has been answered meanwhile, over a connection of its own each time. */
function watchHealth(issuer: string): { stop(): Promise<readonly number[]> } {
  const asked: Promise<number>[] = []
  const timer = setInterval(() => asked.push(healthMs(issuer)), 100)
  return {
    stop() {
      clearInterval(timer)
      return Promise.all(asked)
    },
  }
}

/** @throws when it is not 200 */
function healthMs(issuer: string): Promise<number> {
  const startMs = performance.now()
  return new Promise((done, failed) => {
    const sent = request(`${issuer}/healthz`, { agent: false }, (answer) => {
      answer.resume()
      answer.once('end', () => {
        if (answer.statusCode === 200) done(performance.now() - startMs)
        else failed(new Error(`/healthz answered ${answer.statusCode}`))
      })
    })
    sent.once('error', failed)
    sent.end()
  })
}

async function database(): Promise<string> {
  if (!process.argv.includes('--postgres')) return `sqlite:${join(folder, 'overload')}`
  const postgres = await startPostgres({ durable: true })
  closing.push(() => postgres.close())
  return createDatabase(postgres.url)
}

async function startServer(url: string): Promise<Bench> {
  const server = await startOurs({ database: url, bos: peopleMax, hash: 'full' })
  closing.push(server.close)
  return server
}
