/**
 * Two versions of an organisation's flows: who gains or loses access, a factor, a step or a role, each with
 * the shortest way to see it, and the first move at which the two part.
 */

import type { StepDeclaration } from '../language/declaration.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { compare, type Difference } from './compare.ts'
import { credentialsOf } from './credentials.ts'
import type { Finding } from './explore.ts'
import * as layout from './layout.ts'
import { allRules } from './rules.ts'
import { type Searched, search } from './search.ts'
import { type Story, tell } from './story.ts'

export interface Change {
  readonly kind: 'access' | 'factor' | 'step' | 'role'
  /** A factor that is gained is one more that is asked for. */
  readonly change: 'gained' | 'lost'
  readonly text: string
  /** In the version that has what is gained, or had what is lost; of factors: that asks for fewer. */
  readonly story: Story
}

export interface FlowDifference {
  readonly flow: string
  /** `new` and `gone`: only one version has it. `limited`: not all was seen, and no difference was. */
  readonly is: 'same' | 'different' | 'new' | 'gone' | 'limited'
  readonly changes: readonly Change[]
  /** Where the two part first; absent where they never do. */
  readonly parts: Difference | undefined
}

interface Version {
  readonly flows: readonly FlowDefinition[]
}

/** @param statesMax states and pairs of states that are followed, of each flow */
export function differ(
  old: Version,
  now: Version,
  steps: readonly StepDeclaration[],
  statesMax = 60_000,
): FlowDifference[] {
  const names = new Set([...old.flows, ...now.flows].map(({ name }) => name))
  return [...names].map((name) => {
    const [before, after] = [old, now].map(({ flows }) => flows.find((flow) => flow.name === name))
    if (!before || !after) {
      return { flow: name, is: before ? 'gone' : 'new', changes: [], parts: undefined }
    }
    return differFlow(seen(before, old, steps, statesMax), seen(after, now, steps, statesMax), name)
  })

  function differFlow(before: Searched, after: Searched, flow: string): FlowDifference {
    const { difference: parts, complete } = compare(before.model, after.model, statesMax)
    const changes = changesOf(before, after)
    const isSame = parts === undefined && changes.length === 0
    const wasSeen = complete && before.explored.complete && after.explored.complete
    return { flow, is: isSame ? (wasSeen ? 'same' : 'limited') : 'different', changes, parts }
  }
}

function seen(
  flow: FlowDefinition,
  { flows }: Version,
  steps: readonly StepDeclaration[],
  states: number,
): Searched {
  const setup = {
    steps,
    rules: allRules,
    anyConfiguration: false,
    interference: [],
    sessions: [],
    credentials: credentialsOf(flows, steps),
  }
  return search(flow, setup, { states })
}

/** What can be done in a version, by a name that both versions would give it. */
type Doable = ReadonlyMap<string, { readonly text: string; readonly finding: Finding }>

function changesOf(before: Searched, after: Searched): Change[] {
  const [ways, newWays] = [successes(before), successes(after)]
  return [
    ...gainedAndLost('access', entries(ways), entries(newWays), before, after),
    ...factorChanges(ways, newWays, before, after),
    ...gainedAndLost('step', taken(before, asked), taken(after, asked), before, after),
    ...gainedAndLost('role', taken(before, given), taken(after, given), before, after),
  ]
}

function gainedAndLost(
  kind: Change['kind'],
  old: Doable,
  now: Doable,
  before: Searched,
  after: Searched,
): Change[] {
  const lacking = (mine: Doable, other: Doable, change: Change['change'], version: Searched) =>
    [...mine].flatMap(([name, { text, finding }]) =>
      other.has(name) ? [] : [{ kind, change, text, story: storyOf(version, finding, text) }],
    )
  return [...lacking(now, old, 'gained', after), ...lacking(old, now, 'lost', before)]
}

interface Success {
  readonly who: string
  readonly factors: number
  readonly finding: Finding
}

/** By the way in and the kind of identity: the success that asks for the fewest factors. */
function successes({ model, explored: { table } }: Searched): ReadonlyMap<string, Success> {
  const found = new Map<string, Success>()
  const row = new Int32Array(model.width)
  for (let id = 0; id < table.size; id++) {
    table.read(id, row)
    const state = model.states[layout.stateOf(row)]?.state
    const isSuccess = state?.kind === 'end' && state.outcome === 'success'
    if (!isSuccess || layout.phaseOf(row) !== layout.resting) continue
    const { factors } = model.proofSets.worth(row[layout.proofs]!)
    const as = layout.kindOf(row) === layout.passThrough ? ' without an account' : ''
    const who = `who comes by ${model.ways[layout.wayOf(row)]}${as}`
    const cost = table.cost(id)
    const known = found.get(who)
    const isNearer = known?.factors === factors && cost < known.finding.cost
    if (known && factors >= known.factors && !isNearer) continue
    const finding = { state: id, label: undefined, cost, row: row.slice() }
    found.set(who, { who, factors, finding })
  }
  return found
}

function entries(ways: ReadonlyMap<string, Success>): Doable {
  return new Map([...ways].map(([who, { finding }]) => [who, { text: `${who} gets in`, finding }]))
}

function factorChanges(
  old: ReadonlyMap<string, Success>,
  now: ReadonlyMap<string, Success>,
  before: Searched,
  after: Searched,
): Change[] {
  return [...now].flatMap(([who, { factors, finding }]) => {
    const was = old.get(who)
    if (!was || was.factors === factors) return []
    const isMore = factors > was.factors
    const text = `${who} needs ${counted(factors)}, and needed ${was.factors}`
    const story = isMore ? storyOf(before, was.finding, text) : storyOf(after, finding, text)
    return [{ kind: 'factor', change: isMore ? 'gained' : 'lost', text, story }]
  })
}

type Names = (version: Searched, label: number) => readonly string[]

/** The cheapest way to each thing that a move stands for. */
function taken(version: Searched, names: Names): Doable {
  const { model, explored } = version
  const { table } = explored
  const found = new Map<string, { text: string; finding: Finding }>()
  const row = new Int32Array(model.width)
  for (let id = 0; id < table.size; id++) {
    if (table.parent(id) < 0) continue
    const cost = table.cost(id)
    for (const text of names(version, table.label(id))) {
      const known = found.get(text)
      if (known && known.finding.cost <= cost) continue
      table.read(id, row)
      found.set(text, { text, finding: { state: id, label: undefined, cost, row: row.slice() } })
    }
  }
  return found
}

const asked: Names = ({ model }, id) => {
  const { kind, option, outcome, state } = model.labels[id]!
  if (!option || outcome !== 'success' || (kind !== 'answer' && kind !== 'run')) return []
  return [`${model.states[state]!.state.id} has ${option.option.id}`]
}

const given: Names = ({ model }, id) => {
  const { kind, option, outcome, state } = model.labels[id]!
  if (!option || outcome !== 'success' || kind !== 'run') return []
  const at = model.states[state]!.state.id
  return Object.values(option.option.params).flatMap((literal) =>
    typeof literal === 'object'
      ? literal.flatMap(({ when, gives }) =>
          gives.map((role) => `${at} gives ${role} when \`${when.source}\``),
        )
      : [],
  )
}

function storyOf({ explored }: Searched, finding: Finding, so: string): Story {
  return tell(explored, finding, so)
}

function counted(factors: number): string {
  return factors === 1 ? '1 factor' : `${factors} factors`
}
