/**
 * `npm run bench:workers [-- ROUNDS SECONDS] [--keep]`: password logins a second with the hash at its real cost, by
 * `sallyport serve` with one worker and with one for each processor, in turn, on SQLite and on PostgreSQL. The people
 * are a process of their own. What each process took of the machine stands beside it, for people and database share
 * the processors with the server. Linux alone.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealers } from '../../src/keys.ts'
import { Secret } from '../../src/kit/secret.ts'
import { defaultOrganisation } from '../../src/language/settings.ts'
import { stepTypes, waysIn } from '../../src/steps/index.ts'
import { hashPassword, owaspCost } from '../../src/steps/password/hash.ts'
import { openAccounts } from '../../src/store/accounts.ts'
import { migrate, openDatabase } from '../../src/store/open.ts'
import { commandEnv } from '../support/command.ts'
import { createDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { startPostgres } from '../support/postgres.ts'
import { Served } from '../support/served.ts'
import { type Crowd, type Order, peopleMax } from './crowd.ts'
import { keep, keepRaw } from './keep.ts'
import { busyBelow, readBusy } from './processors.ts'
import { median } from './table.ts'

const numbers = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const [rounds = 3, seconds = 20] = numbers.map(Number)
const many = availableParallelism()
/** Enough that no processor waits for them, and not so many that a server lets nobody else begin. */
const people = 4 * many

const head = [
  '| database | workers | logins a second (median, range) | to one | server CPU a login, ms | refused | server | people | database | others |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
]

interface Subject {
  readonly database: string
  readonly workers: number
  readonly issuer: string
  readonly served: Served
  readonly rounds: Round[]
}

