/**
 * A witness told in words: numbered moves, the facts that matter, and where it leads.
 *
 * The way is walked again with nothing forgotten, so that each fact is told where it was first asked.
 */
import type { FactValue } from '../language/facts.ts'
import type { Place } from '../language/flow.ts'
import { answer } from './answer.ts'
import type { Label } from './compiled.ts'
import { type Explored, type Finding, tidy } from './explore.ts'
import { Labels } from './labels.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import type { Model } from './model.ts'
import { settle } from './settle.ts'
import type { Variable } from './variables.ts'
import { Walk, type WalkOptions } from './walk.ts'

/** What `--json` prints and `replay` reads. The version grows when a field changes its meaning. */
export interface Story {
  readonly version: 1
  readonly flow: string
  /** What is so in the world from the beginning, and settings, as sentences. */
  readonly given: readonly string[]
  readonly moves: readonly StoryMove[]
  /** The last sentence: what has come of it. */
  readonly so: string
  /** True where a condition that cannot be decided exactly is assumed to go one way. */
  readonly assumed: boolean
}

export interface StoryMove {
  readonly kind: Label['kind']
  /** Of two logins at the same time, the second; absent: the only one, or the first. */
  readonly login?: 2
  /** The state's id. */
  readonly state: string
  readonly option?: string
  readonly connection?: string
  readonly outcome?: string
  /** Index into the step's declared cases of this outcome. */
  readonly case?: number
  /** How many wrong answers it takes; of a move that spends all attempts. */
  readonly attempts?: number
  /** A condition after it cannot be decided. */
  readonly failed?: true
  readonly to: string
  /** Where the file says so: the option, or the state; absent of what no file says. */
  readonly place?: Place
  /** What the move is, for a person. */
  readonly text: string
  /** Facts that became known here. */
  readonly because: readonly string[]
  /** Facts as data: the variable, and what it must be. */
  readonly facts: readonly StoryFact[]
}

export interface StoryFact {
  /** `has(totp)`, `association(google)`, `account.groups has staff`, `identity.email`, ... */
  readonly name: string
  /** The same as a sentence. */
  readonly is: string
  /**
   * One of these. Of what is so in the world and of entries of lists: true or false. Of a fact: a value,
   * in which `\u00b7` stands for any text; null for a missing one. Of a condition that cannot be decided
   * exactly: `true`, `false` or `error`.
   */
  readonly oneOf: readonly (FactValue | null)[]
}

/** @param so the last sentence */
export function tell(explored: Explored, finding: Finding, so: string): Story {
  const { model } = explored
  const path = pathTo(explored, finding)
  const options = { ...explored.options, dead: undefined }
  const moves = retrace(model, explored, path, finding, options)
  const settings = settingsOf(model, moves, finding.row)
  return {
    version: 1,
    flow: model.definition.name,
    given: settings,
    moves,
    so,
    assumed: (finding.row[layout.flags]! & layout.assumed) !== 0,
  }
}

/** A story as text: at most a line a move, then what follows. */
export function print(story: Story): string[] {
  const shown = story.moves.filter(({ kind }) => kind !== 'offered' && kind !== 'finish')
  const lines = shown.map(({ text, because }, at) => {
    const facts = because.length > 0 ? `  [${because.join('; ')}]` : ''
    return `${String(at + 1).padStart(2)}. ${text}${facts}`
  })
  const given = story.given.length > 0 ? [`given ${story.given.join(', ')}`] : []
  return [...given, ...lines, `=>  ${story.so}`]
}

interface Hop {
  readonly label: number
  readonly to: number
}

function pathTo({ table }: Explored, finding: Finding): Hop[] {
  const hops: Hop[] = []
  for (let at = finding.state; at >= 0 && table.parent(at) >= 0; at = table.parent(at)) {
    hops.unshift({ label: table.label(at), to: at })
  }
  return hops
}

function startOf({ table }: Explored, finding: Finding): number {
  let at = finding.state
  while (table.parent(at) >= 0) at = table.parent(at)
  return at
}

