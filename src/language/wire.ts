/**
 * Expands every outcome that can happen into a transition, and finds what is open, idle or out of reach.
 *
 * The flow is walked with sets of identity kinds until nothing new comes. What must be wired, what may
 * be, and what cannot happen follow from the sets.
 */
import { readCondition } from './conditions.ts'
import type { Draft, DraftWire, WiredDraft } from './draft.ts'
import type { Findings } from './findings.ts'
import type { Option, Place, State, Transition, TransitionKey } from './flow.ts'
import type { Inlined } from './inlined.ts'
import { didYouMean } from './nearest.ts'
import type { Problem, ProblemCode } from './problem.ts'
import {
  type Declarations,
  isImpossible,
  kindsOf,
  type Mask,
  maskOfNeeds,
  nothingProven,
  splitBy,
  type Way,
  waysOfOffer,
  waysOfRun,
} from './ways.ts'

/**
 * What is idle in one flow may be needed in another that calls the same file: these become problems
 * only when no flow has a use for them.
 */
export interface Usage {
  readonly used: Set<string>
  readonly idle: Map<string, Problem>
}

export function newUsage(): Usage {
  return { used: new Set(), idle: new Map() }
}

export function idleProblems({ used, idle }: Usage): readonly Problem[] {
  return [...idle].filter(([place]) => !used.has(place)).map(([, problem]) => problem)
}

/** @returns the states that can be reached, complete */
export function wireStates(
  { start, drafts, idleEnds }: Inlined,
  steps: Declarations,
  findings: Findings,
  usage: Usage,
): ReadonlyMap<string, State> {
  const masks = new Flood(drafts, steps).from(start)
  const report = (place: Place, told: Told) => {
    if (!findings.hasGap(place)) usage.idle.set(keyOf(place), { ...told, place })
  }
  const states = new Map<string, State>()
  for (const draft of drafts.values()) {
    const entered = masks.get(draft.id)
    if (entered === undefined) {
      if (!draft.id.startsWith('on:')) report(draft.place, unreachable(draft.id))
      continue
    }
    usage.used.add(keyOf(draft.place))
    if (draft.kind === 'end') states.set(draft.id, draft)
    else states.set(draft.id, complete(draft, entered.inside, steps, findings, usage, report))
  }
  for (const end of idleEnds) report(end.place, unreachable(end.id))
  return states
}

/** What may be so when a state is entered, and what is left of that behind its `skip`. */
interface Entered {
  readonly entry: Mask
  readonly inside: Mask
}

class Flood {
  readonly #drafts: ReadonlyMap<string, Draft>
  readonly #steps: Declarations
  readonly #entered = new Map<string, Entered>()
  readonly #waiting: [string, Mask][] = []

  constructor(drafts: ReadonlyMap<string, Draft>, steps: Declarations) {
    this.#drafts = drafts
    this.#steps = steps
  }

  from(start: string | undefined): ReadonlyMap<string, Entered> {
    if (start !== undefined) this.#waiting.push([start, nothingProven])
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) {
      const [id, mask] = next
      const draft = this.#drafts.get(id)
      const before = this.#entered.get(id)
      const entry = (before?.entry ?? 0) | mask
      if (draft === undefined || (before !== undefined && before.entry === entry)) continue
      this.#entered.set(id, { entry, inside: this.#leave(draft, entry) })
    }
    return this.#entered
  }

  /** @returns what gets past the state's `skip` */
  #leave(draft: Draft, entry: Mask): Mask {
    if (draft.kind === 'end') return entry
    if (draft.kind === 'decide') {
      this.#follow(draft.branches, entry, draft.defaults.error)
      this.#follow(errorOf(draft), entry, [])
      return entry
    }
    const inside = draft.kind === 'offer' ? this.#follow(draft.skip, entry, []) : entry
    for (const way of waysOf(draft, inside, this.#steps)) {
      if (way.to) this.#follow(way.to, way.after, errorOf(draft))
    }
    if (draft.kind === 'offer' && draft.skip.length > 0) this.#follow(errorOf(draft), entry, [])
    return inside
  }

  /** @returns what is left when no branch was taken */
  #follow(branches: Transition, mask: Mask, onError: Transition): Mask {
    let left = mask
    for (const { when, to } of branches) {
      const { yes, no } = when ? splitCondition(when.source, left) : { yes: left, no: 0 }
      if (yes !== 0) this.#waiting.push([to, yes])
      left = no
      if (when) for (const error of onError) this.#waiting.push([error.to, mask])
    }
    return left
  }
}

function splitCondition(source: string, mask: Mask): { yes: Mask; no: Mask } {
  const read = readCondition(source)
  return 'predicate' in read ? splitBy(read.predicate.tree, mask) : { yes: mask, no: mask }
}

