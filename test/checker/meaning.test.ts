import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as layout from '../../src/checker/layout.ts'
import { nodeOf, oneMove, stateOf } from '../../src/checker/layout.ts'
import { allRules } from '../../src/checker/rules.ts'
import { search } from '../../src/checker/search.ts'
import type {
  FlowDefinition,
  OfferState,
  Option,
  State,
  Transition,
} from '../../src/language/flow.ts'
import { inOrderOfText } from '../../src/language/nearest.ts'
import type { StepDeclaration } from '../../src/language/step.ts'
import { testSteps } from '../support/declarations.ts'
import { exploreNaively, type NaiveResult } from './naive.ts'

const place = { file: 'random.yaml', line: 1, column: 1 }
const names = [
  'password',
  'federated',
  'totp',
  'otp',
  'provision',
  'assign',
  'enrol-totp',
  'passkey',
]
const steps = testSteps.filter(({ type }) => names.includes(type))
const pool = {
  'identity.amr': [[]],
  'identity.groups': [[]],
  'account.groups': [[], ['staff']],
  'identity.email': ['a@x.example', undefined],
} as const
const conditions = [
  ["identity.kind == 'account'", ['identity.kind']],
  ["identity.connection == 'github'", ['identity.connection']],
  ['proofs.factors >= 2', ['proofs.factors']],
  ["'staff' in account.groups", ['account.groups']],
  ['identity.emailVerified', ['identity.emailVerified']],
  ["identity.?email.orValue('').endsWith('@x.example')", ['identity.email']],
  ['!account.new', ['account.new']],
] as const

/** A small flow as a definition: every transition leads anywhere, some with a condition. */
const flows = fc
  .record({
    seeds: fc.array(fc.nat(1_000_000), { minLength: 120, maxLength: 120 }),
    size: fc.integer({ min: 2, max: 5 }),
    jit: fc.boolean(),
  })
  .map(({ seeds, size, jit }) => build(seeds, size, jit))

function build(seeds: readonly number[], size: number, jit: boolean): FlowDefinition {
  let at = 0
  const draw = (below: number) => seeds[at++ % seeds.length]! % below
  const ids = ['start', ...Array.from({ length: size }, (_, n) => `s${n}`), 'done', 'no']
  const target = () => ids[draw(ids.length)]!
  const branch = () => {
    const [source, reads] = conditions[draw(conditions.length)]!
    return { when: { source, reads, place }, to: target(), place }
  }
  const transition = (): Transition =>
    draw(5) === 0 ? [branch(), { to: target(), place }] : [{ to: target(), place }]
  const option = (name: string): Option =>
    ['google', 'github'].includes(name)
      ? { id: name, step: 'federated', connection: name, params: {}, place }
      : { id: name, step: name, params: {}, place }
  const wired = (options: readonly Option[]): OfferState['on'] => {
    const on: Record<string, Transition> = {}
    for (const one of options) {
      const declaration = steps.find(({ type }) => type === one.step) as StepDeclaration
      for (const outcome of Object.keys(declaration.outcomes)) {
        if (outcome !== 'invalid' && outcome !== 'unavailable')
          on[`${one.id}.${outcome}`] = transition()
      }
      if (draw(6) === 0) on[`${one.id}.error`] = transition()
    }
    for (const own of ['exhausted', 'unavailable', 'cancelled', 'error', 'timeout']) {
      on[own] = [{ to: draw(4) === 0 ? target() : 'no', place }]
    }
    return on as OfferState['on']
  }
  const offer = (id: string, choices: readonly string[]): State => {
    const options = choices.filter(() => draw(2) === 0)
    const used = (options.length > 0 ? options : [choices[0]!]).map(option)
    const skip = draw(4) === 0 ? [branch()] : []
    return {
      id,
      place,
      kind: 'offer',
      options: used,
      skip,
      attempts: 1 + draw(2),
      fresh: false,
      on: wired(used),
    }
  }
  const any = (id: string): State => {
    const kind = draw(6)
    if (kind < 2) return offer(id, ['totp', 'otp', 'passkey'])
    if (kind === 2) return offer(id, ['enrol-totp', 'totp'])
    if (kind === 3) {
      const branches = [branch(), { to: target(), place }]
      return { id, place, kind: 'decide', branches, on: { error: [{ to: 'no', place }] } as never }
    }
    const used = option(kind === 4 ? 'provision' : 'assign')
    return { id, place, kind: 'run', option: used, on: wired([used]) }
  }
  const states = Object.fromEntries<State>([
    ['start', offer('start', ['password', 'google', 'github'])],
    ...ids.slice(1, -2).map((id) => [id, any(id)] as const),
    ['done', { id: 'done', place, kind: 'end', outcome: 'success' }],
    ['no', { id: 'no', place, kind: 'end', outcome: 'denied', error: 'access_denied' }],
  ])
  const levels = [
    { acr: 'one', factors: 1, phishingResistant: false },
    { acr: 'two', factors: 2, phishingResistant: false },
  ]
  const facts = { jit, trustsAmr: [], settings: { trustsMfa: false }, origin: '' }
  return {
    name: 'random',
    title: 'random',
    file: 'random.yaml',
    applications: ['a'],
    start: 'start',
    withinMs: 60_000,
    policy: { levels, floor: draw(2) === 0 ? 'one' : 'two' },
    weaker: [],
    assume: [],
    states,
    properties: [],
    connections: { google: facts, github: facts },
  }
}

/** The same figures out of the checker's own table. */
function explored(flow: FlowDefinition): NaiveResult {
  const setup = { steps, rules: allRules, anyConfiguration: false, interference: [], sessions: [] }
  const { model, explored: found } = search(flow, setup, { states: 200_000, environments: 0 })
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
      fc.property(flows, (flow) => {
        let naive: NaiveResult
        try {
          naive = exploreNaively(flow, steps, pool)
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
