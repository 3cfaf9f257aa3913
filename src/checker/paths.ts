/**
 * Test paths made from a flow: together they take every transition that can be taken, so every outcome,
 * and both sides of every condition.
 *
 * A path is a story from the start to an end, with the facts that it needs; `test` drives it over HTTP.
 */

import type { StepDeclaration } from '../language/declaration.ts'
import type { FlowDefinition } from '../language/flow.ts'
import type { Label } from './compiled.ts'
import { credentialsOf } from './credentials.ts'
import { type Explored, explore } from './explore.ts'
import * as layout from './layout.ts'
import { whatMatters } from './liveness.ts'
import { Model } from './model.ts'
import { allRules } from './rules.ts'
import { baseOf, startOf } from './search.ts'
import { moveOf, nameOf, type StoryMove } from './story.ts'

export interface TestPath {
  readonly version: 1
  /** `thrift-07`: the flow's name and a number that is stable while the flow is. */
  readonly id: string
  readonly flow: string
  readonly moves: readonly StoryMove[]
  /** Where it ends: a state's id, or what the engine makes of it. */
  readonly end: string
  /** What it needs that no browser can do: a dependency that fails, a condition that fails, expiry. */
  readonly needs: readonly ('fault' | 'clock')[]
  /** Transitions that it takes. */
  readonly covers: readonly string[]
}

export interface Coverage {
  readonly transitions: number
  readonly covered: number
  /** Every transition, by the names that paths cover. */
  readonly all: readonly string[]
  /** Transitions that no login of this configuration can take. */
  readonly impossible: readonly string[]
  /** True where the limit was reached before all was seen. */
  readonly limited: boolean
}

export interface Paths {
  readonly paths: readonly TestPath[]
  readonly coverage: Coverage
}

/** One edge of the explored graph. */
export interface Edge {
  readonly from: number
  readonly label: number
  readonly to: number
}

export interface Graph {
  readonly model: Model
  readonly explored: Explored
  readonly edges: readonly (readonly Edge[])[]
}

/** @param statesMax states followed; default 60,000 */
export function generatePaths(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  statesMax = 60_000,
): Paths {
  const graph = wholeGraph(flow, steps, statesMax)
  const onward = shortestToEnd(graph)
  const wanted = new Map<string, Edge>()
  for (const edge of graph.edges.flat()) {
    for (const item of itemsOfEdge(graph, edge)) {
      const known = wanted.get(item)
      if (!known || costOf(graph, edge) < costOf(graph, known)) wanted.set(item, edge)
    }
  }
  const paths: TestPath[] = []
  const covered = new Set<string>()
  // The longest first: on their way they take much of the rest.
  const order = [...wanted].sort(([, a], [, b]) => costOf(graph, b) - costOf(graph, a))
  for (const [item, edge] of order) {
    if (covered.has(item)) continue
    const path = pathThrough(graph, edge, onward, `${flow.name}-${paths.length + 1}`)
    if (!path) continue
    paths.push(path)
    for (const one of path.covers) covered.add(one)
  }
  const all = itemsOf(graph.model)
  return {
    paths,
    coverage: {
      transitions: all.length,
      all,
      covered: all.filter((item) => covered.has(item)).length,
      impossible: all.filter((item) => !wanted.has(item)),
      limited: !graph.explored.complete,
    },
  }
}

/** Everything that can happen, with nothing forgotten and nothing covered. */
export function wholeGraph(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  statesMax: number,
): Graph {
  const model = new Model(flow, {
    steps,
    rules: allRules,
    anyConfiguration: false,
    interference: [],
    sessions: [],
    credentials: credentialsOf([flow], steps),
  })
  const base = baseOf(model)
  const edges: Edge[][] = []
  const explored = explore(
    model,
    [startOf(model, base)],
    { base, whole: false, dead: undefined, keeps: whatMatters(model) },
    { states: statesMax },
    {
      state: () => {},
      alarm: () => {},
      edge: (from, label, to) => {
        if (from < 0) return
        edges[from] ??= []
        edges[from].push({ from, label, to })
      },
    },
    false,
  )
  const all = Array.from({ length: explored.table.size }, (_, id) => edges[id] ?? [])
  return { model, explored, edges: all }
}

/** The name of the transition that a move takes; `undefined` for what is no transition of the flow. */
export function itemOf(model: Model, labelId: number): string | undefined {
  const label = model.labels[labelId]!
  const state = model.states[label.state]?.state.id
  const branch = label.branch ?? 0
  if (label.failed) return `${state}?error`
  switch (label.kind) {
    case 'answer':
    case 'run':
    case 'fault':
      return `${state}.${label.option!.option.id}.${label.outcome}#${branch}`
    case 'wrong':
    case 'cancel':
    case 'none-left':
      return label.outcome ? `${state}.${label.outcome}#${branch}` : undefined
    case 'around':
      return label.branch === undefined ? `${state}?offered` : `${state}?#${branch}`
    case 'decided':
      return `${state}?#${branch}`
    default:
      return undefined
  }
}

