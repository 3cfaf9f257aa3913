/** One state of a flow file: which kind it is, what it offers or runs, and where its outcomes lead. */

import { type Outcome, outcomes } from './declaration.ts'
import type { Condition, Option, Place } from './flow.ts'
import { didYouMean, nearest } from './nearest.ts'
import { parseDuration } from './parse-duration.ts'
import { readOption } from './parse-option.ts'
import { isReference, type Scope } from './parse-scope.ts'
import type { Given, ParsedBranch, ParsedState, Wire, Word } from './parsed.ts'
import { describe, type Entry, type MapNode, type Node } from './tree.ts'

const kinds = ['offer', 'run', 'decide', 'call', 'end'] as const
type Kind = (typeof kinds)[number]

/** Which keys a state of each kind can have. The JSON Schema is made from it too. */
export const stateKeys: Readonly<Record<Kind, readonly string[]>> = {
  offer: ['offer', 'skip', 'attempts', 'fresh', 'maxAge', 'on'],
  run: ['run', 'with', 'on'],
  decide: ['decide', 'on'],
  call: ['call', 'with', 'on'],
  end: ['end', 'error'],
}

/** Of `maxAge`; what a session has proven is not good for longer, whatever a flow says. */
export const maxAgeRange = { minMs: 30_000, maxMs: 14 * 86_400_000 } as const
export const attemptsRange = { min: 1, max: 100, default: 5 } as const

export function parseState({ key, place, value }: Entry, scope: Scope): ParsedState | undefined {
  const { findings } = scope
  const id = findings.name(key, { place }, 'a state')
  if (id === undefined) return undefined
  const base = { id, place }
  // A state that cannot be read stays as a name, so that those who lead to it are not blamed.
  const broken: ParsedState = { ...base, kind: 'decide', branches: [], on: [] }
  const given = findings.map(value, `the state \`${key}\``)
  if (given === undefined) return broken
  const known = findings.keys(given, 'a state', [...new Set(Object.values(stateKeys).flat())])
  const kind = kindOf(known, key, place, scope)
  if (kind === undefined) return broken
  const node = findings.keys(known, `a state that has \`${kind}\``, stateKeys[kind])
  const main = node.entries.get(kind)!.value
  switch (kind) {
    case 'offer':
      return parseOffer(base, node, main, scope)
    case 'run':
      return parseRun(base, node, main, scope) ?? broken
    case 'decide': {
      const branches = parseTransition(main, scope) ?? []
      return { ...base, kind, branches, on: parseOn(node, [], scope) }
    }
    case 'call':
      return parseCall(base, node, main, scope) ?? broken
    case 'end':
      return parseEnd(base, node, main, scope) ?? broken
  }
}

interface Base {
  readonly id: string
  readonly place: Place
}

function kindOf(node: MapNode, key: string, place: Place, scope: Scope): Kind | undefined {
  const found = kinds.filter((kind) => node.entries.has(kind))
  if (found.length === 1) return found[0]
  if (found.length > 1) {
    const message = `the state \`${key}\` has ${found.map((kind) => `\`${kind}\``).join(' and ')}`
    const hint = 'a state does one thing: make two states of it'
    return scope.findings.report('shape-invalid', place, message, hint)
  }
  const message = `the state \`${key}\` does nothing`
  const hint = 'give it one of `offer`, `run`, `decide`, `call`, `end`'
  return scope.findings.report('shape-invalid', place, message, hint)
}

function parseOffer(base: Base, node: MapNode, main: Node, scope: Scope): ParsedState {
  const { findings } = scope
  const items = findings.list(main, '`offer`') ?? []
  const options: Option[] = []
  for (const item of items) {
    const option = readOption(item, undefined, 'offered', scope)
    if (option === undefined) continue
    if (options.some(({ id }) => id === option.id)) {
      if (option.id !== nameOf(item)) continue
      const message = `\`${option.id}\` is offered twice`
      findings.report('name-taken', option.place, message, 'keep one of them')
    } else options.push(option)
  }
  if (main.kind === 'list' && items.length === 0) {
    findings.report('shape-invalid', main.place, 'this state offers nothing', 'name a step')
  }
  const attempts = node.entries.get('attempts')
  const fresh = node.entries.get('fresh')
  const maxAge = node.entries.get('maxAge')
  const maxAgeMs =
    maxAge && parseDuration(scope.given(maxAge.value), '`maxAge`', maxAgeRange, findings)
  const { min, max } = attemptsRange
  return {
    ...base,
    kind: 'offer',
    options,
    skip: parseSkip(node, scope),
    attempts:
      (attempts && findings.int(scope.given(attempts.value), '`attempts`', min, max)) ??
      attemptsRange.default,
    fresh: (fresh && findings.bool(scope.given(fresh.value), '`fresh`')) ?? false,
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
    on: parseOn(
      node,
      options.map(({ id }) => id),
      scope,
    ),
  }
}

