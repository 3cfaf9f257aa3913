/** A flow file's tree as a typed flow: every key known, every value of its type, names not yet followed. */
import type { Findings } from './findings.ts'
import { parseDuration } from './parse-duration.ts'
import { parsePolicy } from './parse-policy.ts'
import { parseProperties } from './parse-property.ts'
import { isReference, type Names, type Parameters, Scope } from './parse-scope.ts'
import { parseOn, parseState } from './parse-state.ts'
import type { ParsedFlow, ParsedState, Wire, Word } from './parsed.ts'
import type { MapNode, Node } from './tree.ts'

/** What stands at the top of a flow that can be started, and of one that can only be called. */
export const flowKeys = [
  'flow',
  'title',
  'applications',
  'start',
  'within',
  'entry',
  'weaker',
  'policy',
  'assume',
  'assumes',
  'parameters',
  'on',
  'states',
  'properties',
] as const
const sharedKeys: readonly string[] = [
  'flow',
  'title',
  'start',
  'entry',
  'assumes',
  'parameters',
  'on',
  'states',
  'properties',
]

export const sharedFolder = 'shared/'
const second = 1000
export const withinRange = {
  minMs: 30 * second,
  maxMs: 24 * 3600 * second,
  defaultMs: 900 * second,
}

/** Whether the flow can be started by itself; one in `shared/` says so with `entry: true`. */
export function isStartable(file: string, root: MapNode): boolean {
  if (!file.includes(sharedFolder)) return true
  const entry = root.entries.get('entry')?.value
  return entry?.kind === 'scalar' && entry.value === true
}

/** @param inner the flow is called: its ends are outcomes, whatever else it could be */
export function parseFlow(
  file: string,
  whole: MapNode,
  names: Names,
  findings: Findings,
  parameters: Parameters,
  inner: boolean,
): ParsedFlow | undefined {
  const startable = isStartable(file, whole) && !inner
  const scope = new Scope(findings, names, startable, parameters)
  const root = findings.keys(whole, 'a flow', keysOf(file, whole))
  const name = parseName(file, root, findings)
  const start = parseStart(root, findings)
  const states = parseStates(root, scope)
  const on = parseDefaults(root, scope)
  const policy = parsePolicy(root, findings)
  const rest = startable ? parseStartable(root, scope) : nothingMore
  const assumes = parseConditions(root, 'assumes', scope)
  const properties = parseProperties(root, scope)
  const title = startable
    ? findings.need(root, 'title', 'the flow', 'add `title:`, which people are shown')
    : root.entries.get('title')
  const text = title && findings.text(title.value, '`title`')
  if (name === undefined || start === undefined) return undefined
  const own = { name, file, place: root.place, title: text ?? name, start }
  return { ...own, states, on, policy, assumes, properties, ...rest }
}

/** Nobody calls a flow that is not shared: there is nobody of whom it could assume anything. */
function keysOf(file: string, root: MapNode): readonly string[] {
  if (!file.includes(sharedFolder)) return flowKeys.filter((key) => key !== 'assumes')
  return isStartable(file, root) ? flowKeys : sharedKeys
}

const nothingMore: Pick<ParsedFlow, 'applications' | 'withinMs' | 'weaker' | 'assume'> = {
  applications: [],
  withinMs: withinRange.defaultMs,
  weaker: [],
  assume: [],
}

function parseStartable(root: MapNode, scope: Scope): typeof nothingMore {
  const { findings } = scope
  const applications = root.entries.get('applications')
  const within = root.entries.get('within')
  return {
    applications: applications ? parseWords(applications.value, '`applications`', findings) : [],
    withinMs:
      (within && parseDuration(within.value, '`within`', withinRange, findings)) ??
      withinRange.defaultMs,
    weaker: parseWeaker(root, findings),
    assume: parseConditions(root, 'assume', scope),
  }
}

