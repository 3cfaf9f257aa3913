/**
 * A step as a state names it: `totp`, `{totp: {skew: 2}}`, or a connection's id. One that takes a connection as a
 * parameter can be offered once for each: the connection is a part of its option's id.
 */
import type { Condition, Option, ParamLiteral, Place } from './flow.ts'
import { didYouMean, nearest } from './nearest.ts'
import { withNested } from './nested-groups.ts'
import type { ParamSpec } from './params.ts'
import type { Scope, StepSpec } from './parse-scope.ts'
import { internalDirectory } from './read-directories.ts'
import type { MapNode, Node } from './tree.ts'

type Mode = 'offered' | 'run'

/**
 * @param given parameters that stand beside the step, under `with`
 * @returns `undefined` when there is no such step; that has been reported then
 */
export function readOption(
  node: Node,
  given: Node | undefined,
  mode: Mode,
  scope: Scope,
): Option | undefined {
  const { findings } = scope
  const [only] = node.kind === 'map' && node.entries.size === 1 ? [...node.entries.values()] : []
  const written = only ? only.key : findings.text(node, mode === 'run' ? '`run`' : 'an option')
  if (written === undefined) return undefined
  const place = only ? only.place : node.place
  const name = nameMeant(written, place, mode, scope)
  const found = name === undefined ? undefined : findStep(name, mode, scope)
  if (name === undefined || found === undefined || typeof found === 'string') return undefined
  const beside = only && given === undefined ? only.value : given
  const isEmpty = beside?.kind === 'scalar' && beside.value === null
  const map =
    beside === undefined || isEmpty
      ? undefined
      : findings.map(beside, `the parameters of \`${name}\``)
  const params = readParams(name, map, found.spec, node.place, scope)
  const { type } = found.spec.declaration
  const named = namedBy('connection', params, found.spec)
  const by = found.byConnection ? name : (named ?? directoryIn(params, found.spec))
  const connection = by === undefined ? {} : { connection: by }
  const id = named === undefined ? name : `${name}:${named}`
  return { id, step: type, ...connection, params, place }
}

/** A step that asks a directory which is not ours takes people in by it, as by a connection. */
function directoryIn(
  params: Readonly<Record<string, ParamLiteral>>,
  spec: StepSpec,
): string | undefined {
  const id = namedBy('directory', params, spec)
  return id === internalDirectory ? undefined : id
}

function namedBy(
  kind: 'connection' | 'directory',
  params: Readonly<Record<string, ParamLiteral>>,
  { params: specs }: StepSpec,
): string | undefined {
  const key = Object.keys(specs).find((name) => specs[name]!.kind === kind)
  const id = key && params[key]
  return typeof id === 'string' ? id : undefined
}

/** Reports a step that is none. One misspelt is read as the one meant: one mistake is one problem. */
function nameMeant(name: string, place: Place, mode: Mode, scope: Scope): string | undefined {
  const found = findStep(name, mode, scope)
  if (typeof found !== 'string') return name
  const code = found === 'misplaced' ? 'step-misplaced' : 'step-unknown'
  scope.findings.report(code, place, ...whyNot(name, mode, found, scope))
  const meant = nearest(name, namesFor(mode, scope))
  if (meant === undefined) scope.findings.leaveGap(place)
  return meant
}

function namesFor(mode: Mode, { names }: Scope): readonly string[] {
  const steps = [...names.steps.values()].filter(
    ({ declaration }) => declaration.mode === mode && !declaration.byConnection,
  )
  const types = steps.map(({ declaration }) => declaration.type)
  return mode === 'run' ? types : [...types, ...names.connections]
}

function findStep(
  name: string,
  mode: Mode,
  { names }: Scope,
): { spec: StepSpec; byConnection: boolean } | 'unknown' | 'misplaced' | 'no connection' {
  const spec = names.steps.get(name)
  if (spec !== undefined) {
    if (spec.declaration.byConnection) return 'no connection'
    return spec.declaration.mode === mode ? { spec, byConnection: false } : 'misplaced'
  }
  if (!names.connections.includes(name)) return 'unknown'
  if (mode === 'run') return 'misplaced'
  for (const each of names.steps.values()) {
    if (each.declaration.byConnection) return { spec: each, byConnection: true }
  }
  return 'unknown'
}

