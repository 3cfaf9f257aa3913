/** Ways round and round that never ask anyone anything: a login would not come to rest (I-09). */
import type { Findings } from './findings.ts'
import type { State, Transition } from './flow.ts'

export function reportCycles(states: ReadonlyMap<string, State>, findings: Findings): void {
  const edges = new Map<string, readonly string[]>()
  for (const state of states.values()) for (const [from, to] of restless(state)) edges.set(from, to)
  const target = (id: string) => (edges.has(`${id}?`) ? `${id}?` : id)
  const done = new Set<string>()
  for (const start of edges.keys()) {
    const cycle = findCycle(start, edges, target, done)
    const state = cycle && states.get(cycle[0]!.replace(/\?$/, ''))
    if (cycle === undefined || state === undefined) continue
    const way = [...cycle, cycle[0]].map((id) => id?.replace(/\?$/, '')).join(' -> ')
    const message = `this goes round without ever asking anyone: ${way}`
    const hint = 'let one of these states offer something, or lead one of them to an end'
    findings.report('cycle-without-rest', state.place, message, hint)
  }
}

/** What follows on a place where nobody is asked. Of an offer: its ways around, and having no option. */
function restless(state: State): readonly [string, readonly string[]][] {
  if (state.kind === 'end') return []
  if (state.kind === 'decide') {
    return [[state.id, [...targets(state.branches), ...leaving(state)]]]
  }
  if (state.kind === 'run') return [[state.id, leaving(state)]]
  const none: [string, readonly string[]] = [state.id, targets(state.on.unavailable ?? [])]
  return state.skip.length === 0
    ? [none]
    : [none, [`${state.id}?`, [...targets(state.skip), state.id]]]
}

function leaving(state: Exclude<State, { kind: 'end' }>): readonly string[] {
  return Object.values(state.on).flatMap(targets)
}

function targets(transition: Transition): readonly string[] {
  return transition.map(({ to }) => to)
}

/** Depth first, without recursion. @param done what has been looked at; grows */
function findCycle(
  start: string,
  edges: ReadonlyMap<string, readonly string[]>,
  target: (id: string) => string,
  done: Set<string>,
): readonly string[] | undefined {
  const path: { readonly id: string; readonly next: string[] }[] = []
  const enter = (id: string, from: string | undefined) => {
    // Past a skip that was not taken, the offer itself is entered.
    const next = (edges.get(id) ?? []).map((to) => (`${to}?` === id ? to : target(to)))
    if (id !== from) path.push({ id, next: [...next] })
  }
  if (!done.has(start)) enter(start, undefined)
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const to = top.next.pop()
    if (to === undefined) {
      done.add(top.id)
      path.pop()
      continue
    }
    const at = path.findIndex(({ id }) => id === to)
    if (at >= 0) {
      for (const { id } of path) done.add(id)
      return path.slice(at).map(({ id }) => id)
    }
    if (!done.has(to) && edges.has(to)) enter(to, undefined)
  }
  return undefined
}
