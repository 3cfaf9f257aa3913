/**
 * From a definition to a machine: an xstate machine that only ever computes the next position.
 *
 * It has no context, no actions, no guards that read anything but their event, nothing that starts by
 * itself. Conditions are decided outside and come with the event. The position that is stored is a node's
 * name and nothing else; what is not a node of this machine is never believed.
 */
import { type AnyStateMachine, createMachine, initialTransition, transition } from 'xstate'
import { type Predicate, readCondition, type Truth } from './conditions.ts'
import { digest } from './digest.ts'
import type { Condition, FlowDefinition, State, Transition, TransitionKey } from './flow.ts'

export interface CompiledFlow {
  readonly definition: FlowDefinition
  /** `sha256:<hex>` */
  readonly digest: string
  readonly machine: AnyStateMachine
  /** By their source: those of transitions, skips, rules, properties and assumptions. */
  readonly conditions: ReadonlyMap<string, Predicate>
  /** By position. */
  readonly nodes: ReadonlyMap<string, Node>
  /** Where it begins. */
  readonly initial: string
  /** What `move` has found before, by what it was asked: the machine says the same each time. */
  readonly moves: Map<string, string>
}

/** A place of the machine. An offer with a `skip` has two: `<id>?`, where it is decided, and `<id>`. */
interface Node {
  readonly position: string
  readonly state: State
  /** Whether it decides, and shows nothing. */
  readonly deciding: boolean
  readonly transitions: ReadonlyMap<TransitionKey, Transition>
}

export type FlowEvent =
  /** `decided`: the truth of each branch's `when`, in order. */
  | { readonly type: TransitionKey; readonly decided: readonly Truth[] }
  /** From an offer to another one, without its skip: that was decided when it was first entered. */
  | { readonly type: 'back'; readonly to: string }

/** @throws {Error} for a definition that `resolve` has not made: a target that is not there */
export function compile(definition: FlowDefinition): CompiledFlow {
  const nodes = new Map(
    Object.values(definition.states).flatMap((state) =>
      nodesOf(state).map((node) => [node.position, node]),
    ),
  )
  const at = (id: string) => (nodes.has(`${id}?`) ? `${id}?` : id)
  const offers = [...nodes.values()].filter(
    ({ state, deciding }) => state.kind === 'offer' && !deciding,
  )
  const machine: AnyStateMachine = createMachine({
    id: definition.name,
    initial: at(definition.start),
    // Nothing here goes on by itself; should that ever change, it does not go on for ever.
    options: { maxIterations: 10 },
    states: Object.fromEntries(
      [...nodes.values()].map((node) => [node.position, configOf(node, at, offers)]),
    ),
  })
  const conditions = conditionsOf(definition)
  const [first] = initialTransition(machine)
  const initial = String(first.value)
  return {
    definition,
    digest: digest(definition),
    machine,
    conditions,
    nodes,
    initial,
    moves: new Map(),
  }
}

/** @returns `undefined` for a position that is none, or an event that is none there */
export function move(
  { machine, nodes, moves }: CompiledFlow,
  position: string,
  event: FlowEvent,
): string | undefined {
  const node = nodes.get(position)
  if (node === undefined) return undefined
  if (event.type === 'back') {
    const target = nodes.get(event.to)
    const between = [node, target].every((each) => each?.state.kind === 'offer' && !each.deciding)
    if (!between || node === target) return undefined
  } else {
    const branches = node.transitions.get(event.type)
    if (branches === undefined || event.decided.length !== asked(branches).length) return undefined
  }
  const told = event.type === 'back' ? [event.to] : event.decided
  const key = [position, event.type, ...told].join(' ')
  const known = moves.get(key)
  if (known !== undefined) return known
  const from = machine.resolveState({ value: position, context: {} })
  const [snapshot] = transition(machine, from, event)
  const to = String(snapshot.value)
  moves.set(key, to)
  return to
}

/**
 * The branches that an event chooses among. Their conditions are to be decided before it is sent.
 *
 * @returns none for a position or an event that is none
 */
export function branchesFor(
  { nodes }: CompiledFlow,
  position: string,
  key: TransitionKey,
): Transition {
  return nodes.get(position)?.transitions.get(key) ?? []
}

