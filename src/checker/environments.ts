/**
 * The second explorer: one whole environment at a time.
 *
 * "Always possible" and "inevitable" speak of every world and every account, so what is open must be
 * decided once and for all. An environment begins with everything open; where something open is asked it
 * is split, and both halves are explored anew. What is never asked is never split.
 */
import type { Property } from '../language/flow.ts'
import type { Label } from './compiled.ts'
import { type Explored, explore, type Finding } from './explore.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { reachable, whatMatters } from './liveness.ts'
import type { Model } from './model.ts'
import { isAt } from './properties.ts'
import { Fork, Walk, type WalkOptions } from './walk.ts'

export interface Whole {
  readonly explored: Explored
  readonly base: Row
  readonly edges: readonly (readonly { readonly label: number; readonly to: number }[])[]
}

export interface WholeLimits {
  readonly environments: number
  readonly states: number
}

/** @returns false when a limit was reached: what `visit` has seen is not all */
export function eachEnvironment(
  model: Model,
  startOf: (base: Row) => Row,
  base: Row,
  limits: WholeLimits,
  visit: (whole: Whole) => void,
): boolean {
  const waiting: Row[] = [base]
  const keeps = whatMatters(model)
  const sink = { emit: () => {}, alarm: () => {} }
  const worlds = new Walk(model, { base, whole: false, dead: undefined, keeps }, sink)
  for (let seen = 0; waiting.length > 0; ) {
    const next = waiting.pop()!
    try {
      const whole = exploreWhole(
        model,
        startOf(next),
        { base: next, whole: true, dead: undefined, keeps },
        limits,
      )
      if (++seen > limits.environments || !whole.explored.complete) return false
      visit(whole)
    } catch (thrown) {
      if (!(thrown instanceof Fork)) throw thrown
      if (waiting.length > limits.environments) return false
      for (const part of [...thrown.parts].reverse()) {
        const narrower = next.slice()
        narrower[thrown.word] = part
        if (worlds.consistent(narrower)) waiting.push(narrower)
      }
    }
  }
  return true
}

function exploreWhole(model: Model, start: Row, options: WalkOptions, limits: WholeLimits): Whole {
  const edges: { label: number; to: number }[][] = []
  const explored = explore(
    model,
    [start],
    options,
    limits,
    {
      state: () => {},
      alarm: () => {},
      edge: (from, label, to) => {
        if (from < 0) return
        edges[from] ??= []
        edges[from].push({ label, to })
      },
    },
    false,
  )
  const all = Array.from({ length: explored.table.size }, (_, id) => edges[id] ?? [])
  return { explored, base: options.base, edges: all }
}

/** Ways that giving up, or a failure, would open. */
const givingUp: ReadonlySet<Label['kind']> = new Set(['cancel', 'expire', 'back', 'attack'])

function goesOn(label: Label): boolean {
  if (givingUp.has(label.kind) || label.failed) return false
  return label.outcome !== 'error' && label.outcome !== 'timeout'
}

/** @returns the states from which no goal can be reached without giving up or failing */
export function lost({ explored, edges }: Whole, isGoal: (row: Row) => boolean): Set<number> {
  const { model, table } = explored
  const before: number[][] = edges.map(() => [])
  for (const [from, next] of edges.entries()) {
    for (const { label, to } of next) if (goesOn(model.labels[label]!)) before[to]!.push(from)
  }
  const row = new Int32Array(model.width)
  const goals = edges.flatMap((_, id) => {
    table.read(id, row)
    return isGoal(row) ? id : []
  })
  const saved = new Set(goals)
  for (const at of saved) for (const from of before[at]!) saved.add(from)
  return new Set(edges.flatMap((_, id) => (saved.has(id) ? [] : id)))
}