function parseConditions(
  root: MapNode,
  key: 'assume' | 'assumes',
  scope: Scope,
): ParsedFlow['assume'] {
  const entry = root.entries.get(key)
  const items = entry && scope.findings.list(entry.value, `\`${key}\``)
  return (items ?? []).flatMap((item) => scope.condition(item) ?? [])
}

function parseName(file: string, root: MapNode, findings: Findings): string | undefined {
  const stem = file.replace(/\.yaml$/, '')
  const hint = `add \`flow: ${stem}\``
  const entry = findings.need(root, 'flow', 'the file', hint)
  const text = entry && findings.text(entry.value, '`flow`')
  if (text === undefined || entry === undefined) return undefined
  const message = `the file \`${file}\` holds a flow that calls itself \`${text}\``
  if (text === stem) return text
  return findings.report('file-name', entry.value.place, message, `write \`flow: ${stem}\``)
}

function parseStart(root: MapNode, findings: Findings): Word | undefined {
  const entry = findings.need(root, 'start', 'the flow', 'add `start:` and the first state')
  const text = entry && findings.text(entry.value, '`start`')
  return entry && text !== undefined ? { text, place: entry.value.place } : undefined
}

function parseStates(root: MapNode, scope: Scope): ReadonlyMap<string, ParsedState> {
  const entry = scope.findings.need(root, 'states', 'the flow', 'add `states:`')
  const map = entry && scope.findings.map(entry.value, '`states`')
  const states = new Map<string, ParsedState>()
  for (const each of map?.entries.values() ?? []) {
    const state = parseState(each, scope)
    if (state !== undefined) states.set(state.id, state)
  }
  return states
}

const withDefault = ['cancelled', 'timeout', 'error'] as const

function parseDefaults(root: MapNode, scope: Scope): readonly Wire[] {
  return parseOn(root, [], scope).filter((wire) => {
    if (withDefault.some((outcome) => outcome === wire.outcome)) return true
    const message = `\`${wire.outcome}\` cannot be wired for a whole flow`
    const hint = 'wire it at each state; only `cancelled`, `timeout` and `error` have a default'
    return scope.findings.report('outcome-impossible', wire.place, message, hint)
  })
}

function parseWeaker(root: MapNode, findings: Findings): ParsedFlow['weaker'] {
  const entry = root.entries.get('weaker')
  if (entry === undefined) return []
  const items = findings.list(entry.value, '`weaker`') ?? []
  return items.flatMap((item) => {
    const given = findings.map(item, 'an entry of `weaker`')
    if (given === undefined) return []
    const map = findings.keys(given, 'an entry of `weaker`', ['ways', 'because'])
    const ways = findings.need(map, 'ways', 'it', 'add `ways: [...]`')
    const because = findings.need(map, 'because', 'it', 'add `because:` and the reason')
    const reason = because && findings.text(because.value, '`because`', 300)
    if (ways === undefined || reason === undefined) return []
    const words = parseWords(ways.value, '`ways`', findings)
    return [{ ways: words, because: reason, place: map.place }]
  })
}

function parseWords(node: Node, what: string, findings: Findings): readonly Word[] {
  const items = findings.list(node, what) ?? []
  return items.flatMap((item) => {
    const text = findings.text(item, `an entry of ${what}`)
    return text === undefined ? [] : [{ text, place: item.place }]
  })
}

/** The parameters that a shared flow declares, with their defaults. */
export function parseParameters(root: MapNode, findings: Findings): Parameters {
  const read = new Map<string, string | number | boolean>()
  const entry = root.entries.get('parameters')
  const map = entry && findings.map(entry.value, '`parameters`')
  for (const { key, place, value } of map?.entries.values() ?? []) {
    if (findings.name(key, { place }, 'a parameter') === undefined) continue
    if (value.kind === 'scalar' && value.value !== null && !isReference(value.value)) {
      read.set(key, value.value)
      continue
    }
    const message = `the parameter \`${key}\` needs a default: a number, a text, true or false`
    findings.report('shape-invalid', value.place, message, `write \`${key}: 1\``)
  }
  return read
}