/** What the file says, where that is not what was meant. */
function nameOf(item: Node): unknown {
  if (item.kind === 'scalar') return item.value
  return item.kind === 'map' ? [...item.entries.keys()][0] : undefined
}

function parseSkip(node: MapNode, scope: Scope): readonly ParsedBranch[] {
  const entry = node.entries.get('skip')
  if (entry === undefined) return []
  const items = scope.findings.list(entry.value, '`skip`') ?? []
  return items.flatMap((item) => {
    const branch = parseBranch(item, scope)
    if (branch === undefined) return []
    if (branch.when === undefined) {
      const message = 'a way around without a condition is always taken'
      scope.findings.report('transition-closed', item.place, message, 'give it a `when`')
    }
    if (branch.because === undefined) {
      const message = 'a way around needs its reason: it is recorded with every login that takes it'
      scope.findings.report('key-missing', item.place, message, 'add `because: ...`')
    }
    return [branch]
  })
}

function parseRun(base: Base, node: MapNode, main: Node, scope: Scope): ParsedState | undefined {
  const option = readOption(main, node.entries.get('with')?.value, 'run', scope)
  const on = parseOn(node, option === undefined ? undefined : [option.id], scope)
  return option && { ...base, kind: 'run', option, on }
}

function parseCall(base: Base, node: MapNode, main: Node, scope: Scope): ParsedState | undefined {
  const flow = scope.findings.text(main, '`call`')
  const given = parseGiven(node.entries.get('with'), scope)
  const on = parseOn(node, [], scope)
  if (flow === undefined) return undefined
  return { ...base, kind: 'call', flow: { text: flow, place: main.place }, given, on }
}

function parseGiven(entry: Entry | undefined, scope: Scope): readonly Given[] {
  const map = entry && scope.findings.map(entry.value, '`with`')
  return [...(map?.entries.values() ?? [])].flatMap(({ key, place, value }) => {
    const node = scope.given(value)
    if (node.kind === 'scalar' && node.value !== null) {
      return [{ name: key, place, value: node.value }]
    }
    const message = `the parameter \`${key}\` must be a number, a text, true or false`
    scope.findings.report('shape-invalid', value.place, message, `write \`${key}: 1\``)
    return []
  })
}

/** A flow started by itself may say `failure`: what ended it is told by its `error`. */
function parseEnd(base: Base, node: MapNode, main: Node, scope: Scope): ParsedState | undefined {
  const { findings } = scope
  const word = findings.word(main, 'an outcome', [...outcomes, 'failure'] as const)
  const error = node.entries.get('error')
  if (word === undefined) return undefined
  if (!scope.startable) return parseInnerEnd(base, word, error, main, scope)
  const outcome = word === 'failure' ? 'rejected' : word
  if (outcome === 'success') {
    if (error)
      findings.report('key-unknown', error.place, 'a success has no `error`', 'leave it out')
    return { ...base, kind: 'end', outcome }
  }
  const hint = 'add `error: access_denied`, or what else the application is to be told'
  const told = findings.need(node, 'error', 'an end that is no success', hint)
  const text = told && findings.text(told.value, '`error`', 60)
  if (text === undefined || told === undefined) return { ...base, kind: 'end', outcome }
  if (!/^[a-z][a-z0-9_]*$/.test(text)) {
    const message = `\`${text}\` cannot be an error code`
    const advice = 'use small letters and `_`, as in `access_denied` (RFC 6749, section 4.1.2.1)'
    findings.report('value-invalid', told.value.place, message, advice)
  }
  return { ...base, kind: 'end', outcome, error: text }
}

function parseInnerEnd(
  base: Base,
  word: Outcome | 'failure',
  error: Entry | undefined,
  main: Node,
  { findings }: Scope,
): ParsedState | undefined {
  if (error) {
    const message = 'an end of a shared flow is an outcome of its caller, and tells nobody an error'
    findings.report('key-unknown', error.place, message, 'leave `error` out')
  }
  if (word !== 'failure') return { ...base, kind: 'end', outcome: word }
  const message = 'an end of a shared flow must name its outcome, which its caller wires'
  return findings.report('value-invalid', main.place, message, didYouMean('', outcomes))
}

