/** Single edits of a flow: what a tired author, or an attacker with a pull request, might change. */
import type {
  Branch,
  FlowDefinition,
  OfferState,
  Option,
  State,
  Transition,
  TransitionKey,
} from '../language/flow.ts'
import { editsOfCondition, operators as ofConditions } from './edit-conditions.ts'
import { optionsOf } from './flow-parts.ts'

export interface Edit {
  readonly operator: Operator
  /** What was changed, and where. */
  readonly text: string
  readonly flow: FlowDefinition
  /** The transition that was edited, as paths name it; absent for other edits. */
  readonly transition?: string
}

/** All of them, by name, in the order in which they are made. */
export const operators = [
  'retarget',
  ...ofConditions,
  'drop a skip',
  'drop a branch',
  'reorder',
  'drop a rule',
  'error',
  'drop an option',
  'attempts',
  'connection',
  'drop a state',
  'swap neighbours',
  'floor',
  'jit',
  'within',
] as const
export type Operator = (typeof operators)[number]

export function editsOf(flow: FlowDefinition): Edit[] {
  return [
    ...Object.values(flow.states).flatMap((state) => [
      ...retargets(flow, state),
      ...conditions(flow, state),
      ...rules(flow, state),
      ...failing(flow, state),
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
      const changed = editsOfCondition(branch.when).map(({ operator, when }) => ({
        operator,
        text: `${state.id}, ${key}: \`${when.source}\` instead of \`${branch.when!.source}\``,
        flow: withState(flow, withList(state, key, withBranch(list, at, { ...branch, when }))),
      }))
      const gone = {
        operator: key === 'skip' ? ('drop a skip' as const) : ('drop a branch' as const),
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
          operator: 'reorder' as const,
          text: `${state.id}, ${key}: branches ${at + 1} and ${at + 2} the other way round`,
          flow: withState(flow, withList(state, key, order)),
        },
      ]
    })
    return [...edits, ...swapped]
  })
}

/** The conditions by which a step gives something. */
function rules(flow: FlowDefinition, state: State): Edit[] {
  return optionsOf(state).flatMap((option) =>
    Object.entries(option.params).flatMap(([name, literal]) => {
      if (typeof literal !== 'object') return []
      const edit = (operator: Operator, text: string, changed: typeof literal): Edit => {
        const params = { ...option.params, [name]: changed }
        const edited = withOption(state, { ...option, params })
        return { operator, text: `${state.id}: ${text}`, flow: withState(flow, edited) }
      }
      return literal.flatMap((rule, at) => [
        ...editsOfCondition(rule.when).map(({ operator, when }) =>
          edit(
            operator,
            `${rule.gives} when \`${when.source}\` instead of \`${rule.when.source}\``,
            literal.with(at, { ...rule, when }),
          ),
        ),
        edit('drop a rule', `without the rule for ${rule.gives}`, literal.toSpliced(at, 1)),
      ])
    }),
  )
}

function withOption(state: State, option: Option): State {
  if (state.kind === 'run') return { ...state, option }
  if (state.kind !== 'offer') return state
  return { ...state, options: state.options.map((one) => (one.id === option.id ? option : one)) }
}

/** A condition that fails leads where it leads when it is true. */
function failing(flow: FlowDefinition, state: State): Edit[] {
  const list = state.kind === 'offer' ? state.skip : state.kind === 'decide' ? state.branches : []
  const targets = new Set(list.flatMap(({ when, to }) => (when ? to : [])))
  if (state.kind === 'end') return []
  return [...targets].flatMap((to) => {
    const [branch] = state.on.error ?? []
    if (!branch || branch.to === to) return []
    return [
      {
        operator: 'error',
        text: `${state.id}: a condition that fails leads to ${to}`,
        flow: withState(flow, withList(state, 'error', [{ ...branch, to }])),
      },
    ]
  })
}

function ofOffer(flow: FlowDefinition, state: State): Edit[] {
  if (state.kind !== 'offer') return []
  const edit = (operator: Operator, text: string, changed: Partial<OfferState>): Edit => ({
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
