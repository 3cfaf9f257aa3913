/**
 * The second explorer: which whole environments can go on from where.
 *
 * "Always possible" and "inevitable" speak of every world and every account, so what is open must be
 * decided once and for all. A state carries the set of environments that it stands for; where something
 * open is asked, the set is split. Backward from a goal goes, state by state, the set of environments that
 * still come to it: what is left of a state's own set is lost there.
 */
import type { Property } from '../language/flow.ts'
import type { Label } from './compiled.ts'
import { type Cube, minus } from './cubes.ts'
import { type Explored, explore, type Finding } from './explore.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { reachable, whatMatters } from './liveness.ts'
import type { Model } from './model.ts'
import { isAt } from './properties.ts'
import { Walk } from './walk.ts'
import { WordTable } from './word-table.ts'

export interface Whole {
  readonly explored: Explored
  readonly edges: readonly (readonly { readonly label: number; readonly to: number }[])[]
  /** Every state, with its environments behind its words. */
  readonly rows: readonly Row[]
}

/** @param starts rows as the first explorer has them, for any environment of `base` */
export function exploreWhole(
  model: Model,
  starts: readonly Row[],
  base: Row,
  statesMax: number,
): Whole {
  const edges: { label: number; to: number }[][] = []
  const explored = explore(
    model,
    starts.map((start) => Int32Array.of(...start, ...base.subarray(layout.firstVariable))),
    { base, whole: true, dead: undefined, keeps: whatMatters(model) },
    { states: statesMax },
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
  const { table } = explored
  const rows = Array.from({ length: table.size }, (_, id) => {
    const row = new Int32Array(table.width)
    table.read(id, row)
    return row
  })
  return { explored, rows, edges: rows.map((_, id) => edges[id] ?? []) }
}

/** How many sets of environments were told apart. */
export function environmentsOf({ explored, rows }: Whole): number {
  const told = new WordTable(explored.model.variables.list.length)
  for (const row of rows) told.number(cubeOf(explored.model, row))
  return told.size
}

/** Ways that giving up, or a failure, would open. */
const givingUp: ReadonlySet<Label['kind']> = new Set(['cancel', 'expire', 'back', 'attack'])

function goesOn(label: Label): boolean {
  if (givingUp.has(label.kind) || label.failed) return false
  return label.outcome !== 'error' && label.outcome !== 'timeout'
}

/**
 * @returns the states from which, in some environment, no goal can be reached without giving up or
 * failing; each narrowed to environments where that is so
 */
function lost({ explored, rows, edges }: Whole, isGoal: (row: Row) => boolean): Map<number, Row> {
  const { model } = explored
  const before: number[][] = rows.map(() => [])
  for (const [from, next] of edges.entries()) {
    for (const { label, to } of next) if (goesOn(model.labels[label]!)) before[to]!.push(from)
  }
  const saved = rows.map((row) => new Saved(cubeOf(model, row)))
  const waiting = rows.flatMap((row, id) => (isGoal(row) ? id : []))
  for (const id of waiting) saved[id]!.add(saved[id]!.whole)
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const from of before[id]!) {
      let more = false
      for (const cube of saved[id]!.cubes) more = saved[from]!.add(cube) || more
      if (more) waiting.push(from)
    }
  }
  const worlds = new Worlds(explored)
  return new Map(
    saved.flatMap((of, id): [number, Row][] => {
      const rest = of.rest.find((cube) => worlds.canBe(cube))
      return rest ? [[id, narrowed(model, rows[id]!, rest)]] : []
    }),
  )
}

/** The environments of one state that come to a goal, as far as they are known. */
class Saved {
  readonly whole: Cube
  cubes: Cube[] = []
  /** Those that do not, in cubes that have nothing in common. */
  rest: Cube[]

  constructor(whole: Cube) {
    this.whole = whole
    this.rest = [whole]
  }

  /** @returns whether that is news */
  add(cube: Cube): boolean {
    if (this.rest.length === 0) return false
    const rest = this.rest.flatMap((one) => minus(one, cube))
    const same = rest.length === this.rest.length && rest.every((one, at) => one === this.rest[at])
    if (same) return false
    this.rest = rest
    if (rest.length === 0) this.cubes = [this.whole]
    else this.cubes.push(cube)
    return true
  }
}

/** Which worlds there can be at all. */
export class Worlds {
  readonly #walk: Walk

  constructor({ model, options }: Explored) {
    const sink = { emit: () => {}, alarm: () => {} }
    this.#walk = new Walk(model, { ...options, whole: false }, sink)
  }

  canBe(cube: Cube): boolean {
    const row = new Int32Array(this.#walk.length)
    row.set(cube, layout.firstVariable)
    return this.#walk.consistent(row)
  }
}

function cubeOf(model: Model, row: Row): Cube {
  return row.subarray(model.width)
}

function narrowed(model: Model, row: Row, to: Cube): Row {
  const narrow = row.slice()
  for (const [at, is] of to.entries()) {
    const [word, behind] = [layout.firstVariable + at, model.width + at]
    if (row[word] === row[behind]) narrow[word] = is
    narrow[behind] = is
  }
  return narrow
}

/** @returns where a promise about going on fails first, in some environment */
export function brokenProgress(
  whole: Whole,
  property: Extract<Property, { from: string }>,
): Finding | undefined {
  const { rows } = whole
  const { model } = whole.explored
  const at = (place: string) => (words: Row) => {
    const state = model.states[layout.stateOf(words)]?.state
    if (!state || !isAt(state, place)) return false
    const success = state.kind === 'end' && state.outcome === 'success'
    return !success || layout.phaseOf(words) === layout.resting
  }
  const failed = lost(whole, at(property.to))
  const from = rows.flatMap((row, id) => (at(property.from)(row) ? id : []))
  const asked =
    property.kind === 'inevitable' ? onward(whole, from, at(property.to)) : new Set(from)
  return cheapest(whole, failed, (id) => asked.has(id))
}

/** States reached by somebody who goes on, until the goal. */
function onward(
  { explored, rows, edges }: Whole,
  from: readonly number[],
  isGoal: (row: Row) => boolean,
) {
  const seen = new Set(from)
  for (const at of seen) {
    if (isGoal(rows[at]!)) continue
    for (const { label, to } of edges[at]!) if (goesOn(explored.model.labels[label]!)) seen.add(to)
  }
  return seen
}

/** I-07: from every place where a login rests some end remains. */
export function trapped(whole: Whole): Finding | undefined {
  const { model, table } = whole.explored
  const isEnd = (words: Row) => {
    const state = model.states[layout.stateOf(words)]
    return !state || state.state.kind === 'end'
  }
  return cheapest(whole, lost(whole, isEnd), (id) => table.followed(id))
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

/** I-09: the engine goes round without asking anyone. On a cycle nothing is learnt. */
export function restless(whole: Whole): Finding | undefined {
  const { explored, rows, edges } = whole
  const free = edges.map((next, from) => {
    const row = rows[from]!
    const state = explored.model.states[layout.stateOf(row)]
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
    if (found !== undefined) return cheapest(whole, new Map([[found, rows[found]!]]), () => true)
  }
  return undefined
}

function cheapest(
  { explored: { table } }: Whole,
  found: ReadonlyMap<number, Row>,
  counts: (id: number) => boolean,
): Finding | undefined {
  const [best] = [...found.keys()].filter(counts).sort((a, b) => table.cost(a) - table.cost(b))
  if (best === undefined) return undefined
  return { state: best, label: undefined, cost: table.cost(best), row: found.get(best)! }
}
