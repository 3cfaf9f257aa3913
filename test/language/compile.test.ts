import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  branchesFor,
  type CompiledFlow,
  compile,
  everyCondition,
  type FlowEvent,
  move,
} from '../../src/language/compile.ts'
import type { Truth } from '../../src/language/conditions.ts'
import type { FlowDefinition, Transition, TransitionKey } from '../../src/language/flow.ts'
import { defined, shop } from './small.ts'

const definition = defined(
  shop(
    `
  door:
    skip:
      - { when: proofs.phishingResistant, to: in, because: as strong as it gets }
      - { when: proofs.factors >= 2, to: sorted, because: twice is enough }
    offer: [knock, north]
    on:
      success: sorted
      unknown: settle
      denied: out
      exhausted: out
  settle: { run: settle, on: { success: sorted, disabled: out, error: broken } }
  sorted:
    decide:
      - { when: account.new, to: more }
      - { when: "'staff' in account.groups", to: more, because: staff }
      - { to: in }
    on: { error: broken }
  more:
    offer: [{ code: { skew: 2 } }]
    on:
      success: [{ when: proofs.factors >= 2, to: in }, { to: out }]
      unavailable: in
      exhausted: out
  in: { end: success }
  broken: { end: failure, error: server_error }
  out: { end: failure, error: access_denied }`,
    'properties: [{ name: p, at: success, holds: proofs.factors >= 1 }]\nassume: [identity.emailVerified]',
  ),
)
const flow = compile(definition)
const go = (position: string, type: TransitionKey, ...decided: Truth[]) =>
  move(flow, position, { type, decided })

describe('a machine', () => {
  it('begins where the flow begins, before what may be skipped', () => {
    assert.equal(flow.initial, 'door?')
  })

  it('takes the first branch that is true, else the last', () => {
    assert.equal(go('sorted', 'decided', 'true', 'true'), 'more')
    assert.equal(go('sorted', 'decided', 'false', 'true'), 'more')
    assert.equal(go('sorted', 'decided', 'false', 'false'), 'in')
    assert.equal(go('more', 'code.success', 'true'), 'in')
    assert.equal(go('more', 'code.success', 'false'), 'out')
  })

  it("takes the state's error for an error before the first truth, and for no later one", () => {
    assert.equal(go('sorted', 'decided', 'error', 'true'), 'broken')
    assert.equal(go('sorted', 'decided', 'false', 'error'), 'broken')
    assert.equal(go('sorted', 'decided', 'true', 'error'), 'more')
    assert.equal(go('more', 'code.success', 'error'), 'on:error')
  })

  it('never lets an error skip anything: it does not even reach the offer', () => {
    assert.equal(go('door?', 'decided', 'error', 'true'), 'on:error')
    assert.equal(go('door?', 'decided', 'true', 'error'), 'in')
    assert.equal(go('door?', 'decided', 'false', 'true'), 'sorted')
    assert.equal(go('door?', 'decided', 'false', 'false'), 'door')
  })

  it('says which conditions an event needs decided', () => {
    const sources = (position: string, key: TransitionKey) =>
      branchesFor(flow, position, key).map(({ when, to }) => `${when?.source ?? 'else'}: ${to}`)
    assert.deepEqual(sources('sorted', 'decided'), [
      'account.new: more',
      "'staff' in account.groups: more",
      'else: in',
    ])
    assert.deepEqual(sources('door?', 'decided').at(-1), 'else: door')
    assert.deepEqual(sources('more', 'code.success'), ['proofs.factors >= 2: in', 'else: out'])
    assert.deepEqual(sources('more', 'code.invalid'), [])
    assert.deepEqual(sources('nowhere', 'decided'), [])
  })

  it('goes back from an offer to another one, past its skip, and nowhere else', () => {
    assert.equal(move(flow, 'more', { type: 'back', to: 'door' }), 'door')
    for (const to of ['door?', 'settle', 'sorted', 'in', 'more', 'nowhere', '__proto__']) {
      assert.equal(move(flow, 'more', { type: 'back', to }), undefined, to)
    }
    assert.equal(move(flow, 'in', { type: 'back', to: 'door' }), undefined)
    assert.equal(move(flow, 'settle', { type: 'back', to: 'door' }), undefined)
  })

  it('never believes a position or an event that it does not have', () => {
    const positions = [
      '',
      'nowhere',
      'DOOR',
      'door??',
      'sorted?',
      '__proto__',
      'constructor',
      '#shop',
      'shop.door',
    ]
    for (const position of positions) assert.equal(go(position, 'cancelled'), undefined, position)
    const events = [
      'xstate.init',
      'xstate.done.state.shop',
      'xstate.stop',
      '*',
      'knock.*',
      'decided',
      'back',
      '',
    ]
    for (const type of events) assert.equal(go('door', type as TransitionKey), undefined, type)
    for (const end of ['in', 'out', 'broken']) {
      assert.equal(go(end, 'cancelled'), undefined, 'an end is left')
    }
  })

  it('moves by no event whose conditions have not all been decided', () => {
    assert.equal(go('sorted', 'decided', 'true'), undefined)
    assert.equal(go('sorted', 'decided'), undefined)
    assert.equal(go('sorted', 'decided', 'true', 'true', 'true'), undefined)
    assert.equal(go('door', 'knock.success', 'true'), undefined)
  })

  it('holds a predicate for every condition of the flow', () => {
    const sources = new Set(everyCondition(definition).map(({ source }) => source))
    assert.deepEqual(new Set(flow.conditions.keys()), sources)
    assert.ok(sources.has('identity.emailVerified') && sources.has('proofs.factors >= 1'))
  })

  it('is made of a stored definition as of a fresh one', () => {
    const again = compile(JSON.parse(JSON.stringify(definition)) as FlowDefinition)
    assert.equal(again.digest, flow.digest)
    assert.deepEqual(table(again), table(flow))
  })
})