function nodesOf(state: State): readonly Node[] {
  const { id: position } = state
  if (state.kind === 'end') return [{ position, state, deciding: false, transitions: new Map() }]
  const on = Object.entries(state.on) as [TransitionKey, Transition][]
  if (state.kind === 'decide') {
    const transitions = new Map<TransitionKey, Transition>([['decided', state.branches], ...on])
    return [{ position, state, deciding: true, transitions }]
  }
  const plain: Node = { position, state, deciding: false, transitions: new Map(on) }
  if (state.kind === 'run' || state.skip.length === 0) return [plain]
  const around: Transition = [...state.skip, { to: state.id, place: state.place }]
  const transitions = new Map<TransitionKey, Transition>([['decided', around]])
  return [{ position: `${position}?`, state, deciding: true, transitions }, plain]
}

/** As much of xstate's node configuration as is used here. */
interface NodeConfig {
  readonly type?: 'final'
  readonly on?: Readonly<Record<string, readonly BranchConfig[]>>
}
interface BranchConfig {
  readonly target: string
  readonly guard?: (given: { readonly event: unknown }) => boolean
}

function configOf(
  { state, position, transitions }: Node,
  at: (id: string) => string,
  offers: readonly Node[],
): NodeConfig {
  if (state.kind === 'end') return { type: 'final' }
  const toError = state.on.error?.map(({ to }) => at(to))[0]
  const on = [...transitions].map(([key, branches]): [string, readonly BranchConfig[]] => {
    // Past a skip that nothing took, the offer itself is entered, not its skip again.
    const target = (to: string) => (position === `${to}?` ? to : at(to))
    return [key, branchConfigs(branches, target, toError)]
  })
  const here = offers.find((offer) => offer.position === position)
  const back = offers.filter((offer) => here !== undefined && offer !== here).map(backTo)
  return { on: { ...Object.fromEntries(on), ...(back.length === 0 ? {} : { back }) } }
}

/** The first error before the first truth is an error of the whole list. */
function branchConfigs(
  branches: Transition,
  at: (to: string) => string,
  toError: string | undefined,
): readonly BranchConfig[] {
  if (asked(branches).length === 0)
    return branches.slice(0, 1).map(({ to }) => ({ target: at(to) }))
  let index = 0
  const ways = branches.map(({ when, to }): BranchConfig => {
    const mine = index
    if (when === undefined) return { target: at(to) }
    index += 1
    return { target: at(to), guard: ({ event }) => settledAt(event) === mine }
  })
  const error: readonly BranchConfig[] =
    toError === undefined ? [] : [{ target: toError, guard: ({ event }) => fails(event) }]
  return [...error, ...ways]
}

function backTo({ position }: Node): BranchConfig {
  const guard = ({ event }: { readonly event: unknown }) =>
    (event as FlowEvent & { type: 'back' }).to === position
  return { target: position, guard }
}

function decidedOf(event: unknown): readonly Truth[] {
  return (event as { readonly decided?: readonly Truth[] }).decided ?? []
}

function settledAt(event: unknown): number {
  return decidedOf(event).findIndex((truth) => truth !== 'false')
}

function fails(event: unknown): boolean {
  return decidedOf(event)[settledAt(event)] === 'error'
}

function asked(branches: Transition): readonly Condition[] {
  return branches.flatMap(({ when }) => when ?? [])
}

function conditionsOf(definition: FlowDefinition): ReadonlyMap<string, Predicate> {
  const predicates = new Map<string, Predicate>()
  for (const { source } of everyCondition(definition)) {
    const read = readCondition(source)
    if ('predicate' in read) predicates.set(source, read.predicate)
  }
  return predicates
}

/** Every condition of a definition, wherever it stands. */
export function everyCondition(definition: FlowDefinition): readonly Condition[] {
  const { states, properties, assume } = definition
  const ofStates = Object.values(states).flatMap((state): readonly Condition[] => {
    if (state.kind === 'end') return []
    const own = state.kind === 'decide' ? state.branches : state.kind === 'offer' ? state.skip : []
    const options =
      state.kind === 'offer' ? state.options : state.kind === 'run' ? [state.option] : []
    const rules = options.flatMap(({ params }) =>
      Object.values(params).flatMap((param) => (typeof param === 'object' ? param : [])),
    )
    return [...[own, ...Object.values(state.on)].flatMap(asked), ...rules.map(({ when }) => when)]
  })
  const ofProperties = properties.flatMap((property) =>
    'from' in property
      ? []
      : [
          ...(property.when ? [property.when] : []),
          ...(property.kind === 'at' ? [property.holds] : []),
        ],
  )
  return [...ofStates, ...ofProperties, ...assume]
}
