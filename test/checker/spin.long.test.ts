import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { sessionProfiles } from '../../src/checker/check.ts'
import type { Setup } from '../../src/checker/compiled.ts'
import { credentialsOf } from '../../src/checker/credentials.ts'
import { allRules } from '../../src/checker/rules.ts'
import { search } from '../../src/checker/search.ts'
import type { FlowDefinition } from '../../src/language/flow.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { loadSeveral } from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'
import { filesWith } from '../support/world.ts'
import { engineRows } from './corpus/engines.ts'
import { flowRows } from './corpus/flows.ts'
import { randomFlows, randomSteps } from './random.ts'
import {
  type Alarms,
  alarmsOf,
  buildSpin,
  exploreInFull,
  exploreWithSpin,
  spinIsInstalled,
} from './spin.ts'

const installed = await spinIsInstalled()
const skip = installed ? false : 'spin and gcc are not both installed'
const plain = { rules: allRules, anyConfiguration: false, interference: [], sessions: [] }
/** Some of what other logins may change meanwhile. */
const others = [
  { atom: 'account.active' },
  { atom: 'account.exists' },
  { atom: 'association.exists' },
  { atom: 'account.has', uses: 'totp' },
] as const

describe('SPIN finds the states, transitions, broken properties and shortest stories of the checker', {
  skip,
}, () => {
  let spin: Awaited<ReturnType<typeof buildSpin>>
  before(async () => {
    spin = await buildSpin()
  })
  after(() => spin.remove())

  const agrees = async (flow: FlowDefinition, setup: Setup) => {
    const ours = exploreInFull(flow, setup)
    assert.ok(ours.complete)
    const counted = await exploreWithSpin(spin.path, flow, setup)
    assert.equal(counted.states, ours.states, 'states')
    assert.equal(counted.transitions, ours.transitions, 'transitions')
    assert.deepEqual([...counted.alarms.keys()], [...ours.alarms.keys()])

    const movesMax = Math.max(0, ...ours.alarms.values())
    const { alarms } = await exploreWithSpin(spin.path, flow, setup, movesMax)
    assert.deepEqual(alarms, ours.alarms, 'fewest moves')

    const limits = { states: 400_000 }
    const reduced = alarmsOf(search(flow, setup, limits).watch)
    assert.deepEqual(told(reduced), told(alarms), 'with reductions')
  }

  const steps = stepTypes.map(({ declaration }) => declaration)
  const shipped = loadFlows(filesWith(), stepTypes, {}).organisation!.flows
  for (const flow of shipped) {
    it(`in ${flow.name}, alone and among other logins, with the sessions of all flows`, async () => {
      const sessions = sessionProfiles(shipped, steps)
      const setup = { ...plain, steps, sessions, credentials: credentialsOf(shipped, steps) }
      await agrees(flow, setup)
      await agrees(flow, { ...setup, interference: others })
    })
  }

  for (const row of [...flowRows, ...engineRows]) {
    it(`in ${row.id} of the corpus`, async () => {
      const flows = loadSeveral({ small: row.flow, ...row.others })
      const sessions = row.others ? sessionProfiles(flows, testSteps) : []
      const rules = row.without ? { ...allRules, [row.without]: false } : allRules
      const setup = { ...plain, steps: testSteps, sessions, rules }
      const flow = flows.find(({ name }) => name === 'small')!
      await agrees(flow, setup)
      await agrees(flow, { ...setup, interference: others })
    })
  }

  it('in 100 random flows', async () => {
    await fc.assert(
      fc.asyncProperty(randomFlows, (flow) => agrees(flow, { ...plain, steps: randomSteps })),
      { numRuns: 100, seed: 20261122, endOnFailure: true },
    )
  })
})

/** As a verdict says it: what is possible is not told where the same is certain. */
function told(alarms: Alarms): Alarms {
  const certain = (name: string) => alarms.has(name.replace(/possible$/, 'certain'))
  return new Map([...alarms].filter(([name]) => !name.endsWith(' possible') || !certain(name)))
}