/** Every move of a machine: position, event, next. */
function table(compiled: CompiledFlow): readonly string[] {
  const truths: readonly Truth[] = ['true', 'false', 'error']
  return [...compiled.nodes.values()].flatMap(({ position, transitions }) =>
    [...transitions].flatMap(([type, branches]) =>
      combinations(truths, branches.filter(({ when }) => when).length).map((decided) => {
        const event: FlowEvent = { type, decided }
        return `${position} ${type} ${decided.join()} ${move(compiled, position, event)}`
      }),
    ),
  )
}

function combinations<T>(values: readonly T[], length: number): readonly (readonly T[])[] {
  if (length === 0) return [[]]
  return combinations(values, length - 1).flatMap((rest) => values.map((value) => [...rest, value]))
}

describe('the machine and the definition', () => {
  it('agree on every move: the definition read by hand is the oracle', () => {
    const at = (id: string) => (flow.nodes.has(`${id}?`) ? `${id}?` : id)
    const expected = (branches: Transition, decided: readonly Truth[], position: string) => {
      let index = 0
      for (const { when, to } of branches) {
        const target = position === `${to}?` ? to : at(to)
        if (!when) return target
        const truth = decided[index]
        index += 1
        if (truth === 'true') return target
        if (truth === 'error') {
          const state = flow.nodes.get(position)!.state
          return state.kind === 'end' ? undefined : at(state.on.error[0]!.to)
        }
      }
      return undefined
    }
    for (const { position, transitions } of flow.nodes.values()) {
      for (const [type, branches] of transitions) {
        const asked = branches.filter(({ when }) => when).length
        for (const decided of combinations<Truth>(['true', 'false', 'error'], asked)) {
          const to = move(flow, position, { type, decided })
          assert.equal(to, expected(branches, decided, position), `${position} ${type} ${decided}`)
          assert.ok(flow.nodes.has(to!))
        }
      }
    }
  })

  it('never leave the nodes, whatever is sent', () => {
    const position = fc.oneof(fc.constantFrom(...flow.nodes.keys()), fc.string())
    const type = fc.oneof(
      fc.constantFrom(...[...flow.nodes.values()].flatMap((node) => [...node.transitions.keys()])),
      fc.string(),
    )
    const decided = fc.array(fc.constantFrom<Truth>('true', 'false', 'error'), { maxLength: 3 })
    fc.assert(
      fc.property(position, type, decided, (from, key, truths) => {
        const to = move(flow, from, { type: key as TransitionKey, decided: truths })
        assert.ok(to === undefined || flow.nodes.has(to))
      }),
      { numRuns: 2000 },
    )
  })
})
