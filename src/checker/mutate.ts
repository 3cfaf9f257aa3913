/**
 * Mutation of flows: does anything notice each single edit?
 *
 * A mutant that lets in with less, or lets in more people, must be broken by a property; a test is not
 * enough there. Of the others a generated test must tell it apart, or it is equivalent, with the reason.
 */

import type { StepDeclaration } from '../language/declaration.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { check } from './check.ts'
import { compare, Version } from './compare.ts'
import { operators as ofConditions } from './edit-conditions.ts'
import { type Edit, editsOf, type Operator } from './edits.ts'
import { type Gained, Gains, modelAsking } from './gains.ts'
import { checkGuards } from './guards.ts'
import type { Model } from './model.ts'
import { generatePaths, type Paths, type TestPath } from './paths.ts'
import type { Report } from './report.ts'
import { nameOf } from './story.ts'

export type Fate = 'refused' | 'broken' | 'told apart' | 'equivalent' | 'survived'

export interface Mutant {
  readonly operator: Operator
  readonly text: string
  readonly fate: Fate
  /** The property, the test's id, or why it is equivalent. */
  readonly by: string
  /** Less secure: somebody gets in, or gets a group, whom the original does not let, or for fewer proofs. */
  readonly gained: Gained | undefined
}

export interface Mutation {
  readonly flow: string
  readonly mutants: readonly Mutant[]
  /** Less secure, and no property notices: each is a hole in the properties. */
  readonly unexplained: readonly Mutant[]
}

/** @param statesMax states of each exploration and pairs of each comparison; more is never a pass */
export function mutate(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  statesMax = 20_000,
): Mutation {
  const original = new Original(flow, steps, statesMax)
  const mutants = editsOf(flow).map((edit) => original.judge(edit))
  const unexplained = mutants.filter(
    ({ gained, fate }) => gained && fate !== 'broken' && fate !== 'refused',
  )
  return { flow: flow.name, mutants, unexplained }
}

/** Edits of what a condition says, and of which of them is asked. */
const guarded: ReadonlySet<Operator> = new Set([
  ...ofConditions,
  'reorder',
  'drop a branch',
  'drop a skip',
  'drop a rule',
  'error',
])

/** Nothing is concluded from what was not seen. */
const tooLarge: Gained = { what: 'may get more: too large to tell', person: [], proven: [] }

/** Whether a property holds is all that counts here, not how certainly it is broken. */
const whatHolds = { twoLogins: false } as const

class Original {
  readonly #steps: readonly StepDeclaration[]
  readonly #statesMax: number
  readonly #report: Report
  readonly #paths: Paths
  readonly #model: Model
  readonly #unreached: ReadonlySet<string>
  readonly #flow: FlowDefinition
  readonly #gains: Gains
  readonly #taken: ReadonlySet<string>

  constructor(flow: FlowDefinition, steps: readonly StepDeclaration[], statesMax: number) {
    this.#steps = steps
    this.#statesMax = statesMax
    this.#report = check({ flows: [flow] }, steps, whatHolds)[0]!
    this.#paths = generatePaths(flow, steps)
    this.#model = modelAsking(flow, steps, flow)
    this.#unreached = unreached(this.#model)
    this.#flow = flow
    this.#gains = new Gains(flow, steps, flow, statesMax)
    this.#taken = new Set(this.#paths.paths.flatMap(({ covers }) => covers))
  }

  judge(edit: Edit): Mutant {
    const { operator, text, flow } = edit
    const mutant = (fate: Fate, by: string, gained?: Gained): Mutant => ({
      operator,
      text,
      fate,
      by,
      gained,
    })
    const model = modelAsking(flow, this.#steps, this.#flow)
    const lost = [...unreached(model)].find((state) => !this.#unreached.has(state))
    if (lost) return mutant('refused', `nothing leads to ${lost} any more`)

    const gained = this.#gained(flow)
    const broken = this.#brokenBy(flow)
    if (broken) return mutant('broken', broken, gained)
    const test = this.#paths.paths.find((path) => !passes(path, model))
    if (test) return mutant('told apart', test.id, gained)
    return mutant(...this.#whyEqual(edit, model), gained)
  }

  #gained(flow: FlowDefinition): Gained | undefined {
    const after = new Gains(flow, this.#steps, this.#flow, this.#statesMax)
    const isWhole = this.#gains.complete && after.complete
    return isWhole ? this.#gains.whoGetsMore(after) : tooLarge
  }

  #brokenBy(flow: FlowDefinition): string | undefined {
    const held = this.#report.verdicts.filter(({ verdict }) => verdict === 'holds')
    const names = new Set(held.map(({ property }) => property))
    const [report] = check({ flows: [flow] }, this.#steps, whatHolds)
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
    if (guarded.has(operator)) return ['equivalent', 'the condition is constant on what is reached']
    return ['equivalent', 'the whole graphs are bisimilar']
  }
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
