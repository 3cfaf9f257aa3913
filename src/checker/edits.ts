/** Single edits of a flow: what a tired author, or an attacker with a pull request, might change. */
import { readCondition } from '../language/conditions.ts'
import type {
  Branch,
  Condition,
  FlowDefinition,
  OfferState,
  State,
  Transition,
  TransitionKey,
} from '../language/flow.ts'

export interface Edit {
  readonly operator: string
  /** What was changed, and where. */
  readonly text: string
  readonly flow: FlowDefinition
  /** The transition that was edited, as paths name it; absent for other edits. */
  readonly transition?: string
}

export function editsOf(flow: FlowDefinition): Edit[] {
  return [
    ...Object.values(flow.states).flatMap((state) => [
      ...retargets(flow, state),
      ...conditions(flow, state),
      ...ofOffer(flow, state),
      ...dropped(flow, state),
      ...swapped(flow, state),
    ]),
    ...ofPolicy(flow),
    ...ofConnections(flow),
    ...ofTime(flow),
  ]
}

function withState(flow: FlowDefinition, state: State): FlowDefinition {
  return { ...flow, states: { ...flow.states, [state.id]: state } }
}

type Lists = readonly {
  readonly key: TransitionKey | 'skip' | 'branches'
  readonly list: Transition
}[]

function listsOf(state: State): Lists {
  if (state.kind === 'end') return []
  const on = Object.entries(state.on).map(([key, list]) => ({ key: key as TransitionKey, list }))
  if (state.kind === 'offer') return [...on, { key: 'skip', list: state.skip }]
  return state.kind === 'decide' ? [...on, { key: 'branches', list: state.branches }] : on
}

function withList(state: State, key: Lists[number]['key'], list: Transition): State {
  if (state.kind === 'offer' && key === 'skip') return { ...state, skip: list }
  if (state.kind === 'decide' && key === 'branches') return { ...state, branches: list }
  if (state.kind === 'end') return state
  return { ...state, on: { ...state.on, [key]: list } }
}

function withBranch(list: Transition, at: number, branch: Branch | undefined): Transition {
  return list.flatMap((one, index) => (index === at ? (branch ? [branch] : []) : [one]))
}

/** Each edge to the success, to a failure, and to the neighbour of its target. */
function retargets(flow: FlowDefinition, state: State): Edit[] {
  const ids = Object.keys(flow.states).filter((id) => !id.startsWith('on:'))
  return listsOf(state).flatMap(({ key, list }) =>
    list.flatMap((branch, at) => {
      const next = ids[(ids.indexOf(branch.to) + 1) % ids.length]!
      const ends = ids.filter((id) => flow.states[id]!.kind === 'end')
      const targets = new Set([next, ...ends.slice(0, 2), flow.start])
      targets.delete(branch.to)
      return [...targets].map((to) => ({
        operator: 'retarget',
        text: `${state.id}, ${key}: to ${to} instead of ${branch.to}`,
        transition:
          key === 'skip' || key === 'branches' ? `${state.id}?#${at}` : `${state.id}.${key}#${at}`,
        flow: withState(flow, withList(state, key, withBranch(list, at, { ...branch, to }))),
      }))
    }),
  )
}

function conditions(flow: FlowDefinition, state: State): Edit[] {
  return listsOf(state).flatMap(({ key, list }) => {
    const edits = list.flatMap((branch, at) => {
      if (!branch.when) return []
      const changed = rewritten(branch.when).map(({ operator, when }) => ({
        operator,
        text: `${state.id}, ${key}: \`${when.source}\` instead of \`${branch.when!.source}\``,
        flow: withState(flow, withList(state, key, withBranch(list, at, { ...branch, when }))),
      }))
      const gone = {
        operator: key === 'skip' ? 'drop a skip' : 'drop a branch',
        text: `${state.id}, ${key}: without the branch to ${branch.to}`,
        flow: withState(flow, withList(state, key, withBranch(list, at, undefined))),
      }
      return [...changed, gone]
    })
    const swapped = list.slice(1).flatMap((branch, at) => {
      const before = list[at]!
      if (!branch.when || !before.when) return []
      const order = [...list.slice(0, at), branch, before, ...list.slice(at + 2)]
      return [
        {
          operator: 'reorder',
          text: `${state.id}, ${key}: branches ${at + 1} and ${at + 2} the other way round`,
          flow: withState(flow, withList(state, key, order)),
        },
      ]
    })
    return [...edits, ...swapped]
  })
}

