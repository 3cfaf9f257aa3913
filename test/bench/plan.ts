/**
 * `npm run bench:plan [-- LOGINS-A-SECOND] [--keep]`: what so many logins a second need, reckoned from what one costs
 * (`costs.json`, written by `npm run bench:costs`) and from what a machine is taken to give (below). Prints tables;
 * with `--keep` puts them into `src/SCALE.md`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Cost, Costs } from './costs.ts'

/** Taken, not measured. Whoever plans for other machines changes these. */
const taken = {
  /** Of a processor's time, so that queues stay short. */
  load: 0.6,
  nodeCores: 16,
  connectionsOfProcess: 10,
  /** The day's mean, of the second that has most. */
  meanOfPeak: 0.25,
  /** To the database in the same building, there and back. */
  roundTripMs: 0.3,
  /** What one PostgreSQL on a large machine with its own disks is taken to give, at most. */
  primary: { cores: 64, commitsPerSecond: 40_000, walMibPerSecond: 400, connections: 400, tib: 10 },
  days: { session: 14, login: 2.25 / 24, events: 90, audit: 365 },
}

/** How long the rows of a table stay; of those of the provider a grant does as long as its session. */
const staysFor: Readonly<Record<string, keyof typeof taken.days>> = {
  login_events: 'events',
  audit_records: 'audit',
  logins: 'login',
  sessions: 'session',
  provider_models: 'session',
}

/** Where rows live, until what breaks first is moved. */
const groups: readonly Group[] = [
  {
    name: 'stories',
    tables: ['login_events', 'audit_records', 'audit_heads'],
    to: 'partitions by day; old ones to files (Parquet) or ClickHouse',
  },
  {
    name: 'logins under way, codes, tokens, sessions',
    tables: ['logins', 'provider_models', 'sessions', 'tries', 'guesses', 'outbox'],
    to: 'further PostgreSQL primaries, by organisation or by account (Citus)',
  },
  {
    name: 'people and settings',
    tables: [],
    to: 'stays; read replicas for lists',
  },
]

interface Group {
  readonly name: string
  /** Empty: all others. */
  readonly tables: readonly string[]
  readonly to: string
}

const keeps = process.argv.includes('--keep')
const given = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const rates = given.length > 0 ? given.map(Number) : [10, 100, 1_000, 10_000]
const costs = JSON.parse(readFileSync(join(import.meta.dirname, 'costs.json'), 'utf8')) as Costs
const lines = [...inputs(), '', ...needs(), '', ...breaks(), '', ...parts()]
for (const line of lines) console.log(line)
if (keeps) keep(lines)

function inputs(): string[] {
  const { login, afterwards } = costs
  const row = (what: string, of: (cost: Cost) => number | string) =>
    `| ${what} | ${of(login)} | ${of(afterwards)} |`
  return [
    `One login by password, counted on PostgreSQL (${costs.measured}); ${costs.requests} requests, and a hash of ${costs.hashCpuMs} ms:`,
    '',
    '| | login | sealed and swept afterwards |',
    '| --- | --- | --- |',
    row('CPU of the server without the hash, ms', ({ serverCpuMs }) => serverCpuMs.toFixed(1)),
    row('CPU of PostgreSQL, ms', ({ postgresCpuMs }) => postgresCpuMs.toFixed(1)),
    row('statements', ({ statements }) => statements.toFixed(1)),
    row('commits', ({ commits }) => commits.toFixed(1)),
    row('signatures', ({ signatures }) => signatures.toFixed(1)),
    row('sent, KiB', ({ sentBytes }) => (sentBytes / 1024).toFixed(1)),
    row('write-ahead log, KiB', ({ walBytes }) => (walBytes / 1024).toFixed(1)),
  ]
}

function needs(): string[] {
  return table('logins a second', {
    'cores for hashes': (rate) => cores(rate * costs.hashCpuMs),
    'cores for all else of the servers': (rate) => cores(rate * both('serverCpuMs')),
    [`nodes of ${taken.nodeCores} cores, one of them to spare`]: nodes,
    'cores of PostgreSQL': (rate) => cores(rate * both('postgresCpuMs')),
    'statements a second': (rate) => rate * both('statements'),
    'commits a second': (rate) => rate * both('commits'),
    'write-ahead log, MiB a second': (rate) => (rate * both('walBytes')) / 2 ** 20,
    'connections that processes may open': (rate) =>
      nodes(rate) * taken.nodeCores * taken.connectionsOfProcess,
    'connections at work': connections,
    'sessions kept': (rate) => meanOf(rate) * (costs.rows.sessions ?? 0) * seconds('session'),
    'rows that a second takes away': (rate) => meanOf(rate) * sum(Object.values(costs.rows)),
    'TiB kept, without people': (rate) => kept(rate),
    'of it stories': (rate) => kept(rate, groups[0]!.tables),
  })
}

