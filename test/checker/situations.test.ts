import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Setup } from '../../src/checker/compiled.ts'
import { explore } from '../../src/checker/explore.ts'
import { deadWords, whatMatters } from '../../src/checker/liveness.ts'
import { Model } from '../../src/checker/model.ts'
import { Watch } from '../../src/checker/properties.ts'
import { allRules } from '../../src/checker/rules.ts'
import { baseOf, startsOf } from '../../src/checker/search.ts'
import type { FlowDefinition } from '../../src/language/flow.ts'
import { family, familySteps } from '../bench/family.ts'
import { loadSeveral, loadSmall } from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'
import { engineRows } from './corpus/engines.ts'
import { flowRows } from './corpus/flows.ts'
import { ends } from './corpus/row.ts'
import { shippedFlows } from './oracle/named.ts'
import { randomFlows, randomSteps } from './random.ts'

const plain = { rules: allRules, anyConfiguration: true, interference: [], sessions: [] }
const others = [{ atom: 'account.exists' }, { atom: 'account.has', uses: 'totp' }] as const
const assumed = {
  source: "'staff' in account.groups",
  reads: ['account.groups'],
  place: { file: 'random.yaml', line: 1, column: 1 },
} as const

// The same explorer with each state's moves worked out by themselves: nothing may differ at all.
describe('moves that are worked out once for many states', () => {
  it('leave every state, way, finding and weakest success of 40 random flows as they were', () => {
    let shared = 0
    const same = fc.property(randomFlows, fc.boolean(), (flow, assumes) => {
      const asked = assumes ? { ...flow, assume: [assumed] } : flow
      shared += compare(asked, { ...plain, steps: randomSteps })
      shared += compare(asked, { ...plain, steps: randomSteps, interference: others })
    })
    fc.assert(same, { numRuns: 40, seed: 20261122, endOnFailure: true })
    assert.ok(shared > 1000, `only ${shared} states had their moves from another`)
  })

  it('leave them so in every flow of the corpus, with the rule switched off that it is about', () => {
    for (const row of [...flowRows, ...engineRows]) {
      const rules = row.without ? { ...allRules, [row.without]: false } : allRules
      const flows = loadSeveral({ small: row.flow, ...row.others })
      const flow = flows.find(({ name }) => name === 'small')!
      compare(flow, { ...plain, rules, steps: testSteps })
    }
  })

  it('leave a finding where only a property asks for what is carried along', () => {
    const flow = loadSmall({
      states: `
  sign-in:
    offer: [password]
    on: { success: staff, exhausted: no }
  staff:
    decide:
      - { when: "'staff' in account.groups", to: place }
      - { to: other }
  other:
    decide:
      - { when: "'owner' in account.groups", to: place }
      - { to: place }
  place:
    decide:
      - { when: proofs.factors >= 1, to: done }
      - { to: no }${ends}`,
      top: `properties: [{ name: only, at: place, holds: "'staff' in account.groups" }]`,
    })
    const setup = { ...plain, steps: testSteps }
    assert.ok(told(flow, setup, false, true).seen.against.has('own only'))
    compare(flow, setup)
  })

  it('leave a stale tab what another state reads', () => {
    const flow = loadSmall({
      states: `
  sign-in:
    offer: [password]
    on:
      success:
        - { when: "'staff' in account.groups", to: first }
        - { to: first }
      exhausted: no
  first:
    offer: [totp, otp]
    on:
      totp.success:
        - { when: "'staff' in account.groups", to: done }
        - { to: no }
      otp.success: second
      exhausted: no
      unavailable: no
  second:
    offer: [passkey]
    on: { success: done, exhausted: no, unavailable: no }${ends}`,
    })
    compare(flow, { ...plain, steps: testSteps, rules: { ...allRules, compareAndSet: false } })
  })

  it('leave them so in every flow that is shipped, and in a chain that reads each fact twice', () => {
    for (const { flow, steps } of shippedFlows()) compare(flow, { ...plain, steps })
    const shared = compare(family(12, 6), { ...plain, steps: familySteps })
    assert.ok(shared > 1000, `only ${shared} states had their moves from another`)
  })
})

/** @returns how many states, of all explorations, had their moves from another */
function compare(flow: FlowDefinition, setup: Setup): number {
  let shared = 0
  for (const reduces of [true, false]) {
    const [one, other] = [told(flow, setup, reduces, true), told(flow, setup, reduces, false)]
    shared += other.asked - one.asked
    assert.deepEqual({ ...one, asked: 0 }, { ...other, asked: 0 })
  }
  return shared
}

/** All that an exploration says. */
function told(flow: FlowDefinition, setup: Setup, reduces: boolean, remembers: boolean) {
  const model = new Model(flow, setup)
  const base = baseOf(model)
  const watch = new Watch(model)
  let asked = 0
  const edges: string[] = []
  const options = reduces
    ? { base, whole: false, dead: deadWords(model, Watch.kept(model)), keeps: whatMatters(model) }
    : { base, whole: false, dead: undefined, keeps: { spent: () => true, session: () => true } }
  const observer = {
    state: (...state: Parameters<Watch['state']>) => {
      asked++
      watch.state(...state)
    },
    alarm: (...alarm: Parameters<Watch['alarm']>) => watch.alarm(...alarm),
    // Without it, who leads to where another has led before is not told again.
    ...(reduces ? {} : { edge: (...edge: readonly number[]) => edges.push(edge.join()) }),
  }
  const limits = { states: 20_000 }
  const starts = startsOf(model, base)
  const from = remembers ? 0 : Number.POSITIVE_INFINITY
  const found = explore(model, starts, options, limits, observer, reduces, from)
  const { table, states, transitions, complete } = found
  const row = new Int32Array(model.width)
  const all = Array.from({ length: table.size }, (_, id) => {
    table.read(id, row)
    const way = [table.cost(id), table.parent(id), table.label(id)]
    return [row, way, table.followed(id)].join(' ')
  })
  const { against, ways, entrances, profiles } = watch
  // Of an option only its name: it carries functions, and those are of one model.
  const labels = model.labels.map(({ option, ...label }) => ({ ...label, by: option?.option.id }))
  const seen = { against, ways, entrances, profiles }
  return { asked, all, edges, labels, states, transitions, complete, seen }
}