function retrace(
  model: Model,
  explored: Explored,
  path: readonly Hop[],
  finding: Finding,
  options: WalkOptions,
): StoryMove[] {
  const moves: StoryMove[] = []
  let row = new Int32Array(explored.table.width)
  explored.table.read(startOf(explored, finding), row)
  const target = new Int32Array(explored.table.width)
  for (const { label, to } of path) {
    explored.table.read(to, target)
    const next = stepTo(model, options, row, label, target)
    moves.push(moveOf(model, row, next, label))
    row = next
  }
  if (finding.label !== undefined) {
    moves.push(moveOf(model, row, narrowedBy(row, finding.row), finding.label))
  } else {
    const last = moves.at(-1)
    const more = learnt(model, row, narrowedBy(row, finding.row))
    if (last && more.length > 0) {
      moves[moves.length - 1] = {
        ...last,
        because: [...last.because, ...more.map(({ phrase }) => phrase)],
        facts: [...last.facts, ...more.map(factOf)],
      }
    }
  }
  return moves
}

/** The one successor by this label that is the state the explorer has stored, but for what it forgot. */
function stepTo(
  model: Model,
  options: WalkOptions,
  row: Row,
  label: number,
  target: Row,
): Int32Array<ArrayBuffer> {
  let found: Int32Array<ArrayBuffer> | undefined
  const labels = new Labels(model)
  const wanted = describeLabel(model.labels[label]!)
  const walk = new Walk(model, options, {
    emit: (next, by) => {
      if (found || describeLabel(model.labels[by]!) !== wanted) return
      const copy = new Int32Array(next)
      tidy(model, copy, options.keeps)
      if (within(copy, target)) found = copy
    },
    alarm: () => {},
  })
  const state = model.states[layout.stateOf(row)]
  const rests = state?.state.kind === 'offer' && layout.phaseOf(row) === layout.resting
  if (rests) answer(walk, labels, row.slice())
  else settle(walk, labels, row.slice())
  return found ?? new Int32Array(target)
}

function within(narrow: Row, wide: Row): boolean {
  return narrow.every((word, at) =>
    at < firstVariable ? word === wide[at] : (word & ~wide[at]!) === 0,
  )
}

function narrowedBy(row: Row, by: Row): Int32Array<ArrayBuffer> {
  const narrowed = new Int32Array(row)
  for (let word = firstVariable; word < row.length; word++) {
    const both = row[word]! & by[word]!
    if (both !== 0) narrowed[word] = both
  }
  return narrowed
}

function describeLabel(label: Label): string {
  const { kind, state, option, outcome, caseIndex, branch, failed, rule } = label
  return [kind, state, option?.option.id, outcome, caseIndex, branch, failed, rule].join()
}

function learnt(model: Model, before: Row, after: Row) {
  return model.variables.list.flatMap((variable) => {
    const { id, kind, name, full, phrases, usual } = variable
    const [was, is] = [before[firstVariable + id]!, after[firstVariable + id]!]
    if (is === was || is === full || kind === 'setting') return []
    const bits = phrases.flatMap((phrase, bit) => ((is >> bit) & 1 ? [{ phrase, bit }] : []))
    if ((is & ~usual) === 0 && kind === 'world' && usual !== full) return []
    const phrase = bits.map((one) => one.phrase).join(' or ')
    return [{ phrase, name, is: phrase, oneOf: bits.map(({ bit }) => valueAt(variable, bit)) }]
  })
}

function factOf({ name, is, oneOf }: StoryFact): StoryFact {
  return { name, is, oneOf }
}

function valueAt({ kind, values }: Variable, bit: number): FactValue | null {
  if (kind === 'opaque') return ['true', 'false', 'error'][bit]!
  return values ? (values[bit] ?? null) : bit === 1
}

export function moveOf(model: Model, before: Row, after: Row, labelId: number): StoryMove {
  const label = model.labels[labelId]!
  const state = model.states[label.state]?.state.id ?? model.definition.start
  const to = nameOf(model, after)
  const facts = learnt(model, before, after)
  const shown = facts.filter(({ name }) => !saidBy(label, name))
  const option = label.option?.option
  const place = option?.place ?? model.states[label.state]?.state.place
  return {
    kind: label.kind,
    state,
    ...(option ? { option: option.id } : {}),
    ...(option?.connection ? { connection: option.connection } : {}),
    ...(label.outcome ? { outcome: label.outcome } : {}),
    ...(label.caseIndex === undefined ? {} : { case: label.caseIndex }),
    ...attemptsOf(model, label),
    ...(label.failed ? { failed: true } : {}),
    to,
    ...(place ? { place } : {}),
    text: textOf(model, label, state, to, before),
    because: shown.map(({ phrase }) => phrase),
    facts: facts.map(factOf),
  }
}

