/**
 * `npm run bench:start [-- FEW MANY TIMES] [--keep]`: how long `sallyport serve` takes until it is ready, from the
 * start of its process to the first 200 of `/readyz`, with FEW flows and with MANY, on a database that it has been
 * started on before; and what it takes the first time, when every flow is still to be checked. MANY are copies of the
 * shipped ones, each with an application of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../support/free-port.ts'
import { keep, keepRaw } from './keep.ts'
import { writeFlows } from './many-flows.ts'
import { median } from './table.ts'

const numbers = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const [few = 12, many = 1_000, times = 7] = numbers.map(Number)
const secret = randomBytes(32).toString('base64url')
const main = resolve(import.meta.dirname, '../../src/cli/main.ts')

interface Started {
  readonly readyMs: number
  /** User and system time until then. */
  readonly cpuMs: number
  readonly rssMib: number
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
try {
  const rows: string[] = []
  for (const flows of [few, many]) rows.push(await rowOf(flows))
  const when = new Date().toLocaleDateString('en', { month: 'long', year: 'numeric' })
  const lines = [
    `Medians of ${times} starts on ${availableParallelism()} cores (${when}):`,
    '',
    '| flows | ready after, ms | quickest, ms | CPU, ms | memory, MiB | the first time, ms |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ]
  for (const line of lines) console.log(line)
  if (process.argv.includes('--keep')) keep('bench:start', lines)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function rowOf(asked: number): Promise<string> {
  const home = join(folder, `${asked}`)
  const flows = writeFlows(join(home, 'flows'), asked)
  const first = await start(home)
  const again: Started[] = []
  for (let time = 0; time < times; time++) again.push(await start(home))
  keepRaw({ flows, first, again })
  const of = (value: (started: Started) => number) => median(again.map(value)).toFixed(0)
  const cells = [
    flows.toLocaleString('en'),
    of(({ readyMs }) => readyMs),
    Math.min(...again.map(({ readyMs }) => readyMs)).toFixed(0),
    of(({ cpuMs }) => cpuMs),
    of(({ rssMib }) => rssMib),
    first.readyMs.toFixed(0),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Starts it, and stops it as soon as it is ready. */
async function start(cwd: string): Promise<Started> {
  const issuer = `http://localhost:${await freePort()}`
  const startedMs = performance.now()
  const server = spawn(process.execPath, [main, 'serve', '--issuer', issuer], {
    cwd,
    env: {
      SALLYPORT_SECRET: secret,
      SALLYPORT_LOG: 'warn',
      SALLYPORT_SMTP_URL: 'smtp://localhost',
      GOOGLE_CLIENT_SECRET: 'google-secret',
      GITHUB_CLIENT_SECRET: 'github-secret',
      THRIFT_CLIENT_SECRET: 'thrift-secret',
      VAULT_CLIENT_SECRET: 'vault-secret',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(server, 'exit')
  try {
    while ((await statusOf(`${issuer}/readyz`)) !== 200) await notYet(server)
    const readyMs = performance.now() - startedMs
    return { readyMs, ...usedBy(server.pid!) }
  } finally {
    server.kill('SIGTERM')
    await ended
  }
}

/** As Linux tells it, in ticks of a hundredth of a second and in kibibytes (proc(5)). */
function usedBy(pid: number): Pick<Started, 'cpuMs' | 'rssMib'> {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const rss = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return { cpuMs: (Number(stat[11]) + Number(stat[12])) * 10, rssMib: Number(rss?.[1]) / 1024 }
}

/** @returns absence: nobody listens there */
async function statusOf(url: string): Promise<number | undefined> {
  const answer = await fetch(url).catch(() => undefined)
  return answer?.status
}

async function notYet(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`)
  await pause(5)
}