/** In parts of what one primary gives: above 1 it does not. */
function breaks(): string[] {
  const { primary } = taken
  return table('of one PostgreSQL, at logins a second', {
    cores: (rate) => cores(rate * both('postgresCpuMs')) / primary.cores,
    commits: (rate) => (rate * both('commits')) / primary.commitsPerSecond,
    'write-ahead log': (rate) => (rate * both('walBytes')) / 2 ** 20 / primary.walMibPerSecond,
    'connections at work': (rate) => connections(rate) / primary.connections,
    'audit to seal, of what one organisation gets sealed': (rate) =>
      (meanOf(rate) * (costs.rows.audit_records ?? 0) * statementMs()) / 1_000,
    'room for rows': (rate) => kept(rate) / primary.tib,
    'rows to sweep, of what one process takes away': (rate) =>
      (meanOf(rate) * sum(Object.values(costs.rows))) / costs.sweptPerSecond,
  })
}

function parts(): string[] {
  const named = groups.flatMap(({ tables }) => tables)
  const all = Object.keys({ ...costs.byTable, ...costs.rowBytes })
  const statements = sum(Object.values(costs.byTable))
  const bytes = sum(Object.values(costs.rowBytes))
  const rows = groups.map(({ name, tables, to }) => {
    const its = tables.length > 0 ? tables : all.filter((one) => !named.includes(one))
    const share = (of: Costs['byTable'], whole: number) =>
      `${((100 * sum(its.map((one) => of[one] ?? 0))) / whole).toFixed(0)} %`
    return `| ${name} | ${share(costs.byTable, statements)} | ${share(costs.rowBytes, bytes)} | ${to} |`
  })
  return [
    '| rows | of statements | of bytes written | where to |',
    '| --- | --- | --- | --- |',
    ...rows,
  ]
}

function table(corner: string, rows: Readonly<Record<string, (rate: number) => number>>): string[] {
  return [
    `| ${corner} | ${rates.map((rate) => figure(rate)).join(' | ')} |`,
    `| --- |${rates.map(() => ' --- |').join('')}`,
    ...Object.entries(rows).map(
      ([name, of]) => `| ${name} | ${rates.map((rate) => figure(of(rate))).join(' | ')} |`,
    ),
  ]
}

/** @param cpuMs each second */
function cores(cpuMs: number): number {
  return cpuMs / 1_000 / taken.load
}

/** A process for each core. */
function nodes(rate: number): number {
  return 1 + Math.ceil(cores(rate * (costs.hashCpuMs + both('serverCpuMs'))) / taken.nodeCores)
}

/** Little's law: as many as come, times how long each is held. */
function connections(rate: number): number {
  return (rate * both('statements') * statementMs()) / 1_000
}

function statementMs(): number {
  return taken.roundTripMs + both('postgresCpuMs') / both('statements')
}

function both(cost: keyof Cost): number {
  return costs.login[cost] + costs.afterwards[cost]
}

function meanOf(rate: number): number {
  return rate * taken.meanOfPeak
}

function seconds(what: keyof typeof taken.days): number {
  return taken.days[what] * 86_400
}

/** @param tables absent: all of them. @returns TiB */
function kept(rate: number, tables: readonly string[] = Object.keys(costs.rowBytes)): number {
  const bytes = tables.map(
    (one) => (costs.rowBytes[one] ?? 0) * seconds(staysFor[one] ?? 'login') * meanOf(rate),
  )
  return sum(bytes) / 2 ** 40
}

function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(2)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function keep(text: readonly string[]): void {
  const file = resolve(import.meta.dirname, '../../src/SCALE.md')
  const marked = /(<!-- plan -->\n)[\s\S]*?(<!-- end of plan -->)/
  const page = readFileSync(file, 'utf8')
  if (!marked.test(page)) throw new Error('SCALE.md has no place for the plan')
  writeFileSync(
    file,
    page.replace(marked, (_, begin, end) => `${begin}\n${text.join('\n')}\n\n${end}`),
  )
}
