import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { getAdjacencyMap } from 'xstate/graph'
import { branchesOf, reachable } from '../../src/checker/liveness.ts'
import { Model } from '../../src/checker/model.ts'
import { allRules } from '../../src/checker/rules.ts'
import { branchesFor, compile } from '../../src/language/compile.ts'
import type { StepDeclaration } from '../../src/language/declaration.ts'
import type { FlowDefinition, TransitionKey } from '../../src/language/flow.ts'
import { inOrderOfText } from '../../src/language/nearest.ts'
import { loadSmall } from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'
import { engineRows } from './corpus/engines.ts'
import { flowRows } from './corpus/flows.ts'
import { shippedFlows } from './oracle/named.ts'
import { randomFlows, randomSteps } from './random.ts'

// The checker's tables against the machine that the engine runs, walked by xstate's own explorer.
describe('the machine that runs', () => {
  it('has the states and the transitions that the checker explores, in every flow of the corpus', () => {
    for (const { flow } of [...flowRows, ...engineRows]) agrees(loadSmall(flow), testSteps)
  })

  it('has them in every flow that is shipped', () => {
    for (const { flow, steps } of shippedFlows()) agrees(flow, steps)
  })

  it('has them in 100 random flows', () => {
    const compares = fc.property(randomFlows, (flow) => agrees(flow, randomSteps))
    fc.assert(compares, { numRuns: 100, seed: 20261121, endOnFailure: true })
  })
})

/** States are counted as well: an end that nothing leads to is in no pair. */
function agrees(definition: FlowDefinition, steps: readonly StepDeclaration[]): void {
  const [machine, model] = [ofMachine(definition), ofModel(definition, steps)]
  assert.deepEqual(machine, model)
  const states = (pairs: readonly string[]) =>
    new Set(pairs.flatMap((pair) => pair.split(' '))).size
  assert.equal(states(machine), states(model))
}

/** Pairs of states with a transition between them, out of what xstate can reach. */
function ofMachine(definition: FlowDefinition): string[] {
  const compiled = compile(definition)
  const plain = (position: string) => position.replace(/\?$/, '')
  const map = getAdjacencyMap(compiled.machine, {
    events: (snapshot: { value: unknown }) => eventsAt(compiled, String(snapshot.value)),
  } as never)
  const pairs = new Set<string>()
  for (const { state, transitions } of Object.values(map)) {
    const from = String((state as { value: unknown }).value)
    for (const { event, state: next } of Object.values(
      transitions as Record<string, { event: unknown; state: unknown }>,
    )) {
      const can = (state as { can(event: unknown): boolean }).can(event)
      const to = String((next as { value: unknown }).value)
      // Past a skip that nothing took, the offer itself is entered.
      if (can && to !== plain(from)) pairs.add(`${plain(from)} ${plain(to)}`)
      else if (can && from === to) pairs.add(`${from} ${to}`)
    }
  }
  return [...pairs].sort(inOrderOfText)
}

function eventsAt(compiled: ReturnType<typeof compile>, position: string) {
  const keys = [...(compiled.nodes.get(position)?.transitions.keys() ?? [])]
  return keys.flatMap((type: TransitionKey) => {
    const asked = branchesFor(compiled, position, type).filter(({ when }) => when).length
    const truths = ['true', 'false', 'error'] as const
    const all = Array.from({ length: asked }).reduce<string[][]>(
      (lists) => lists.flatMap((list) => truths.map((truth) => [...list, truth])),
      [[]],
    )
    return all.map((decided) => ({ type, decided }))
  })
}

function ofModel(definition: FlowDefinition, steps: readonly StepDeclaration[]): string[] {
  const model = new Model(definition, {
    steps,
    rules: allRules,
    anyConfiguration: false,
    interference: [],
    sessions: [],
  })
  const next = model.states.map((state) => branchesOf(state).map(({ to }) => to))
  const reached = reachable(next)[model.indexOf(definition.start)]!
  const pairs = [...reached].flatMap((from) =>
    next[from]!.map((to) => `${model.states[from]!.state.id} ${model.states[to]!.state.id}`),
  )
  return [...new Set(pairs)].sort(inOrderOfText)
}
