/**
 * Mutation of flows: does anything notice each single edit?
 *
 * A mutant that lets in with less, or lets in more people, must be broken by a property; a test is not
 * enough there. Of the others a generated test must tell it apart, or it is equivalent, with the reason.
 */
import type { FlowDefinition } from '../language/flow.ts'
import { inOrderOfText } from '../language/nearest.ts'
import type { StepDeclaration } from '../language/step.ts'
import { check } from './check.ts'
import { compare, Version } from './compare.ts'
import { credentialsOf } from './credentials.ts'
import { type Edit, editsOf } from './edits.ts'
import { checkGuards } from './guards.ts'
import * as layout from './layout.ts'
import { Model } from './model.ts'
import { type Graph, generatePaths, isEnd, type Paths, type TestPath, wholeGraph } from './paths.ts'
import type { Report } from './report.ts'
import { allRules } from './rules.ts'
import { nameOf } from './story.ts'

export type Fate = 'refused' | 'broken' | 'told apart' | 'equivalent' | 'survived'

export interface Mutant {
  readonly operator: string
  readonly text: string
  readonly fate: Fate
  /** The property, the test's id, or why it is equivalent. */
  readonly by: string
  /** It lets in with fewer proofs, or lets in people whom the original does not. */
  readonly lessSecure: boolean
}

export interface Mutation {
  readonly flow: string
  readonly mutants: readonly Mutant[]
  /** Less secure, and no property notices: each is a hole in the properties. */
  readonly unexplained: readonly Mutant[]
}

/** @param others the other flows of the organisation, for what sessions can have proven */
export function mutate(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  statesMax = 20_000,
): Mutation {
  const original = new Original(flow, steps, statesMax)
  const mutants = editsOf(flow).map((edit) => original.judge(edit))
  const unexplained = mutants.filter(
    ({ lessSecure, fate }) => lessSecure && fate !== 'broken' && fate !== 'refused',
  )
  return { flow: flow.name, mutants, unexplained }
}

class Original {
  readonly #steps: readonly StepDeclaration[]
  readonly #statesMax: number
  readonly #report: Report
  readonly #paths: Paths
  readonly #model: Model
  readonly #unreached: ReadonlySet<string>
  readonly #successes: readonly Success[]
  readonly #taken: ReadonlySet<string>

  constructor(flow: FlowDefinition, steps: readonly StepDeclaration[], statesMax: number) {
    this.#steps = steps
    this.#statesMax = statesMax
    this.#report = check({ flows: [flow] }, steps)[0]!
    this.#paths = generatePaths(flow, steps)
    this.#model = modelOf(flow, steps)
    this.#unreached = unreached(this.#model)
    this.#successes = successesOf(wholeGraph(flow, steps, statesMax))
    this.#taken = new Set(this.#paths.paths.flatMap(({ covers }) => covers))
  }

