/** What must hold on every path of a flow, as its author writes it. */
import type { Property } from './flow.ts'
import type { Scope } from './parse-scope.ts'
import type { Entry, MapNode, Node } from './tree.ts'

/** The keys of each kind, besides `name`; the first one tells which kind it is. */
export const propertyKeys: Readonly<Record<string, readonly string[]>> = {
  at: ['at', 'gives', 'when', 'holds'],
  never: ['never', 'when', 'without'],
  reachable: ['reachable', 'when'],
  from: ['from', 'to', 'is'],
}
export const progressKinds = ['always-possible', 'inevitable'] as const

export function parseProperties(root: MapNode, scope: Scope): readonly Property[] {
  const entry = root.entries.get('properties')
  if (entry === undefined) return []
  const items = scope.findings.list(entry.value, '`properties`') ?? []
  const names = new Set<string>()
  return items.flatMap((item) => {
    const property = parseProperty(item, scope)
    if (property === undefined) return []
    if (names.has(property.name)) {
      const message = `there are two properties \`${property.name}\``
      scope.findings.report('name-taken', property.place, message, 'give one another name')
    }
    names.add(property.name)
    return [property]
  })
}

function parseProperty(node: Node, scope: Scope): Property | undefined {
  const { findings } = scope
  const root = findings.map(node, 'a property')
  if (root === undefined) return undefined
  const every = ['name', ...new Set(Object.values(propertyKeys).flat())]
  const known = findings.keys(root, 'a property', every)
  const kind = Object.keys(propertyKeys).find((key) => known.entries.has(key))
  if (kind === undefined) {
    const hint = 'begin with `at`, `never`, `reachable` or `from`'
    return findings.report('shape-invalid', root.place, 'this property does not say where', hint)
  }
  const keys = ['name', ...propertyKeys[kind]!]
  const map = findings.keys(known, `a property with \`${kind}\``, keys)
  const named = findings.need(map, 'name', 'a property', 'add `name:` and what it promises')
  const name = named && findings.text(named.value, '`name`')
  const at = findings.text(map.entries.get(kind)!.value, `\`${kind}\``)
  if (name === undefined || at === undefined) return undefined
  const { place } = map
  const asked = map.entries.get('when')
  const when = asked && scope.condition(asked.value)
  const base = { name, at, place, ...(when ? { when } : {}) }
  if (kind === 'reachable') return { ...base, kind }
  if (kind === 'never') return { ...base, kind, ...parseWithout(map, scope) }
  if (kind === 'from') return parseProgress(map, { name, from: at, place }, scope)
  const hint = 'add `holds:` and a condition'
  const holds = findings.need(map, 'holds', 'a property with `at`', hint)
  const condition = holds && scope.condition(holds.value)
  const given = map.entries.get('gives')
  const gives = given && findings.text(given.value, '`gives`')
  return condition && { ...base, kind: 'at', holds: condition, ...(gives ? { gives } : {}) }
}

function parseWithout(map: MapNode, { findings }: Scope): { without?: readonly string[] } {
  const entry: Entry | undefined = map.entries.get('without')
  if (entry === undefined) return {}
  const items = findings.list(entry.value, '`without`') ?? []
  return { without: items.flatMap((item) => findings.text(item, 'an entry of `without`') ?? []) }
}

function parseProgress(
  map: MapNode,
  base: Pick<Property & { kind: 'inevitable' }, 'name' | 'from' | 'place'>,
  { findings }: Scope,
): Property | undefined {
  const to = findings.need(map, 'to', 'a property with `from`', 'add `to:`')
  const is = findings.need(map, 'is', 'a property with `from`', 'add `is: always-possible`')
  const target = to && findings.text(to.value, '`to`')
  const kind = is && findings.word(is.value, 'a value of `is`', progressKinds)
  return target === undefined || kind === undefined ? undefined : { ...base, kind, to: target }
}
