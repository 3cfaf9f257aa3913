/**
 * How a state can be left, and with which identity: what a step's declaration says of each outcome.
 *
 * Only kinds of identity are followed here, and whether anything has been proven. That is enough to know
 * which outcomes must be wired; everything finer is the checker's.
 */
import type { ConditionTree } from './condition-tree.ts'
import type { Outcome, OwnOutcome, StepDeclaration } from './declaration.ts'
import type { DraftWire, OfferDraft, RunDraft } from './draft.ts'
import type { IdentityKind } from './facts.ts'
import type { Option, Transition, TransitionKey } from './flow.ts'
import { isGiven } from './given.ts'

/** What may be so where a state is entered: a set of `Known`, as bits. */
export type Mask = number
type Known = 1 | 2 | 4 | 8

/** Nobody is known and nothing is proven: how every login begins. */
export const nothingProven: Known = 1
const kinds: ReadonlyMap<Known, IdentityKind> = new Map([
  [1, 'none'],
  [2, 'none'],
  [4, 'pass-through'],
  [8, 'account'],
])
const knownOf: Readonly<Record<IdentityKind, Known>> = { none: 2, 'pass-through': 4, account: 8 }
const everyKnown = [...kinds.keys()]

/** One way out of a state. */
export interface Way {
  readonly key: TransitionKey
  readonly outcome: Outcome
  /** Absent: nothing says where to, although it can happen. */
  readonly to: Transition | undefined
  /** What may be so afterwards. */
  readonly after: Mask
  /** The lines of the file that say so. */
  readonly wires: readonly DraftWire[]
}

export type Declarations = ReadonlyMap<string, StepDeclaration>

/** The ways out of an offer that has been entered with `mask`. */
export function waysOfOffer(draft: OfferDraft, mask: Mask, steps: Declarations): readonly Way[] {
  const ways: Way[] = []
  const single = draft.options.length === 1
  const unavailable = whetherUnavailable(draft, mask, steps)
  for (const option of draft.options) {
    for (const [outcome, after] of outcomesOf(option, mask, steps)) {
      const exact = wireOf(draft.on, outcome, option.id)
      const any = wireOf(draft.on, outcome)
      const key: TransitionKey = `${option.id}.${outcome}`
      if (outcome === 'invalid') continue
      if (outcome === 'unavailable') {
        // Of several, only this one is left out: the offer is entered again without it.
        const bare = single ? (any?.branches ?? draft.defaults.error) : [again(draft, option)]
        ways.push(way(key, outcome, after, exact, bare))
      } else if (outcome === 'error' || outcome === 'timeout') {
        const wire = exact ?? any
        if (wire || single) ways.push(way(key, outcome, after, wire, draft.defaults[outcome]))
      } else ways.push(way(key, outcome, after, exact ?? any, undefined))
    }
  }
  ways.push(way('exhausted', 'exhausted', mask, wireOf(draft.on, 'exhausted'), undefined))
  if (unavailable.mask !== 0) {
    const wire = wireOf(draft.on, 'unavailable')
    const fallback = unavailable.must ? undefined : draft.defaults.error
    ways.push(way('unavailable', 'unavailable', unavailable.mask, wire, fallback))
  }
  for (const outcome of ['cancelled', 'timeout', 'error'] as const) {
    ways.push(way(outcome, outcome, mask, wireOf(draft.on, outcome), draft.defaults[outcome]))
  }
  return ways
}

export function waysOfRun(draft: RunDraft, mask: Mask, steps: Declarations): readonly Way[] {
  const { option, on, defaults } = draft
  const ways: Way[] = []
  for (const [outcome, after] of outcomesOf(option, mask, steps)) {
    if (outcome === 'error' || outcome === 'timeout') continue
    const wire = wireOf(on, outcome, option.id) ?? wireOf(on, outcome)
    ways.push(way(`${option.id}.${outcome}`, outcome, after, wire, undefined))
  }
  for (const outcome of ['error', 'timeout'] as const) {
    const wire = wireOf(on, outcome, option.id) ?? wireOf(on, outcome)
    ways.push(way(outcome, outcome, mask, wire, defaults[outcome]))
  }
  return ways
}

/** Whether a state can be entered with none of the identities that its steps need. */
export function isImpossible(options: readonly Option[], mask: Mask, steps: Declarations): boolean {
  return members(mask).every((known) =>
    options.every((option) => !needsOf(option, steps).includes(kinds.get(known)!)),
  )
}

/** As if it had been entered with what its steps need. */
export function maskOfNeeds(options: readonly Option[], steps: Declarations): Mask {
  return options
    .flatMap((option) => needsOf(option, steps))
    .reduce((mask, kind) => mask | knownOf[kind], 0)
}

