/**
 * `npm run bench [-- ROUNDS EACH] [--keep]`: server CPU of complete logins, of logins with a session and of
 * refreshed tokens, beside a bare `oidc-provider` that does the same, in interleaved batches of one run, on SQLite
 * and on PostgreSQL. The rows go to standard output as a table, with `--keep` into the README as well; raw data as
 * JSON lines to the file that BENCH_RAW names.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { startPostgres } from '../support/postgres.ts'
import { keep, keepRaw } from './keep.ts'
import {
  type Act,
  type Approach,
  byButton,
  byGoogle,
  byPasskey,
  byPassword,
  byTotp,
  type Driven,
  login,
  plainPage,
  redirectUri,
  refresh,
  sameSession,
  totpSubmission,
} from './logins.ts'
import { startOurs } from './ours.ts'
import { agent, closeAll, closing, folder } from './place.ts'
import { type Bench, startBench } from './servers.ts'
import { type Figures, head, rowOf, type Step, type Subject, stepHead, stepRowOf } from './table.ts'

const numbers = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const [rounds = 9, each = 40] = numbers.map(Number)
/** A server runs for weeks: what its first minute costs is not asked. */
const warmingUp = 200
/** One for each login with a code. */
const janes = warmingUp + rounds * each

interface Measured extends Figures {
  readonly server: Bench
  readonly approach: Approach
  readonly cpuMs: number[]
  readonly times: number[]
  done: number
}

try {
  const memory = await bare(undefined)
  const lines = await tableOf('SQLite', memory, async (name) => `sqlite:${join(folder, name)}`)
  const postgres = await startPostgres({ durable: true })
  closing.push(() => postgres.close())
  const onPostgres = await tableOf('PostgreSQL', memory, () => createDatabase(postgres.url))
  if (process.argv.includes('--keep')) keep('bench', [...lines, '', ...onPostgres])
} finally {
  await closeAll()
}

async function tableOf(
  database: string,
  memory: Bench,
  fresh: (name: string) => Promise<string>,
): Promise<string[]> {
  const ours = await sallyport(await fresh('ours'))
  const same = await bare(await fresh('bare'))
  const logins = subjectsOf(ours, same, memory)
  const steps = stepsOf(ours, await page(await fresh('page')))
  const subjects = [...logins, ...steps]
  for (const subject of subjects) await batch(subject, warmingUp)
  for (const subject of subjects) {
    subject.cpuMs.length = 0
    subject.times.length = 0
  }
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) await batch(subject, each)
  }
  const when = new Date().toLocaleDateString('en', { month: 'long', year: 'numeric' })
  const lines = [
    `${database}, ${rounds} rounds of ${each} on ${availableParallelism()} cores (${when}):`,
    '',
    ...head,
    ...logins.map(rowOf),
    '',
    ...stepHead,
    ...steps.map(stepRowOf),
  ]
  for (const line of [...lines, '']) console.log(line)
  return lines
}

function subjectsOf(ours: Bench, same: Bench, memory: Bench): (Measured & Subject)[] {
  const kinds = { login, 'with a session': sameSession, 'token refreshed': refresh }
  const rows: (Measured & Subject)[] = []
  for (const [kind, make] of Object.entries(kinds)) {
    const beside = {
      memory: measured(`bare, in memory: ${kind}`, memory, (driven) => make(driven, byButton)),
      same: measured(`bare, same adapter: ${kind}`, same, (driven) => make(driven, byButton)),
    }
    rows.push(beside.memory, beside.same)
    const add = (name: string, act: (driven: Driven) => Act) =>
      rows.push({ ...measured(name, ours, act), beside })
    if (kind !== 'login') add(kind, (driven) => make(driven, byPassword))
    else {
      add('password', (driven) => login(driven, byPassword))
      add('password + TOTP', (driven) => login(driven, byTotp))
      add('passkey', (driven) => login({ ...driven, application: 'passkeys' }, byPasskey(driven)))
      add('federated', (driven) => login(driven, byGoogle))
    }
  }
  return rows
}

function stepsOf(ours: Bench, plain: Bench): (Measured & Step)[] {
  const beside = measured('Koa and knex: a page that reads a row and writes one', plain, plainPage)
  const times: number[] = []
  const approach = totpSubmission({ agent, issuer: ours.issuer, times, application: 'steps' })
  const code = {
    name: 'a code of TOTP is typed, in the middle',
    server: ours,
    approach,
    times,
    cpuMs: [],
    done: 0,
  }
  // Everybody's code works once, and those before are of the whole logins.
  return [beside, { ...code, done: janes, beside }]
}

function measured(name: string, server: Bench, make: (driven: Driven) => Act): Measured {
  const times: number[] = []
  const act = make({ agent, issuer: server.issuer, times })
  return { name, server, approach: async (count) => () => act(count), cpuMs: [], times, done: 0 }
}

async function batch(subject: Measured, many: number): Promise<void> {
  const acts: (() => Promise<void>)[] = []
  while (acts.length < many) acts.push(await subject.approach(subject.done++))
  const before = await subject.server.cpuMicros()
  for (const act of acts) await act()
  const after = await subject.server.cpuMicros()
  const cpuMs = (after - before) / many / 1000
  subject.cpuMs.push(cpuMs)
  keepRaw({ name: subject.name, server: subject.server.issuer, cpuMs })
}

async function sallyport(database: string): Promise<Bench> {
  const server = await startOurs({ database, janes: 2 * janes })
  closing.push(server.close)
  return server
}

async function page(database: string): Promise<Bench> {
  const issuer = `http://localhost:${await freePort()}`
  const server = await startBench({ kind: 'page', issuer, database })
  closing.push(server.close)
  return server
}

async function bare(database: string | undefined): Promise<Bench> {
  const issuer = `http://localhost:${await freePort()}`
  const server = await startBench({
    kind: 'bare',
    issuer,
    redirectUri,
    ...(database !== undefined && { database }),
  })
  closing.push(server.close)
  return server
}
