/** A flow as a graph to draw: places, and the ways between them with what they are taken for. */
import type { Branch, FlowDefinition, State, Transition } from '../language/flow.ts'

export interface GraphNode {
  readonly id: string
  readonly kind: State['kind']
  /** Lines of text; the first is the name. */
  readonly lines: readonly string[]
  readonly success: boolean
  readonly start: boolean
  /** On the way that is shown. */
  readonly onPath: boolean
  /** Where the way that is shown stands. */
  readonly here: boolean
}

/** A way through a flow: of a witness, or of a login. */
export interface Way {
  readonly moves: readonly { readonly state: string; readonly to: string }[]
  /** The state that it rests in. Absent: it is told to its end. */
  readonly here?: string
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly lines: readonly string[]
  /** A named way around a credential step. */
  readonly around: boolean
  readonly onPath: boolean
}

export interface FlowGraph {
  readonly name: string
  readonly title: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** The ends that every flow has of itself are left out, and what leads to them. */
export function graphOf(flow: FlowDefinition, path?: Way): FlowGraph {
  const states = Object.values(flow.states).filter(({ id }) => !isOwn(id))
  const passed = new Set(path?.moves.flatMap(({ state, to }) => [state, to]))
  const hops = new Set(path?.moves.map(({ state, to }) => `${state} ${to}`))
  return {
    name: flow.name,
    title: flow.title,
    nodes: states.map((state) => ({
      id: state.id,
      kind: state.kind,
      lines: linesOf(state),
      success: state.kind === 'end' && state.outcome === 'success',
      start: state.id === flow.start,
      onPath: passed.has(state.id),
      here: state.id === path?.here,
    })),
    edges: states.flatMap((state) =>
      edgesOf(state).map((edge) => ({ ...edge, onPath: hops.has(`${edge.from} ${edge.to}`) })),
    ),
  }
}

export const isOwn = (id: string): boolean => id.startsWith('on:')

function linesOf(state: State): string[] {
  if (state.kind === 'offer') return [state.id, state.options.map(({ id }) => id).join(' · ')]
  if (state.kind === 'run') return [state.id, `runs ${state.option.id}`]
  if (state.kind === 'decide') return [state.id, 'decides']
  return [state.id, state.error ?? state.outcome]
}

/** One edge for each pair of places, and one of its own for a way around. */
function edgesOf(state: State): Omit<GraphEdge, 'onPath'>[] {
  if (state.kind === 'end') return []
  const found = new Map<string, { to: string; around: boolean; lines: string[] }>()
  const add = (branch: Branch, name: string, around: boolean) => {
    if (isOwn(branch.to)) return
    const key = `${branch.to} ${around}`
    const edge = found.get(key) ?? { to: branch.to, around, lines: [] }
    edge.lines.push([name, ...(branch.when ? [`[${branch.when.source}]`] : [])].join(' ').trim())
    found.set(key, edge)
  }
  const all = (list: Transition, name: string, around = false) => {
    for (const branch of list) add(branch, around ? (branch.because ?? name) : name, around)
  }
  if (state.kind === 'offer') all(state.skip, 'skip', true)
  if (state.kind === 'decide') all(state.branches, '')
  for (const [key, list] of Object.entries(state.on)) all(list, key)
  return [...found.values()].map((edge) => ({ ...edge, from: state.id, lines: joined(edge.lines) }))
}

/** `password.success` and `google.success` to one place are one line. */
function joined(lines: readonly string[]): string[] {
  const byOutcome = Map.groupBy(new Set(lines), (line) => {
    const [, outcome] = /^[^\s.]+\.([a-z]+)$/.exec(line) ?? []
    return outcome ?? line
  })
  return [...byOutcome].map(([outcome, group]) => {
    const names = group.filter((line) => line !== outcome).map((line) => line.split('.')[0])
    if (group.length < 2 || names.length === 0) return group[0]!
    return names.length < group.length ? outcome : `${outcome} (${names.join(', ')})`
  })
}
