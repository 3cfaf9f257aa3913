import { describe, it } from 'node:test'
import type { Fault } from '../support/crossings.ts'
import { journeys } from './journeys.ts'
import { rounds } from './rounds.ts'
import { type Crossed, sweep } from './sweep.ts'

/** SQLite begins a transaction without its disk; the others are asked when their time has come, and remembered. */
const untried = [
  'begin',
  'rollback',
  'select connection_overlays',
  'select application_overlays',
  'fetch /.well-known/openid-configuration',
  'fetch /jwks',
]

describe('whatever leaves the server', () => {
  const tried = new Set(untried)
  for (const journey of journeys) {
    it(`${journey.name}: may be lost with the whole process, or fail: it goes on, and nothing is doubled or left open (security 152, security 159, security 3.5)`, async (t) => {
      const points = new Set<string>()
      const { faults, trouble } = await sweep(t, journey, (crossed) => {
        for (const { name } of crossed) if (!tried.has(name)) points.add(name)
        return [...points].flatMap((name, index) => {
          const all = faultsAt(name, crossed)
          // With few rounds one is lost, the next fails.
          return rounds({ few: [all[index % 2]!], all })
        })
      })
      for (const name of points) tried.add(name)
      t.diagnostic(`${faults} faults: at ${points.size} points: ${JSON.stringify(trouble)}`)
      t.diagnostic([...points].join(', '))
    })
  }
})

/** The last of the name: by then the most can be lost. A commit may also go through without that being told. */
function faultsAt(of: string, crossed: readonly Crossed[]): readonly Fault[] {
  const at = crossed.filter(({ name }) => name === of).length
  const faults: readonly Fault[] = [
    { at, of, when: 'after' },
    { at, of, when: 'before', how: 'fail' },
  ]
  return of === 'commit' ? [...faults, { at, of, when: 'after', how: 'fail' }] : faults
}