function attemptsOf(model: Model, { kind, state }: Label): { attempts?: number } {
  const offer = model.states[state]?.state
  return kind === 'wrong' && offer?.kind === 'offer' ? { attempts: offer.attempts } : {}
}

/** What a case needs of the world is said by the sentence that enacts it. */
function saidBy(label: Label, name: string): boolean {
  const chosen = label.option?.cases.find(
    ({ outcome, index }) => outcome === label.outcome && index === label.caseIndex,
  )
  if (!chosen?.declared.enact) return false
  return (
    name.startsWith('has(') ||
    name.startsWith('association(') ||
    /^(account|name|target)\./.test(name)
  )
}

export function nameOf(model: Model, row: Row): string {
  const at = layout.stateOf(row)
  const state = model.states[at]?.state
  if (state) return state.id
  const special = ['unmet_authentication_requirements', 'account not active', 'expired', 'nowhere']
  return row[layout.node]! - model.states.length * 4 < 4
    ? special[row[layout.node]! - model.states.length * 4]!
    : 'nowhere'
}

function textOf(model: Model, label: Label, state: string, to: string, before: Row): string {
  const option = label.option?.option
  const connection =
    option?.connection ?? model.connections[layout.connectionOf(before)] ?? 'nobody'
  const enact = label.enact?.replaceAll('{connection}', connection)
  const went = `${state}: ${label.failed ? 'its condition fails' : ''}`
  const arrow = ` -> ${to}`
  const reason = label.because ? ` ("${label.because}")` : ''
  const by = option ? `${state}, ${option.id}` : state
  switch (label.kind) {
    case 'answer':
    case 'run':
      return `${by}: ${label.outcome}${enact ? `, ${enact}` : ''}${label.failed ? ', and the condition after it fails' : ''}${arrow}${reason}`
    case 'wrong':
      return `${state}: exhausted, every attempt was wrong${arrow}${reason}`
    case 'fault':
      return `${by}: ${label.outcome}, it does not answer${arrow}${reason}`
    case 'none-left':
      if (label.outcome === undefined) return `${state}: ${missingAt(model, label.state)}`
      return `${state}: unavailable, no option is left for this person${arrow}${reason}`
    case 'session':
      return `${by}: passed by the session${arrow}`
    case 'around':
    case 'decided':
      return label.failed ? `${went}${arrow}` : `${state}: goes on${arrow}${reason}`
    case 'back':
      return `${state}: goes back${arrow}`
    case 'cancel':
      return `${state}: cancels${arrow}${reason}`
    case 'expire':
      return `${state}: waits until the login has expired`
    case 'attack':
      return `${by}: an attacker uses that the engine lacks ${label.rule}${arrow}`
    default:
      return `${state}${arrow}`
  }
}

/** Why nothing of it is for whoever has come there. */
function missingAt(model: Model, state: number): string {
  const kinds = model.states[state]!.options.flatMap(({ declaration }) => declaration.needs)
  const known = [...new Set(kinds)].filter((kind) => kind !== 'none')
  if (known.length === 0) return 'is for people who are not known yet'
  const needed = known.map((kind) => (kind === 'account' ? 'an account' : kind)).join(' or ')
  return `needs ${needed}, and there is none`
}

/** The settings that some case on the way has asked for. */
function settingsOf(model: Model, moves: readonly StoryMove[], row: Row): string[] {
  const asked = moves.flatMap(({ state, option, outcome, case: index, connection }) => {
    const { options } = model.states[model.indexOf(state)]!
    const chosen = options
      .find((one) => one.option.id === option)
      ?.cases.find((one) => one.outcome === outcome && one.index === index)
    const by = connection ?? model.connections[layout.connectionOf(row)]
    return Object.keys(chosen?.declared.when?.setting ?? {}).map((name) => `${by}.${name}`)
  })
  return [...new Set(asked)].flatMap((name) => {
    const word = model.word(name)
    if (word === 0) return []
    return [model.variables.get(word - firstVariable).phrases[row[word] === 1 ? 0 : 1]!]
  })
}
