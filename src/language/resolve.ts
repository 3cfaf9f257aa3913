/** From a parsed flow to its definition: calls inlined, outcomes expanded, every name followed. */

import { reportCycles } from './cycles.ts'
import { outcomes } from './declaration.ts'
import type { Findings } from './findings.ts'
import {
  type ConnectionFacts,
  type FlowDefinition,
  type Property,
  rulesOf,
  type State,
} from './flow.ts'
import { inlineCalls } from './inline.ts'
import type { SharedFlows } from './inlined.ts'
import { didYouMean, inOrderOfText } from './nearest.ts'
import type { ParsedFlow } from './parsed.ts'
import { type ConnectionFile, type ExternalDirectory, isSecretReference } from './settings.ts'
import { type Usage, wireStates } from './wire.ts'

/** What people come by: a connection, or a directory that is not ours. */
type Source = ConnectionFile | ExternalDirectory

/**
 * @returns a definition that is complete only when nothing was reported; `undefined` when there is not
 *   enough of the flow for one
 */
export function resolveFlow(
  flow: ParsedFlow,
  shared: SharedFlows,
  sources: readonly Source[],
  findings: Findings,
  usage: Usage,
): FlowDefinition | undefined {
  const inlined = inlineCalls(flow, shared, findings)
  const declarations = new Map(
    [...shared.names.steps].map(([type, { declaration }]) => [type, declaration]),
  )
  const states = wireStates(inlined, declarations, findings, usage)
  reportCycles(states, findings)
  const own = flow.properties.map((property) =>
    followProperty(property, states, inlined.calls, findings),
  )
  const properties = [...own, ...inlined.properties]
  reportWays(flow, states, findings)
  reportGives(properties, states, findings)
  if (inlined.start === undefined) return undefined
  const { name, title, file, withinMs, policy, assume } = flow
  return {
    name,
    title,
    file,
    applications: flow.applications.map(({ text }) => text),
    start: inlined.start,
    withinMs,
    policy,
    weaker: flow.weaker.map(({ ways, because, place }) => ({
      ways: ways.map(({ text }) => text),
      because,
      place,
    })),
    assume,
    states: Object.fromEntries(states),
    properties,
    connections: connectionFacts(states, sources),
  }
}

type States = ReadonlyMap<string, State>

/** A called state's name stands for the state that the call enters. */
function followProperty(
  property: Property,
  states: States,
  calls: ReadonlyMap<string, string>,
  findings: Findings,
): Property {
  const known = [...states.keys(), ...calls.keys()].filter((id) => !id.startsWith('on:'))
  const place = (name: string, also: readonly string[] = []) => {
    const entered = calls.get(name) ?? name
    if (states.has(entered) || also.includes(name)) return entered
    const message = `\`${property.name}\` names \`${name}\`, and there is no such state`
    findings.report('state-unknown', property.place, message, didYouMean(name, [...known, ...also]))
    return name
  }
  if ('from' in property) {
    return { ...property, from: place(property.from), to: place(property.to, outcomes) }
  }
  const at = place(property.at, outcomes)
  if (property.kind !== 'never' || property.without === undefined) return { ...property, at }
  const passed = passable(states)
  return { ...property, at, without: property.without.map((name) => place(name, passed)) }
}

/** What a path can pass: besides states, `<state>.<option>.<outcome>`. */
function passable(states: States): readonly string[] {
  return [...states.values()].flatMap((state) =>
    state.kind === 'end' ? [] : Object.keys(state.on).map((key) => `${state.id}.${key}`),
  )
}

function reportWays(flow: ParsedFlow, states: States, findings: Findings): void {
  const known = new Set(
    [...states.values()].flatMap((state) =>
      state.kind === 'offer' ? state.options.map(({ id }) => id) : [],
    ),
  )
  for (const { text, place } of flow.weaker.flatMap(({ ways }) => ways)) {
    if (known.has(text) || findings.hasGap(place)) continue
    const message = `no state of this flow offers \`${text}\``
    findings.report('option-unknown', place, message, didYouMean(text, known))
  }
}

/** A property about something that is never given would hold of anything. */
function reportGives(properties: readonly Property[], states: States, findings: Findings): void {
  for (const property of properties) {
    if (property.kind !== 'at' || property.gives === undefined) continue
    const state = states.get(property.at)
    const given = new Set(
      state?.kind === 'run' ? rulesOf(state.option).flatMap((rule) => rule.gives) : [],
    )
    if (given.has(property.gives)) continue
    const message = `\`${property.name}\`: no rule of \`${property.at}\` gives \`${property.gives}\``
    findings.report('value-invalid', property.place, message, didYouMean(property.gives, given))
  }
}

function connectionFacts(
  states: States,
  sources: readonly Source[],
): Readonly<Record<string, ConnectionFacts>> {
  const options = [...states.values()].flatMap((state) => {
    if (state.kind === 'offer') return state.options
    return state.kind === 'run' ? [state.option] : []
  })
  const used = new Set(options.flatMap(({ connection }) => connection ?? []))
  const of = sources.filter(({ id }) => used.has(id))
  return Object.fromEntries(of.map((source) => [source.id, factsOf(source)]))
}

function factsOf(source: Source): ConnectionFacts {
  const { jit, trustsAmr, directory, sync } = source
  return {
    jit,
    directory,
    sync,
    trustsAmr: trustsAmr.toSorted(inOrderOfText),
    settings: { trustsMfa: trustsAmr.includes('mfa') },
    origin: originOf(source),
  }
}

/** Everything else that decides who comes by it; of a secret, which one it is. */
function originOf(source: Source): string {
  const { id, title, jit, trustsAmr, directory, sync, enabled, place, ...rest } = source
  const entries = Object.entries(rest).map(
    ([key, value]) => [key, isSecretReference(value) ? value.reference : value] as const,
  )
  return JSON.stringify(entries.sort(([a], [b]) => inOrderOfText(a, b)))
}
