/** A flow for other tools: Mermaid's state diagrams, and the JSON that xstate's editor reads. */
import type { FlowDefinition, State, Transition } from '../language/flow.ts'
import { type FlowGraph, isOwn } from './graph.ts'

/** Mermaid, `stateDiagram-v2`. Ways around a credential step are marked in their text. */
export function mermaidOf(graph: FlowGraph): string {
  const names = new Map(graph.nodes.map(({ id }, at) => [id, `s${at}`]))
  const text = (value: string) => value.replaceAll(/[:;#\n"]/g, (sign) => entities[sign] ?? ' ')
  const states = graph.nodes.map(
    ({ id, lines }) => `  state "${text(lines.join(' — '))}" as ${names.get(id)}`,
  )
  const start = graph.nodes.find((node) => node.start)
  const edges = graph.edges.map(({ from, to, lines, around }) => {
    const label = `${around ? 'around: ' : ''}${lines.join(', ')}`
    return `  ${names.get(from)} --> ${names.get(to)} : ${text(label)}`
  })
  const ends = graph.nodes
    .filter(({ kind }) => kind === 'end')
    .map(({ id }) => `  ${names.get(id)} --> [*]`)
  const path = graph.nodes.filter(({ onPath }) => onPath).map(({ id }) => names.get(id))
  return [
    'stateDiagram-v2',
    ...states,
    ...(start ? [`  [*] --> ${names.get(start.id)}`] : []),
    ...edges,
    ...ends,
    ...(path.length > 0
      ? ['  classDef witness stroke:#b00020,stroke-width:3px', `  class ${path.join(',')} witness`]
      : []),
    '',
  ].join('\n')
}

const entities: Readonly<Record<string, string>> = {
  ':': '#58;',
  ';': '#59;',
  '#': '#35;',
  '"': "'",
}

/** A machine's configuration as data; conditions are names of guards. */
export interface MachineJson {
  readonly id: string
  readonly initial: string
  readonly states: Readonly<Record<string, StateJson>>
}

interface StateJson {
  readonly type?: 'final'
  readonly description?: string
  readonly on?: Readonly<Record<string, readonly TargetJson[]>>
  readonly always?: readonly TargetJson[]
}

interface TargetJson {
  readonly target: string
  readonly guard?: string
  readonly description?: string
}

/** Names of states lose what the editor cannot read: `caller/state` becomes `caller-state`. */
export function machineOf(flow: FlowDefinition): MachineJson {
  const states = Object.values(flow.states)
  return {
    id: flow.name,
    initial: nameOf(flow.start),
    states: Object.fromEntries(states.flatMap((state) => statesOf(state))),
  }
}

function nameOf(id: string): string {
  return isOwn(id) ? id.replace(':', '-') : id.replaceAll('/', '-')
}

/** An offer with ways around it is two states: before it is decided, and asking. */
function statesOf(state: State): [string, StateJson][] {
  const id = nameOf(state.id)
  if (state.kind === 'end') {
    return [[id, { type: 'final', description: state.error ?? state.outcome }]]
  }
  const events = Object.entries(state.on).map(([key, list]) => [key, targets(list)] as const)
  const on = Object.fromEntries(events)
  if (state.kind === 'decide') return [[id, { on, always: targets(state.branches) }]]
  if (state.kind === 'run') return [[id, { on, description: `runs ${state.option.id}` }]]
  const description = `offers ${state.options.map((option) => option.id).join(', ')}`
  if (state.skip.length === 0) return [[id, { on, description }]]
  const asked = `${id}-asked`
  const always = [...targets(state.skip), { target: asked }]
  return [
    [id, { always, description: 'ways around' }],
    [asked, { on, description }],
  ]
}

function targets(list: Transition): TargetJson[] {
  return list.map(({ to, when, because }) => ({
    target: nameOf(to),
    ...(when ? { guard: when.source } : {}),
    ...(because ? { description: because } : {}),
  }))
}
