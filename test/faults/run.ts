/**
 * `npm run faults` tries every family of faults on both databases, one after another, and prints how many were
 * survived of how many there are: nothing lost, doubled or let in. `npm run faults -- races clock` tries those
 * families alone, `-- races PostgreSQL` on that database alone. The exit status is 1 if something was not survived.
 *
 * Each family has all its rounds here, and fewer in the long tests: `rounds.ts`.
 */
import { join } from 'node:path'
import { run } from 'node:test'
import { postgresVariable } from '../support/database.ts'
import { nodesVariable } from '../support/nodes.ts'
import { startPostgres } from '../support/postgres.ts'
import { allRoundsVariable } from './rounds.ts'

/** Files below `test/`. `only`: where the fault is none of both databases. */
interface Family {
  readonly name: string
  readonly files: readonly string[]
  readonly only?: 'SQLite' | 'PostgreSQL' | 'memory'
  /** Servers of each world, behind one address, where PostgreSQL is their database. Absent: one. */
  readonly nodes?: number
}

const families: readonly Family[] = [
  { name: 'deaths', files: ['faults/crash.long.test.ts'] },
  { name: 'failpoints', files: ['faults/failpoints.long.test.ts'] },
  { name: 'races', files: ['faults/races.test.ts', 'faults/races.long.test.ts'], nodes: 2 },
  { name: 'nodes', files: ['faults/nodes.long.test.ts'] },
  { name: 'locks', files: ['faults/locked.test.ts'] },
  {
    name: 'disk',
    files: ['faults/database.test.ts', 'faults/disk.long.test.ts', 'store/driver-errors.test.ts'],
    only: 'SQLite',
  },
  { name: 'connections', files: ['faults/connections.long.test.ts'], only: 'PostgreSQL' },
  { name: 'clock', files: ['faults/time.test.ts'] },
  { name: 'corruption', files: ['faults/corruption.long.test.ts'] },
  { name: 'slowness', files: ['faults/slow-database.long.test.ts'], only: 'PostgreSQL' },
  { name: 'memory', files: ['faults/memory.long.test.ts'] },
  { name: 'soak', files: ['faults/soak.long.test.ts'] },
  { name: 'seeds', files: ['simulation/simulation.long.test.ts'], only: 'memory' },
  { name: 'stops', files: ['faults/stopping.long.test.ts'] },
  { name: 'load', files: ['faults/busy.test.ts', 'faults/slow-clients.long.test.ts'] },
  { name: 'keys', files: ['faults/secrets.long.test.ts'] },
  { name: 'upstreams', files: ['faults/upstream.test.ts', 'flows/upstream-faults.test.ts'] },
]

interface Survived {
  tried: number
  survived: number
  /** As the tests have counted them, where one test is many faults. */
  faults: number
  readonly lost: string[]
}

const databases = ['SQLite', 'PostgreSQL'] as const
const words = process.argv.slice(2)
const named = words.filter((word) => !databases.some((name) => name === word))
const wanted = families.filter(({ name }) => named.length === 0 || named.includes(name))
if (wanted.length === 0) throw new Error(`the families are: ${families.map((each) => each.name)}`)

let isLost = false
// Whoever runs tests by hand has its exit status decided by the runner, unless it says so last.
process.once('exit', () => {
  if (isLost) process.exitCode = 1
})

process.env[allRoundsVariable] = '1'
if (isAsked('SQLite')) {
  for (const family of wanted.filter(({ only }) => only !== 'PostgreSQL')) {
    print(family.only ?? 'SQLite', family, await survive(family.files))
  }
}
const others = wanted.filter(({ only }) => only === undefined || only === 'PostgreSQL')
if (isAsked('PostgreSQL') && others.length > 0) {
  const server = await startPostgres()
  process.env[postgresVariable] = server.url
  for (const family of others) {
    process.env[nodesVariable] = String(family.nodes ?? 1)
    print('PostgreSQL', family, await survive(family.files))
  }
  await server.close()
}

function isAsked(database: (typeof databases)[number]): boolean {
  return words.length === named.length || words.includes(database)
}

/** Each file in a process of its own. */
async function survive(files: Family['files']): Promise<Survived> {
  const counted: Survived = { tried: 0, survived: 0, faults: 0, lost: [] }
  const paths = files.map((file) => join(import.meta.dirname, '..', file))
  for await (const { type, data } of run({ files: paths, concurrency: 1 })) {
    if (type === 'test:diagnostic') {
      counted.faults += Number(/^(\d+) faults\b/.exec(data.message)?.[1] ?? 0)
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue
    // A suite is what its tests are; a file that could not be run is a fault like any.
    if (data.details.type === 'suite') continue
    counted.tried++
    if (type === 'test:pass') counted.survived++
    else counted.lost.push(`${data.name}: ${whyOf(data)}`)
  }
  return counted
}

/** What the test itself has said, not what the runner says of it. */
function whyOf({ details }: { readonly details: { readonly error?: unknown } }): string {
  const { cause, message } = details.error as Error
  return cause instanceof Error ? cause.message : message
}

function print(database: string, { name }: Family, { tried, survived, faults, lost }: Survived) {
  const told = faults > 0 ? `, ${faults} faults` : ''
  console.log(`${name.padEnd(12)} ${database.padEnd(11)} ${survived} of ${tried} tests${told}`)
  for (const one of lost) console.log(`  not: ${one}`)
  isLost ||= lost.length > 0 || tried === 0
}