/** A condition negated, each side of its `&&` and `||` dropped, each joined the other way. */
function rewritten(condition: Condition): { operator: string; when: Condition }[] {
  const { source } = condition
  const made = [{ operator: 'negate', source: `!(${source})` }]
  for (const join of ['&&', '||']) {
    const parts = source.split(` ${join} `)
    if (parts.length < 2) continue
    for (const at of parts.keys()) {
      const kept = parts.filter((_, index) => index !== at).join(` ${join} `)
      made.push({ operator: 'drop an atom', source: kept })
    }
    made.push({ operator: 'widen', source: parts.join(join === '&&' ? ' || ' : ' && ') })
  }
  return made.flatMap(({ operator, source: text }) => {
    const read = readCondition(text)
    if (!('predicate' in read)) return []
    return [{ operator, when: { ...condition, source: text, reads: read.predicate.reads } }]
  })
}

function ofOffer(flow: FlowDefinition, state: State): Edit[] {
  if (state.kind !== 'offer') return []
  const edit = (operator: string, text: string, changed: Partial<OfferState>): Edit => ({
    operator,
    text: `${state.id}: ${text}`,
    flow: withState(flow, { ...state, ...changed }),
  })
  const others = Object.keys(flow.connections)
  return [
    ...(state.options.length > 1
      ? state.options.map((option) =>
          edit('drop an option', `without ${option.id}`, {
            options: state.options.filter((one) => one !== option),
          }),
        )
      : []),
    ...[1, state.attempts + 5]
      .filter((attempts) => attempts !== state.attempts)
      .map((attempts) =>
        edit('attempts', `${attempts} instead of ${state.attempts}`, { attempts }),
      ),
    ...state.options.flatMap((option, at) => {
      const other = others.find((id) => id !== option.connection)
      if (!option.connection || !other) return []
      const options = state.options.with(at, { ...option, connection: other })
      return [edit('connection', `${option.id} goes to ${other}`, { options })]
    }),
  ]
}

/** A state taken out: whatever led to it leads on to where its first outcome led. */
function dropped(flow: FlowDefinition, state: State): Edit[] {
  if (state.kind === 'end' || state.id === flow.start) return []
  const onward = listsOf(state).find(
    ({ key, list }) => key.endsWith('success') || (key === 'branches' && list.length > 0),
  )
  const to = onward?.list.at(-1)?.to
  if (to === undefined || to === state.id) return []
  const { [state.id]: _, ...rest } = flow.states
  const states = Object.entries(rest).map(([id, one]) => [
    id,
    listsOf(one).reduce(
      (changed, { key, list }) =>
        withList(
          changed,
          key,
          list.map((branch) => (branch.to === state.id ? { ...branch, to } : branch)),
        ),
      one,
    ),
  ])
  const text = `without ${state.id}`
  return [{ operator: 'drop a state', text, flow: { ...flow, states: Object.fromEntries(states) } }]
}

/** Two states that follow each other, the other way round: each is entered where the other was. */
function swapped(flow: FlowDefinition, state: State): Edit[] {
  const next = listsOf(state)
    .find(({ key }) => key.endsWith('success'))
    ?.list.at(-1)?.to
  const other = next === undefined ? undefined : flow.states[next]
  const after =
    other &&
    listsOf(other)
      .find(({ key }) => key.endsWith('success'))
      ?.list.at(-1)?.to
  if (!other || after === undefined || other.id === state.id || state.id === flow.start) return []
  const led = (one: State, to: (id: string) => string): State =>
    listsOf(one).reduce<State>(
      (changed, { key, list }) =>
        withList(
          changed,
          key,
          list.map((branch) => ({ ...branch, to: to(branch.to) })),
        ),
      one,
    )
  const states = Object.values(flow.states).map((one) => {
    if (one.id === state.id) return led(one, (id) => (id === other.id ? after : id))
    if (one.id === other.id) return led(one, (id) => (id === after ? state.id : id))
    return led(one, (id) => (id === state.id ? other.id : id))
  })
  return [
    {
      operator: 'swap neighbours',
      text: `${other.id} before ${state.id}`,
      flow: { ...flow, states: Object.fromEntries(states.map((one) => [one.id, one])) },
    },
  ]
}

function ofPolicy(flow: FlowDefinition): Edit[] {
  const { levels, floor } = flow.policy
  return levels
    .filter(({ acr }) => acr !== floor)
    .map(({ acr }) => ({
      operator: 'floor',
      text: `floor ${acr} instead of ${floor}`,
      flow: { ...flow, policy: { ...flow.policy, floor: acr } },
    }))
}

function ofConnections(flow: FlowDefinition): Edit[] {
  return Object.entries(flow.connections).map(([id, facts]) => ({
    operator: 'jit',
    text: `jit ${!facts.jit} for ${id}`,
    flow: { ...flow, connections: { ...flow.connections, [id]: { ...facts, jit: !facts.jit } } },
  }))
}

function ofTime(flow: FlowDefinition): Edit[] {
  return [
    {
      operator: 'within',
      text: 'ten times as long',
      flow: { ...flow, withinMs: flow.withinMs * 10 },
    },
  ]
}
