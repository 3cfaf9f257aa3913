/**
 * `npm run faults` tries every family of faults on both databases, one after another, and prints how many were
 * survived of how many there are: nothing lost, doubled or let in. `npm run faults -- races clock` tries those
 * families alone. The exit status is 1 if something was not survived.
 */
import { join } from 'node:path'
import { run } from 'node:test'
import { postgresVariable } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'

/** Files below `test/`. `only`: where the fault is none of both databases. */
interface Family {
  readonly name: string
  readonly files: readonly string[]
  readonly only?: 'SQLite' | 'memory'
}

const families: readonly Family[] = [
  { name: 'deaths', files: ['faults/crash.long.test.ts'] },
  { name: 'races', files: ['faults/races.test.ts'] },
  { name: 'locks', files: ['faults/locked.test.ts'] },
  {
    name: 'disk',
    files: ['faults/database.test.ts', 'store/driver-errors.test.ts'],
    only: 'SQLite',
  },
  { name: 'clock', files: ['faults/time.test.ts'] },
  { name: 'seeds', files: ['simulation/simulation.long.test.ts'], only: 'memory' },
  { name: 'stops', files: ['faults/stopping.long.test.ts'] },
  { name: 'load', files: ['faults/busy.test.ts', 'faults/slow-clients.long.test.ts'] },
  { name: 'keys', files: ['faults/secrets.long.test.ts'] },
  { name: 'upstreams', files: ['faults/upstream.test.ts', 'flows/upstream-faults.test.ts'] },
]

interface Survived {
  tried: number
  survived: number
  /** Of processes, where the family kills any. */
  kills: number
  readonly lost: string[]
}

const words = process.argv.slice(2)
const wanted = families.filter(({ name }) => words.length === 0 || words.includes(name))
if (wanted.length === 0) throw new Error(`the families are: ${families.map((each) => each.name)}`)

let isLost = false
// Whoever runs tests by hand has its exit status decided by the runner, unless it says so last.
process.once('exit', () => {
  if (isLost) process.exitCode = 1
})

for (const family of wanted) print(family.only ?? 'SQLite', family, await survive(family))
const both = wanted.filter(({ only }) => only === undefined)
if (both.length > 0) {
  const server = await startPostgres()
  process.env[postgresVariable] = server.url
  for (const family of both) print('PostgreSQL', family, await survive(family))
  await server.close()
}

/** Each file in a process of its own. */
async function survive({ files }: Family): Promise<Survived> {
  const counted: Survived = { tried: 0, survived: 0, kills: 0, lost: [] }
  const paths = files.map((file) => join(import.meta.dirname, '..', file))
  for await (const { type, data } of run({ files: paths, concurrency: 1 })) {
    if (type === 'test:diagnostic') {
      counted.kills += Number(/^(\d+) kills at/.exec(data.message)?.[1] ?? 0)
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue
    // A suite is what its tests are; a file that could not be run is a fault like any.
    if (data.details.type === 'suite') continue
    counted.tried++
    if (type === 'test:pass') counted.survived++
    else counted.lost.push(data.name)
  }
  return counted
}

function print(database: string, { name }: Family, { tried, survived, kills, lost }: Survived) {
  const died = kills > 0 ? `, ${kills} kills` : ''
  console.log(`${name.padEnd(10)} ${database.padEnd(11)} ${survived} of ${tried}${died}`)
  for (const one of lost) console.log(`  not: ${one}`)
  isLost ||= lost.length > 0 || tried === 0
}