function whyNot(name: string, mode: Mode, why: string, scope: Scope): [string, string] {
  if (why === 'no connection') {
    const hint = didYouMean('', scope.names.connections)
    return [`\`${name}\` needs a connection: name that instead`, hint]
  }
  if (why === 'misplaced') {
    return mode === 'run'
      ? [`\`${name}\` asks a person, so it cannot run by itself`, `write \`offer: [${name}]\``]
      : [`\`${name}\` asks nobody, so it cannot be offered`, `write \`run: ${name}\``]
  }
  const kinds = mode === 'run' ? 'step' : 'step or connection'
  return [`there is no ${kinds} \`${name}\``, didYouMean(name, namesFor(mode, scope))]
}

function readParams(
  name: string,
  given: MapNode | undefined,
  spec: StepSpec,
  place: Place,
  scope: Scope,
): Readonly<Record<string, ParamLiteral>> {
  const read: Record<string, ParamLiteral> = {}
  for (const entry of given?.entries.values() ?? []) {
    if (Object.hasOwn(spec.params, entry.key)) continue
    const message = `\`${name}\` has no parameter \`${entry.key}\``
    const hint = didYouMean(entry.key, Object.keys(spec.params))
    scope.findings.report('parameter-unknown', entry.place, message, hint)
  }
  for (const [key, param] of Object.entries(spec.params)) {
    const node = given?.entries.get(key)?.value
    const value = node && readParam(key, scope.given(node), param, scope)
    if (node === undefined && !('default' in param) && param.kind !== 'rules') {
      const hint = `add \`with: { ${key}: <${param.kind}> }\``
      scope.findings.report('key-missing', place, `\`${name}\` needs \`${key}\``, hint)
    }
    read[key] = value ?? defaultOf(param)
  }
  return read
}

function defaultOf(param: ParamSpec): ParamLiteral {
  if (param.kind === 'rules') return []
  return ('default' in param ? param.default : undefined) ?? ''
}

function readParam(
  key: string,
  node: Node,
  param: ParamSpec,
  scope: Scope,
): ParamLiteral | undefined {
  const { findings } = scope
  const what = `\`${key}\``
  switch (param.kind) {
    case 'int':
      return findings.int(node, what, param.min, param.max)
    case 'bool':
      return findings.bool(node, what)
    case 'word':
      return findings.word(node, `a value of ${what}`, param.values)
    case 'text':
      return findings.text(node, what, param.maxLength)
    case 'service':
      return readNamed(node, 'service', scope.names.services, scope)
    case 'connection':
      return readNamed(node, 'connection', scope.names.connections, scope)
    case 'directory':
      return readNamed(node, 'directory', scope.names.directories, scope)
    case 'rules':
      return findings.list(node, what)?.flatMap((item) => readRule(item, param, scope) ?? [])
  }
}

function readNamed(
  node: Node,
  noun: string,
  known: readonly string[],
  { findings }: Scope,
): string | undefined {
  const id = findings.text(node, `\`${noun}\``)
  if (id === undefined || known.includes(id)) return id
  const hint = didYouMean(id, known)
  return findings.report('value-invalid', node.place, `there is no ${noun} \`${id}\``, hint)
}

function readRule(
  node: Node,
  { gives, nests }: { readonly gives: string; readonly nests?: true },
  scope: Scope,
): { when: Condition; gives: readonly string[] } | undefined {
  const { findings } = scope
  const known = findings.map(node, 'a rule')
  if (known === undefined) return undefined
  const map = findings.keys(known, 'a rule', ['when', gives])
  const asked = findings.need(map, 'when', 'a rule', 'add `when:` and a condition')
  const given = findings.need(map, gives, 'a rule', `add \`${gives}: [...]\``)
  const when = asked && scope.condition(asked.value)
  const names = given && findings.list(given.value, `\`${gives}\``)
  const texts = names?.flatMap((item) => findings.text(item, 'a name', 100) ?? [])
  const all = texts && nests && scope.names.nested ? withNested(texts, scope.names.nested) : texts
  return when && all ? { when, gives: all } : undefined
}