/** A transition, and where a connection's settings decide it also that connection's. */
function itemsOfEdge({ model, explored }: Graph, { from, label }: Edge): string[] {
  const item = itemOf(model, label)
  if (item === undefined) return []
  const { kind, option, outcome, caseIndex } = model.labels[label]!
  const chosen = option?.cases.find((one) => one.outcome === outcome && one.index === caseIndex)
  if (kind !== 'run' || !chosen?.needsOfConnection.length) return [item]
  const row = new Int32Array(model.width)
  explored.table.read(from, row)
  return [item, `${item} for ${model.connections[layout.connectionOf(row)]}`]
}

/** Every transition of a flow, by the names that `itemOf` gives. */
function itemsOf(model: Model): string[] {
  return model.states.flatMap(({ state, options, own, skip, decided }) => {
    if (state.kind === 'end') return []
    const many = (name: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${name}#${at}`)
    const fails = [...skip, ...(decided?.branches ?? [])].some(({ decider }) => decider)
    const cases = options.flatMap(({ option, cases: all }) => [
      ...new Set(
        all
          // What is hidden has no transition: it acts as a wrong answer.
          .filter(({ outcome, transition }) => outcome !== 'invalid' && transition)
          .flatMap(({ outcome, transition }) =>
            many(`${state.id}.${option.id}.${outcome}`, transition?.branches.length ?? 1),
          ),
      ),
    ])
    const ofOffer = (['exhausted', 'cancelled', 'unavailable'] as const).flatMap((outcome) =>
      state.kind === 'offer' && own[outcome]
        ? many(`${state.id}.${outcome}`, own[outcome].branches.length)
        : [],
    )
    return [
      ...cases,
      ...ofOffer,
      ...many(`${state.id}?`, skip.length + (decided?.branches.length ?? 0)),
      ...(skip.length > 0 ? [`${state.id}?offered`] : []),
      ...(fails ? [`${state.id}?error`] : []),
    ]
  })
}

function costOf({ explored: { table } }: Graph, { from }: Edge): number {
  return table.cost(from)
}

/** For each state the edge by which an end is nearest, where one can be reached. */
function shortestToEnd(graph: Graph): (Edge | undefined)[] {
  const { model, explored, edges } = graph
  const row = new Int32Array(model.width)
  const before: Edge[][] = edges.map(() => [])
  for (const edge of edges.flat()) {
    if (model.labels[edge.label]!.kind !== 'expire') before[edge.to]!.push(edge)
  }
  const onward: (Edge | undefined)[] = edges.map(() => undefined)
  const queue = edges.flatMap((_, id) => {
    explored.table.read(id, row)
    return isEnd(model, row) ? id : []
  })
  const seen = new Set(queue)
  for (const at of queue) {
    const ranked = before[at]!.toSorted((a, b) => rank(model, a) - rank(model, b))
    for (const edge of ranked) {
      if (seen.has(edge.from)) continue
      seen.add(edge.from)
      onward[edge.from] = edge
      queue.push(edge.from)
    }
  }
  return onward
}

/** What needs no fault is taken first. */
function rank(model: Model, { label }: Edge): number {
  return needsOf(model.labels[label]!).length
}

export function isEnd(model: Model, row: Int32Array): boolean {
  const state = model.states[layout.stateOf(row)]?.state
  if (!state) return true
  if (state.kind !== 'end') return false
  return state.outcome !== 'success' || layout.phaseOf(row) === layout.resting
}

function pathThrough(
  graph: Graph,
  through: Edge,
  onward: readonly (Edge | undefined)[],
  id: string,
): TestPath | undefined {
  const { model, explored } = graph
  const { table } = explored
  const hops: Edge[] = [through]
  for (let at = through.from; table.parent(at) >= 0; at = table.parent(at)) {
    hops.unshift({ from: table.parent(at), label: table.label(at), to: at })
  }
  const row = new Int32Array(model.width)
  const ends = (at: number) => {
    table.read(at, row)
    return isEnd(model, row)
  }
  for (let at = through.to; !ends(at); at = hops.at(-1)!.to) {
    const next = onward[at]
    if (!next) return undefined
    hops.push(next)
  }
  const last = hops.at(-1)!.to
  table.read(last, row)
  const end = nameOf(model, row)
  return {
    version: 1,
    id,
    flow: model.definition.name,
    moves: hops.map((hop) => moveAt(graph, hop)),
    end,
    needs: [...new Set(hops.flatMap(({ label }) => needsOf(model.labels[label]!)))],
    covers: [...new Set(hops.flatMap((hop) => itemsOfEdge(graph, hop)))],
  }
}

function moveAt({ model, explored: { table } }: Graph, { from, label, to }: Edge): StoryMove {
  const [before, after] = [new Int32Array(model.width), new Int32Array(model.width)]
  table.read(from, before)
  table.read(to, after)
  return moveOf(model, before, after, label)
}

function needsOf(label: Label): ('fault' | 'clock')[] {
  if (label.kind === 'expire') return ['clock']
  const failing = label.failed || label.outcome === 'error' || label.outcome === 'timeout'
  const chance = label.option?.cases.find(
    ({ outcome, index }) => outcome === label.outcome && index === label.caseIndex,
  )?.declared.by
  return failing || chance === 'chance' ? ['fault'] : []
}
