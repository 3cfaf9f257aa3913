import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as layout from '../../src/checker/layout.ts'
import { nodeOf, oneMove, stateOf } from '../../src/checker/layout.ts'
import { allRules } from '../../src/checker/rules.ts'
import { search } from '../../src/checker/search.ts'
import type { FlowDefinition, State } from '../../src/language/flow.ts'
import { inOrderOfText } from '../../src/language/nearest.ts'
import { exploreNaively, type NaiveResult } from './naive.ts'
import { randomFlows, randomSteps } from './random.ts'

const pool = {
  'identity.amr': [[]],
  'identity.groups': [[]],
  'account.groups': [[], ['staff']],
  'identity.email': ['a@x.example', undefined],
} as const
/** The same figures out of the checker's own table. */
function explored(flow: FlowDefinition): NaiveResult {
  const setup = {
    steps: randomSteps,
    rules: allRules,
    anyConfiguration: false,
    interference: [],
    sessions: [],
  }
  const { model, explored: found } = search(flow, setup, { states: 200_000 })
  assert.ok(found.complete)
  const ends = new Map<string, number>()
  const successes = new Map<string, number>()
  const row = new Int32Array(model.width)
  for (let id = 0; id < found.table.size; id++) {
    found.table.read(id, row)
    const count = Math.floor(found.table.cost(id) / oneMove)
    const name = endName(
      model.states[stateOf(row)]?.state,
      row[layout.node]! - nodeOf(model.states.length, 0),
      row,
    )
    if (name === undefined) continue
    ends.set(name, Math.min(count, ends.get(name) ?? count))
    if (name !== 'done') continue
    const proofs = row[layout.proofs]!
    const amr = [...new Set(model.proofSets.slots(proofs).flatMap((slot) => slot.amr))].sort(
      inOrderOfText,
    )
    const kind = layout.kinds[layout.kindOf(row)]!
    const { factors } = model.proofSets.worth(proofs)
    const key = [kind, model.connections[layout.connectionOf(row)], amr, factors].join(' ')
    successes.set(key, Math.min(count, successes.get(key) ?? count))
  }
  return { ends, successes }
}

function endName(state: State | undefined, beyond: number, row: Int32Array): string | undefined {
  if (!state) return ['!unmet', '!blocked', '!expired', '!nowhere', '!stuck'][beyond]
  if (state.kind !== 'end') return undefined
  const inside = state.outcome !== 'success' || layout.phaseOf(row) === layout.resting
  return inside ? state.id : undefined
}

const sorted = (map: Map<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

describe('meaning', () => {
  it('of 100 random flows: every end, every kind of success, and the fewest moves to each are those of a naive explorer', () => {
    let compared = 0
    fc.assert(
      fc.property(randomFlows, (flow) => {
        let naive: NaiveResult
        try {
          naive = exploreNaively(flow, randomSteps, pool)
        } catch (thrown) {
          if (thrown instanceof Error && thrown.message.startsWith('too large')) return
          throw thrown
        }
        compared++
        const ours = explored(flow)
        assert.deepEqual(sorted(ours.ends), sorted(naive.ends))
        assert.deepEqual(sorted(ours.successes), sorted(naive.successes))
      }),
      { numRuns: 230, seed: 20261121, endOnFailure: true },
    )
    assert.ok(compared >= 100, `only ${compared} of 230 were small enough to compare`)
  })
})