function complete(
  draft: WiredDraft,
  mask: Mask,
  steps: Declarations,
  findings: Findings,
  usage: Usage,
  report: (place: Place, told: Told) => void,
): State {
  const ways = waysOf(draft, mask, steps)
  const wires = new Set(ways.flatMap((way) => way.wires))
  for (const wire of draft.on) {
    if (wires.has(wire)) usage.used.add(keyOf(wire.place))
    else report(wire.place, idleWire(draft, wire, ways))
  }
  reportOpen(draft, ways, findings)
  reportImpossible(draft, mask, steps, findings)
  const entries = ways.flatMap(({ key, to }) => (to === undefined ? [] : [[key, to] as const]))
  const on = Object.fromEntries(entries) as Record<TransitionKey, Transition>
  const { id, place } = draft
  if (draft.kind === 'decide') {
    const { branches, ended } = draft
    return { id, place, kind: 'decide', branches, on, ...(ended === undefined ? {} : { ended }) }
  }
  if (draft.kind === 'run') return { id, place, kind: 'run', option: draft.option, on }
  const { options, skip, attempts, fresh, maxAgeMs } = draft
  const age = maxAgeMs === undefined ? {} : { maxAgeMs }
  return { id, place, kind: 'offer', options, skip, attempts, fresh, ...age, on }
}

function waysOf(draft: WiredDraft, entered: Mask, steps: Declarations): readonly Way[] {
  const options = optionsOf(draft)
  // What follows on a state that cannot be passed is judged as if it could be: one mistake, one problem.
  const blocked = options.length > 0 && isImpossible(options, entered, steps)
  const mask = blocked && entered !== 0 ? maskOfNeeds(options, steps) : entered
  if (draft.kind === 'offer') return waysOfOffer(draft, mask, steps)
  if (draft.kind === 'run') return waysOfRun(draft, mask, steps)
  const wires = draft.on.filter(({ outcome }) => outcome === 'error')
  return [{ key: 'error', outcome: 'error', to: errorOf(draft), after: mask, wires }]
}

function optionsOf(draft: WiredDraft): readonly Option[] {
  if (draft.kind === 'offer') return draft.options
  return draft.kind === 'run' ? [draft.option] : []
}

/** Where a condition that cannot be decided leads. */
function errorOf(draft: WiredDraft): Transition {
  const wire = draft.on.find(
    ({ outcome, option }) => outcome === 'error' && (option === undefined || draft.kind === 'run'),
  )
  return wire?.branches ?? draft.defaults.error
}

function reportOpen(draft: WiredDraft, ways: readonly Way[], findings: Findings): void {
  const open = Map.groupBy(
    ways.filter(({ to }) => to === undefined),
    ({ outcome }) => outcome,
  )
  for (const [outcome, group] of open) {
    const who = group.map(({ key }) => key.split('.')).filter((parts) => parts.length > 1)
    const subject = who.map(([option]) => `\`${option}\``).join(' and ')
    const message =
      subject === ''
        ? `\`${draft.id}\` can end with \`${outcome}\`, and does not say what happens then`
        : `${subject} can end with \`${outcome}\`, and \`${draft.id}\` does not say what happens then`
    const hint = `add \`${outcome}: <state>\` under its \`on\`${meanings[outcome] ?? ''}`
    findings.report('outcome-unwired', draft.place, message, hint)
  }
}

const meanings: Readonly<Partial<Record<string, string>>> = {
  exhausted: ': all attempts are spent',
  unavailable: ': this person has none of the options',
  unknown: ': proven elsewhere, and nobody we know',
  blocked: ': locked or disabled here',
}

function reportImpossible(
  draft: WiredDraft,
  mask: Mask,
  steps: Declarations,
  findings: Findings,
): void {
  const options = optionsOf(draft)
  if (mask === 0 || options.length === 0 || !isImpossible(options, mask, steps)) return
  const needs = [...new Set(options.flatMap(({ step }) => steps.get(step)!.needs))]
  const who = kindsOf(mask).map((kind) => said[kind])
  const message = `\`${draft.id}\` is only ever entered with ${who.join(' or ')}, and needs ${needs.map((kind) => said[kind]).join(' or ')}`
  const hint = 'lead the way through a state that proves or provisions the person first'
  findings.report('state-impossible', draft.place, message, hint)
}

const said = {
  none: 'nobody proven',
  'pass-through': 'someone proven elsewhere who has no account',
  account: 'an account',
} as const

function idleWire(draft: WiredDraft, wire: DraftWire, ways: readonly Way[]): Told {
  const name = wire.option === undefined ? wire.outcome : `${wire.option}.${wire.outcome}`
  const possible = new Set(ways.map(({ outcome }) => outcome))
  const hint =
    wire.outcome === 'invalid'
      ? 'leave it out: it stays where it is, and spends an attempt'
      : possible.has(wire.outcome)
        ? 'leave it out: others say it already'
        : didYouMean(
            wire.outcome,
            [...possible].filter((outcome) => !draft.on.some((line) => line.outcome === outcome)),
          )
  return {
    code: 'outcome-impossible',
    message: `\`${name}\` never happens at \`${draft.id}\``,
    hint,
  }
}

type Told = Pick<Problem, 'message' | 'hint'> & { readonly code: ProblemCode }

function unreachable(id: string): Told {
  return {
    code: 'state-unreachable',
    message: `nothing leads to \`${id}\``,
    hint: 'lead a transition to it, or take it out',
  }
}

function keyOf({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