interface Round {
  readonly loginsPerSecond: number
  readonly refused: number
  readonly serverMsEach: number
  /** Of all processors: the server's, the people's, the database's, and what others than this command took. */
  readonly shares: readonly number[]
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
try {
  layFlows(join(folder, 'flows'))
  const driver = fork(join(import.meta.dirname, 'crowd.ts'))
  closing.push(() => driver.disconnect())
  const lines = await tableOf('SQLite', driver, async (name) => `sqlite:${join(folder, name)}`)
  const postgres = await startPostgres({ durable: true })
  closing.push(() => postgres.close())
  lines.push(...(await tableOf('PostgreSQL', driver, () => createDatabase(postgres.url))))
  const when = new Date().toLocaleDateString('en', { month: 'long', year: 'numeric' })
  const table = [
    `${rounds} rounds of ${seconds} s on ${many} cores (${when}):`,
    '',
    ...head,
    ...lines,
  ]
  for (const line of table) console.log(line)
  if (process.argv.includes('--keep')) keep('bench:workers', table)
} finally {
  for (const close of closing.reverse()) await close()
}

async function tableOf(
  database: string,
  driver: ChildProcess,
  fresh: (name: string) => Promise<string>,
): Promise<string[]> {
  const one = await start(database, 1, await fresh('one'))
  const all = await start(database, many, await fresh('all'))
  // What each worker's first minute costs is not asked.
  for (const subject of [one, all]) await measure(subject, driver, subject.workers * seconds)
  for (let round = 0; round < rounds; round++) {
    // Each goes first in its turn: others of this machine come and go.
    for (const subject of round % 2 ? [all, one] : [one, all]) {
      const measured = await measure(subject, driver, seconds)
      subject.rounds.push(measured)
      keepRaw({ database, workers: subject.workers, ...measured })
    }
  }
  for (const { served } of [one, all]) await served.stop()
  return [rowOf(one, one), rowOf(all, one)]
}

async function start(database: string, workers: number, url: string): Promise<Subject> {
  await settle(url)
  const issuer = `http://localhost:${await freePort()}`
  const served = new Served(folder, {
    args: ['--workers', `${workers}`],
    env: {
      SALLYPORT_ISSUER: issuer,
      SALLYPORT_DATABASE: url,
      SALLYPORT_TRIES: 'beginnings=0 answers=0 messages=0 tokens=0',
      SALLYPORT_LOG: 'error',
      GOOGLE_ISSUER: 'http://localhost',
    },
  })
  closing.push(() => served.stop())
  const line = workers === 1 ? 'Sallyport serves' : `${workers} workers answer`
  await served.until(({ said }) => said.out.includes(line))
  return { database, workers, issuer, served, rounds: [] }
}

/** What is measured, and the shipped senders: what nothing is there to send by is not served. */
function layFlows(into: string): void {
  cpSync(join(import.meta.dirname, 'flows'), into, { recursive: true })
  copyFileSync(join(import.meta.dirname, '../../flows/senders.yaml'), join(into, 'senders.yaml'))
}

/** Everybody of the crowd, with a password at its real cost. */
async function settle(url: string): Promise<void> {
  const db = openDatabase({ url, durability: 'normal' })
  await migrate(db)
  const secret = new Secret(new Uint8Array(Buffer.from(commandEnv.SALLYPORT_SECRET, 'base64url')))
  const seal = sealers(secret, defaultOrganisation).credentials
  const parts = {
    organisation: defaultOrganisation,
    seal,
    waysIn: waysIn(stepTypes),
    now: Date.now,
  }
  const accounts = openAccounts(db, parts)
  const credentials = [
    { kind: 'password', secret: await hashPassword('seven quiet herons', owaspCost) },
  ]
  for (let number = 0; number < peopleMax; number++) {
    const userName = `bo${number}`
    await accounts.add({ userName, claims: {}, groups: [], credentials }, Date.now())
  }
  await db.destroy()
}

async function measure(subject: Subject, driver: ChildProcess, forSeconds: number): Promise<Round> {
  const { issuer, served } = subject
  const before = readBusy()
  const startMs = performance.now()
  const crowd = await new Promise<Crowd>((done) => {
    driver.once('message', done as (message: unknown) => void)
    driver.send({ issuer, people, seconds: forSeconds } satisfies Order)
  })
  const after = readBusy()
  const allMs = (performance.now() - startMs) * many
  const failures = Object.keys(crowd.failed)
  if (failures.length > 0) throw new Error(`logins have failed: ${failures}`)
  const serverMs = busyBelow(served.pid, before, after)
  const peopleMs = busyBelow(driver.pid!, before, after)
  const ownMs = busyBelow(process.pid, before, after)
  const databaseMs = ownMs - serverMs - peopleMs
  const othersMs = after.machine - before.machine - ownMs
  return {
    loginsPerSecond: crowd.loginsPerSecond,
    refused: Object.values(crowd.refused).reduce((sum, count) => sum + count, 0),
    serverMsEach: serverMs / crowd.loginMs.length,
    shares: [serverMs, peopleMs, databaseMs, othersMs].map((ms) => ms / allMs),
  }
}

function rowOf(subject: Subject, one: Subject): string {
  const { database, workers, rounds: measured } = subject
  const each = (figure: (round: Round) => number) => measured.map(figure)
  const perSecond = each(({ loginsPerSecond }) => loginsPerSecond)
  const toOne = perSecond.map((figure, round) => figure / one.rounds[round]!.loginsPerSecond)
  const share = (which: number) =>
    `${(100 * median(each(({ shares }) => shares[which]!))).toFixed(0)} %`
  const cells = [
    database,
    workers,
    `${median(perSecond).toFixed(1)} (${Math.min(...perSecond).toFixed(1)} to ${Math.max(...perSecond).toFixed(1)})`,
    `${median(toOne).toFixed(2)}x`,
    median(each(({ serverMsEach }) => serverMsEach)).toFixed(1),
    each(({ refused }) => refused).reduce((sum, count) => sum + count),
    ...[0, 1, 2, 3].map(share),
  ]
  return `| ${cells.join(' | ')} |`
}
