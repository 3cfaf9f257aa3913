import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  brokenProgress,
  exploreWhole,
  restless,
  trapped,
  type Whole,
} from '../../src/checker/environments.ts'
import type { Finding } from '../../src/checker/explore.ts'
import { firstVariable, type Row } from '../../src/checker/layout.ts'
import { Model } from '../../src/checker/model.ts'
import { allRules } from '../../src/checker/rules.ts'
import { baseOf, startOf } from '../../src/checker/search.ts'
import { Walk } from '../../src/checker/walk.ts'
import type { FlowDefinition, Property } from '../../src/language/flow.ts'
import { randomFlows, randomSteps } from './random.ts'

const setup = {
  steps: randomSteps,
  rules: allRules,
  anyConfiguration: true,
  interference: [],
  sessions: [],
}

type Progress = Extract<Property, { from: string }>
const place = { file: 'random.yaml', line: 1, column: 1 }
const promises: readonly Progress[] = [
  { kind: 'always-possible', name: 'in', from: 'start', to: 'success', place },
  { kind: 'inevitable', name: 'on', from: 's0', to: 's1', place },
  { kind: 'inevitable', name: 'out', from: 's1', to: 'success', place },
]

// With every value chosen at the start there is one environment, and the explorer has no sets to split.
describe('environments, all at once', () => {
  it('of 25 random flows: what is lost in some environment is what is lost in one chosen before', () => {
    let broken = 0
    fc.assert(
      fc.property(randomFlows, fc.infiniteStream(fc.nat(1_000_000)), (flow, chance) => {
        const model = new Model(flow, setup)
        const all = findings(flow, explored(model, baseOf(model)))
        for (const one of environments(model, chance)) {
          for (const [name, finding] of findings(flow, explored(model, one))) {
            if (finding) assert.ok(all.get(name), `${name} is broken in ${one}`)
          }
        }
        for (const [name, finding] of all) {
          if (!finding) continue
          broken++
          const chosen = chooseFrom(model, finding.row.slice(model.width), chance)
          const again = findings(flow, explored(model, chosen)).get(name)
          assert.ok(again && again.cost <= finding.cost, `${name} holds in ${chosen}`)
        }
      }),
      { numRuns: 25, seed: 20261122, endOnFailure: true },
    )
    assert.ok(broken > 20, `only ${broken} findings were compared`)
  })
})

function explored(model: Model, base: Row): Whole {
  return exploreWhole(model, [startOf(model, base)], base, 100_000)
}

function findings(flow: FlowDefinition, whole: Whole): Map<string, Finding | undefined> {
  const here = promises.filter(({ from, to }) => [from, to].every((at) => isOf(flow, at)))
  return new Map([
    ['trapped', trapped(whole)],
    ['restless', restless(whole)],
    ...here.map((promise) => [promise.name, brokenProgress(whole, promise)] as const),
  ])
}

const isOf = ({ states }: FlowDefinition, at: string) => at === 'success' || at in states

function environments(model: Model, chance: fc.Stream<number>): Row[] {
  return Array.from({ length: 10 }, () =>
    chooseFrom(model, baseOf(model).slice(firstVariable), chance),
  )
}

/** One value of each variable, so that there can be such a world. */
function chooseFrom(model: Model, cube: Row, chance: fc.Stream<number>): Row {
  const base = baseOf(model)
  const keeps = { spent: () => true, session: () => true }
  const options = { base, whole: false, dead: undefined, keeps }
  const walk = new Walk(model, options, { emit: () => {}, alarm: () => {} })
  base.set(cube, firstVariable)
  walk.consistent(base)
  for (let word = firstVariable; word < model.width; word++) {
    const bits = [...Array(31).keys()].filter((bit) => (base[word]! >> bit) & 1)
    const [drawn] = chance.take(1)
    base[word] = 1 << bits[drawn! % bits.length]!
    walk.consistent(base)
  }
  return base
}