/** The kinds of identity in a mask, for a sentence. */
export function kindsOf(mask: Mask): readonly IdentityKind[] {
  return [...new Set(members(mask).map((known) => kinds.get(known)!))]
}

/** Splits what may be so by whether a condition can hold then. */
export function splitBy(tree: ConditionTree, mask: Mask): { yes: Mask; no: Mask } {
  let [yes, no] = [0, 0]
  for (const known of members(mask)) {
    const truth = truthFor(tree, kinds.get(known)!)
    if (truth !== false) yes |= known
    if (truth !== true) no |= known
  }
  return { yes, no }
}

/** @returns undefined where more than the kind of identity decides */
function truthFor(tree: ConditionTree, kind: IdentityKind): boolean | undefined {
  if (tree.op === 'not') {
    const of = truthFor(tree.of, kind)
    return of === undefined ? undefined : !of
  }
  if (tree.op === 'and' || tree.op === 'or') {
    const [left, right] = [truthFor(tree.left, kind), truthFor(tree.right, kind)]
    const decides = tree.op === 'or'
    if (left === decides || right === decides) return decides
    return left === undefined || right === undefined ? undefined : !decides
  }
  if (tree.op !== 'compare' || (tree.by !== '==' && tree.by !== '!=')) return undefined
  const [fact, literal] =
    tree.left.op === 'fact' ? [tree.left, tree.right] : [tree.right, tree.left]
  if (fact.op !== 'fact' || fact.name !== 'identity.kind' || literal.op !== 'literal')
    return undefined
  return (literal.value === kind) === (tree.by === '==')
}

function way(
  key: TransitionKey,
  outcome: Outcome,
  after: Mask,
  wire: DraftWire | undefined,
  fallback: Transition | undefined,
): Way {
  return { key, outcome, after, to: wire?.branches ?? fallback, wires: wire ? [wire] : [] }
}

function again(draft: OfferDraft, { place }: Option): Transition[number] {
  return { to: draft.id, place }
}

/** A step's outcomes for entries with `mask`, with what may be so afterwards; `error` and `timeout` too. */
function outcomesOf(option: Option, mask: Mask, steps: Declarations): ReadonlyMap<Outcome, Mask> {
  const declaration = steps.get(option.step)!
  const found = new Map<Outcome, Mask>()
  const add = (outcome: Outcome, after: Mask) => {
    found.set(outcome, (found.get(outcome) ?? 0) | after)
  }
  for (const known of members(mask)) {
    const kind = kinds.get(known)!
    if (!declaration.needs.includes(kind)) continue
    for (const [outcome, cases] of Object.entries(declaration.outcomes)) {
      if (known === nothingProven && declaration.hides.includes(outcome as OwnOutcome)) continue
      for (const each of cases) {
        if (each.from && !each.from.includes(kind)) continue
        if (!isGiven(each, option.params)) continue
        const proven = known === nothingProven && each.proves ? knownOf.none : known
        add(outcome as OwnOutcome, each.identity === undefined ? proven : knownOf[each.identity])
      }
    }
    add('error', known)
    add('timeout', known)
  }
  return found
}

/** Whether an offer may be left with no option: `must` when the file has to say what then. */
function whetherUnavailable(
  { options }: OfferDraft,
  mask: Mask,
  steps: Declarations,
): { mask: Mask; must: boolean } {
  let [possible, must] = [0, false]
  for (const known of members(mask)) {
    const lacks = options.map((option) => whetherLacking(option, known, steps))
    if (lacks.includes('never')) continue
    possible |= known
    if (!lacks.includes('seldom')) must = true
  }
  return { mask: possible, must }
}

/**
 * `seldom`: a connection that has been switched off, or an enrolment that the engine refuses (I-30): a
 * flow may say what then, and need not.
 */
function whetherLacking(
  option: Option,
  known: Known,
  steps: Declarations,
): 'may' | 'seldom' | 'never' {
  const declaration = steps.get(option.step)!
  const kind = kinds.get(known)!
  if (!declaration.needs.includes(kind)) return 'may'
  if (kind === 'account' && declaration.enrols) return 'seldom'
  if (kind === 'account' && declaration.uses !== undefined) return 'may'
  if (declaration.byConnection) return 'seldom'
  const hidden = known === nothingProven && declaration.hides.includes('unavailable')
  return declaration.outcomes.unavailable && !hidden ? 'may' : 'never'
}

function needsOf(option: Option, steps: Declarations): readonly IdentityKind[] {
  return steps.get(option.step)!.needs
}

function wireOf(
  on: readonly DraftWire[],
  outcome: Outcome,
  option?: string,
): DraftWire | undefined {
  return on.find((wire) => wire.outcome === outcome && wire.option === option)
}

function members(mask: Mask): readonly Known[] {
  return everyKnown.filter((known) => (mask & known) !== 0)
}