/** @param options undefined when they could not be read: then nothing is said of them */
export function parseOn(
  node: MapNode,
  options: readonly string[] | undefined,
  scope: Scope,
): readonly Wire[] {
  const entry = node.entries.get('on')
  if (entry === undefined) return []
  const map = scope.findings.map(entry.value, '`on`')
  const lines = [...(map?.entries.values() ?? [])].flatMap(
    (line) => parseWire(line, options, scope) ?? [],
  )
  const said = (wire: Wire) => `${wire.option ?? ''}.${wire.outcome}`
  const exact = new Set(lines.filter(({ guessed }) => !guessed).map(({ wire }) => said(wire)))
  return lines
    .filter(({ guessed, wire }) => !guessed || !exact.has(said(wire)))
    .map(({ wire }) => wire)
}

function parseWire(
  { key, place, value }: Entry,
  options: readonly string[] | undefined,
  scope: Scope,
): { wire: Wire; guessed: boolean } | undefined {
  const branches = parseTransition(value, scope)
  const [first = '', second, ...more] = key.split('.')
  const named = second ?? first
  const outcome = outcomes.find((known) => known === named)
  if (second !== undefined && options !== undefined && !options.includes(first)) {
    const message = `\`${first}\` is not an option of this state`
    scope.findings.leaveGap(place)
    return scope.findings.report('option-unknown', place, message, didYouMean(first, options))
  }
  const meant = outcome ?? outcomes.find((known) => known === nearest(named, outcomes))
  if (outcome === undefined || more.length > 0) {
    const message = `there is no outcome \`${named}\``
    scope.findings.report('outcome-unknown', place, message, didYouMean(named, outcomes))
  }
  if (branches === undefined || meant === undefined) return undefined
  if (outcome === 'error' && branches.some(({ when }) => when)) {
    const message = 'where an error leads cannot hang on a condition, which may fail as well'
    scope.findings.report('error-conditional', place, message, 'write one state, without `when`')
  }
  const wire = {
    place,
    outcome: meant,
    branches,
    ...(second === undefined ? {} : { option: first }),
  }
  return { wire, guessed: outcome === undefined }
}

/** A state's name, or a list of `{when, to, because}` whose last entry has no `when`. */
function parseTransition(node: Node, scope: Scope): readonly ParsedBranch[] | undefined {
  if (node.kind === 'scalar') {
    const to = parseTarget(node, scope)
    return to && [{ to, place: node.place }]
  }
  const items = scope.findings.list(node, 'a transition, unless it is a state,')
  if (items === undefined) return undefined
  const branches = items.map((item) => parseBranch(item, scope))
  branches.forEach((branch, index) => {
    if (branch) checkOrder(branch, index === branches.length - 1, scope)
  })
  if (items.length === 0) {
    const message = 'this transition leads nowhere'
    return scope.findings.report('transition-open', node.place, message, 'name a state')
  }
  return branches.filter((branch) => branch !== undefined)
}

function checkOrder(branch: ParsedBranch, last: boolean, { findings }: Scope): void {
  if (last && branch.when !== undefined) {
    const message =
      'the last branch has a `when`, so it is not said what happens when nothing holds'
    findings.report('transition-open', branch.place, message, 'add a last `- to: ...`')
  }
  if (!last && branch.when === undefined) {
    const message = 'this branch is always taken, so the ones after it never are'
    findings.report(
      'transition-closed',
      branch.place,
      message,
      'give it a `when`, or make it the last',
    )
  }
}

export const branchKeys = ['when', 'to', 'because'] as const

function parseBranch(node: Node, scope: Scope): ParsedBranch | undefined {
  const { findings } = scope
  const given = findings.map(node, 'a branch')
  if (given === undefined) return undefined
  const map = findings.keys(given, 'a branch', branchKeys)
  const target = findings.need(map, 'to', 'a branch', 'add `to:` and a state')
  const to = target && parseTarget(target.value, scope)
  const asked = map.entries.get('when')
  const when = asked && scope.condition(asked.value)
  const reason = map.entries.get('because')
  const because = reason && findings.text(reason.value, '`because`', 300)
  if (to === undefined) return undefined
  return {
    to,
    place: map.place,
    // A condition that could not be read still counts as one: it has been reported already.
    ...(asked ? { when: when ?? unreadable(asked) } : {}),
    ...(because === undefined ? {} : { because }),
  }
}

function unreadable({ place }: Entry): Condition {
  return { source: '', reads: [], place }
}

function parseTarget(node: Node, scope: Scope): Word | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string' && !isReference(node.value)) {
    return { text: node.value, place: node.place }
  }
  const message = `a transition leads to a state, and this is ${describe(node)}`
  return scope.findings.report('shape-invalid', node.place, message, 'write the name of a state')
}