/** @returns where a promise about going on fails first, in this environment */
export function brokenProgress(
  whole: Whole,
  property: Extract<Property, { from: string }>,
): Finding | undefined {
  const { explored, edges } = whole
  const { model, table } = explored
  const row = new Int32Array(model.width)
  const at = (place: string) => (words: Row) => {
    const state = model.states[layout.stateOf(words)]?.state
    if (!state || !isAt(state, place)) return false
    const success = state.kind === 'end' && state.outcome === 'success'
    return !success || layout.phaseOf(words) === layout.resting
  }
  const failed = lost(whole, at(property.to))
  const from = edges.flatMap((_, id) => {
    table.read(id, row)
    return at(property.from)(row) ? id : []
  })
  const asked =
    property.kind === 'inevitable' ? onward(whole, from, at(property.to)) : new Set(from)
  return cheapest(
    whole,
    [...asked].filter((id) => failed.has(id)),
  )
}

/** States reached by somebody who goes on, until the goal. */
function onward(
  { explored, edges }: Whole,
  from: readonly number[],
  isGoal: (row: Row) => boolean,
) {
  const { model, table } = explored
  const row = new Int32Array(model.width)
  const seen = new Set(from)
  for (const at of seen) {
    table.read(at, row)
    if (isGoal(row)) continue
    for (const { label, to } of edges[at]!) if (goesOn(model.labels[label]!)) seen.add(to)
  }
  return seen
}

/** I-07: from every place where a login rests some end remains. */
export function trapped(whole: Whole): Finding | undefined {
  const { explored, edges } = whole
  const { model, table } = explored
  const isEnd = (words: Row) => {
    const state = model.states[layout.stateOf(words)]
    return !state || state.state.kind === 'end'
  }
  const failed = lost(whole, isEnd)
  const row = new Int32Array(model.width)
  const resting = edges.flatMap((_, id) => {
    table.read(id, row)
    return failed.has(id) && table.followed(id) ? id : []
  })
  return cheapest(whole, resting)
}

/**
 * Whether, by the names of states alone, a login could go round where a session passes every offer. Only
 * then is it worth the while to look at whole environments that begin with one.
 */
export function mayGoRoundBySession(model: Model): boolean {
  const next = model.states.map(({ state, options, own, skip, decided }) => {
    const passed = options
      .filter(
        ({ declaration }) =>
          state.kind === 'run' ||
          (state.kind === 'offer' && !state.fresh && declaration.credential && !declaration.enrols),
      )
      .flatMap(({ cases }) => cases)
      .filter(({ outcome }) => state.kind === 'run' || outcome === 'success')
      .flatMap(({ transition }) => transition?.branches ?? [])
    const left = [own.exhausted, own.unavailable].flatMap((each) => each?.branches ?? [])
    return [...passed, ...left, ...skip, ...(decided?.branches ?? [])].map(({ to }) => to)
  })
  const reaches = reachable(next)
  return next.some((to, from) => to.some((at) => reaches[at]!.has(from)))
}

/** I-09: the engine goes round without asking anyone. */
export function restless(whole: Whole): Finding | undefined {
  const { explored, edges } = whole
  const { model, table } = explored
  const row = new Int32Array(model.width)
  const free = edges.map((next, from) => {
    table.read(from, row)
    const state = model.states[layout.stateOf(row)]
    const asks = state?.state.kind === 'offer' && layout.phaseOf(row) === layout.resting
    return asks || !state || state.state.kind === 'end' ? [] : next
  })
  const done = new Set<number>()
  const path = new Set<number>()
  const cycle = (at: number): number | undefined => {
    if (path.has(at)) return at
    if (done.has(at)) return undefined
    path.add(at)
    for (const { to } of free[at]!) {
      const found = cycle(to)
      if (found !== undefined) return found
    }
    path.delete(at)
    done.add(at)
    return undefined
  }
  for (const at of edges.keys()) {
    const found = cycle(at)
    if (found !== undefined) return cheapest(whole, [found])
  }
  return undefined
}

function cheapest({ explored }: Whole, ids: readonly number[]): Finding | undefined {
  const { table, model } = explored
  const [best] = [...ids].sort((a, b) => table.cost(a) - table.cost(b))
  if (best === undefined) return undefined
  const row = new Int32Array(model.width)
  table.read(best, row)
  return { state: best, label: undefined, cost: table.cost(best), row }
}