  judge(edit: Edit): Mutant {
    const { operator, text, flow } = edit
    const mutant = (fate: Fate, by: string, lessSecure: boolean): Mutant => ({
      operator,
      text,
      fate,
      by,
      lessSecure,
    })
    const model = modelOf(flow, this.#steps)
    const lost = [...unreached(model)].find((state) => !this.#unreached.has(state))
    if (lost) return mutant('refused', `nothing leads to ${lost} any more`, false)

    const after = successesOf(wholeGraph(flow, this.#steps, this.#statesMax))
    const weaker = lessSecure(this.#successes, after)
    const broken = this.#brokenBy(flow)
    if (broken) return mutant('broken', broken, weaker)
    const test = this.#paths.paths.find((path) => !passes(path, model))
    if (test) return mutant('told apart', test.id, weaker)
    return mutant(...this.#whyEqual(edit, model), weaker)
  }

  #brokenBy(flow: FlowDefinition): string | undefined {
    const held = this.#report.verdicts.filter(({ verdict }) => verdict === 'holds')
    const names = new Set(held.map(({ property }) => property))
    const [report] = check({ flows: [flow] }, this.#steps)
    return report!.verdicts.find(
      ({ property, verdict }) => verdict !== 'holds' && names.has(property),
    )?.property
  }

  #whyEqual({ transition, operator }: Edit, model: Model): [Fate, string] {
    if (operator === 'within')
      return ['equivalent', 'time is a deadline that may pass at any moment']
    const never = transition !== undefined && !this.#taken.has(transition)
    const { difference, complete } = compare(this.#model, model, this.#statesMax)
    if (difference) {
      return [
        'survived',
        `${difference.moves.join(', ')}: ${difference.new}, was ${difference.old}`,
      ]
    }
    if (!complete) return ['survived', 'the comparison was too large']
    if (never) return ['equivalent', `${transition} cannot be taken`]
    const guarded = ['negate', 'drop an atom', 'widen', 'reorder', 'drop a branch', 'drop a skip']
    if (guarded.includes(operator))
      return ['equivalent', 'the condition is constant on what is reached']
    return ['equivalent', 'the whole graphs are bisimilar']
  }
}

/** What a success amounts to, for comparing: who, by which way, with what. */
interface Success {
  readonly who: string
  readonly proven: ReadonlySet<string>
  /** The author has said that this way may give less. */
  readonly declared: boolean
}

/** A success that no success of the original is worth as little as. */
function lessSecure(before: readonly Success[], after: readonly Success[]): boolean {
  return after.some(
    (one) =>
      !one.declared &&
      !before.some(
        (old) => old.who === one.who && [...old.proven].every((proof) => one.proven.has(proof)),
      ),
  )
}

function successesOf({ model, explored, edges }: Graph): Success[] {
  const found = new Map<string, Success>()
  const row = new Int32Array(model.width)
  for (const id of edges.keys()) {
    explored.table.read(id, row)
    const state = model.states[layout.stateOf(row)]?.state
    if (!isEnd(model, row) || state?.kind !== 'end' || state.outcome !== 'success') continue
    const kind = layout.kinds[layout.kindOf(row)]!
    const by = kind === 'account' ? '' : ` by ${model.connections[layout.connectionOf(row)]}`
    const who = `${kind}${by}`
    const way = model.ways[layout.wayOf(row)]!
    const declared = model.definition.weaker.some(({ ways }) => ways.includes(way))
    const slots = model.proofSets.slots(row[layout.proofs]!)
    // A factor that is new here and one that was there before are worth the same to a success.
    const proven = new Set(slots.map(({ credential, factor }) => `${factor} ${credential}`))
    found.set(`${declared} ${who} ${[...proven].sort(inOrderOfText)}`, { who, proven, declared })
  }
  return [...found.values()]
}

/** Whether a mutant can do nothing else on this path than what the path expects. */
function passes(path: TestPath, model: Model): boolean {
  const version = new Version(model)
  let rows = [version.start()]
  for (const {
    kind,
    state,
    option,
    connection,
    outcome,
    attempts,
    case: index,
    to,
    facts,
  } of path.moves) {
    const wanted = [kind, state, option, connection, outcome, index, attempts].filter(
      (part) => part !== undefined,
    )
    const next = rows
      .flatMap((row) => version.next(row))
      .filter(({ move, row }) => {
        const failed = move.endsWith(' failed')
        const same = move.replace(/ failed$/, '') === wanted.join(' ')
        return same && !failed && agrees(model, row, facts)
      })
    if (next.length === 0) return path.needs.length > 0
    if (next.some(({ row }) => nameOf(model, row) !== to)) return false
    rows = next.map(({ row }) => row)
  }
  return true
}

/** Whether a row allows the facts that a path has found out. */
function agrees(
  model: Model,
  row: Int32Array,
  facts: readonly { readonly name: string; readonly is: string }[],
): boolean {
  return facts.every(({ name, is }) => {
    const variable = model.variables.find(name)
    if (!variable) return true
    const bits = variable.phrases.reduce(
      (mask, phrase, bit) => (is.split(' or ').includes(phrase) ? mask | (1 << bit) : mask),
      0,
    )
    return bits === 0 || (row[8 + variable.id]! & bits) !== 0
  })
}

function unreached(model: Model): Set<string> {
  return new Set(
    checkGuards(model)
      .filter(({ property }) => property === 'I-10')
      .map(({ state }) => state),
  )
}

function modelOf(flow: FlowDefinition, steps: readonly StepDeclaration[]): Model {
  return new Model(flow, {
    steps,
    rules: allRules,
    anyConfiguration: false,
    interference: [],
    sessions: [],
    credentials: credentialsOf([flow], steps),
  })
}
