/**
 * Everything that the model does not know beforehand, each as a set of still possible values.
 *
 * A variable is one word of a packed state; a bit of it is a value that is still possible. Reading clears
 * bits, so that a story holds only the facts that somebody has asked for.
 */
import type { ConditionTree } from '../language/condition-tree.ts'
import { nodesOf } from '../language/conditions.ts'
import {
  type FactDeclaration,
  type FactName,
  type FactValue,
  factDeclarations,
} from '../language/facts.ts'
import { inOrderOfText } from '../language/nearest.ts'
import { sampleAddresses, sampleNumbers, sampleTexts, sampleTimes } from './samples.ts'
import { type Lookup, truthOf } from './values.ts'

export interface Variable {
  readonly id: number
  readonly kind: 'world' | 'setting' | 'fact' | 'opaque'
  readonly name: string
  readonly full: number
  /** A sentence for each bit, to follow "because" or "while". */
  readonly phrases: readonly string[]
  /** Bits that need no explanation: what is so for most people on most days. */
  readonly usual: number
  /** The facts that it stands for or reads; recording one of them forgets it. */
  readonly facts: readonly FactName[]
  /** One value for each bit, where values are texts or numbers; `undefined` stands for a missing one. */
  readonly values?: readonly (FactValue | undefined)[]
}

/** World and setting variables, and members of lists. */
export const no = 1
export const yes = 2
const either = no | yes
const valuesMax = 30

const declared: Readonly<Record<FactName, FactDeclaration>> = factDeclarations

/** Facts that the model always knows, because they follow from identity and proofs. */
export const exactFacts: ReadonlySet<FactName> = new Set([
  'identity.kind',
  'identity.connection',
  'account.new',
  'proofs.factors',
  'proofs.amr',
  'proofs.options',
  'proofs.phishingResistant',
])

/** Whether the engine finds it out, of whoever is known. */
export function isLearned(fact: FactName): boolean {
  return declared[fact].learned === true
}

/** How a part of a condition is decided. */
export type Part =
  | { readonly by: 'exact' }
  | { readonly by: 'member'; readonly fact: FactName; readonly item: string }
  | { readonly by: 'single'; readonly fact: FactName }
  | { readonly by: 'opaque' }

export class Variables {
  readonly list: Variable[] = []
  readonly #byName = new Map<string, Variable>()
  readonly #parts = new Map<FactName, ConditionTree[]>()
  /** Values of facts where the list is closed for this flow. */
  readonly #closed: Readonly<Partial<Record<FactName, readonly string[]>>>

  constructor(closed: Readonly<Partial<Record<FactName, readonly string[]>>>) {
    this.#closed = closed
  }

  get(id: number): Variable {
    return this.list[id]!
  }

  find(name: string): Variable | undefined {
    return this.#byName.get(name)
  }

  ofFact(fact: FactName): Variable[] {
    return this.list.filter((variable) => variable.facts.includes(fact))
  }

  world(name: string, phrases: readonly [ifNo: string, ifYes: string], usual: number): Variable {
    return this.#add({ kind: 'world', name, full: either, phrases, usual, facts: [] })
  }

  setting(name: string, phrases: readonly [string, string]): Variable {
    return this.#add({ kind: 'setting', name, full: either, phrases, usual: either, facts: [] })
  }

  /** To be called for every condition before `variableOf`: all parts over one fact are split together. */
  collect(part: ConditionTree): void {
    const kind = partOf(part)
    if (kind.by === 'single') {
      this.#parts.set(kind.fact, [...(this.#parts.get(kind.fact) ?? []), part])
    }
  }

  /** The variable that decides a part, and for each of its bits the truth; error is `undefined`. */
  variableOf(part: ConditionTree): {
    readonly variable: Variable
    readonly truths: readonly (boolean | undefined)[]
  } {
    const kind = partOf(part)
    if (kind.by === 'member') {
      return { variable: this.member(kind.fact, kind.item), truths: [false, true] }
    }
    const variable = kind.by === 'single' ? this.#single(kind.fact) : undefined
    if (!variable?.values) {
      return { variable: this.#opaque(part), truths: [true, false, undefined] }
    }
    return { variable, truths: variable.values.map((value) => truthOf(part, () => value)) }
  }

  /** Whether a list has an entry. Entries are independent of each other. */
  member(fact: FactName, item: string): Variable {
    return this.#add({
      kind: 'fact',
      name: `${fact} has ${item}`,
      full: either,
      phrases: [`${fact} lacks '${item}'`, `${fact} has '${item}'`],
      usual: either,
      facts: [fact],
    })
  }

  #single(fact: FactName): Variable | undefined {
    const found = this.#byName.get(fact)
    if (found) return found
    const parts = this.#parts.get(fact) ?? []
    const values = distinctValues(parts, this.#valuesOf(fact, parts))
    if (values.length > valuesMax) return undefined
    return this.#add({
      kind: 'fact',
      name: fact,
      full: 2 ** values.length - 1,
      phrases: values.map((value) => phrase(fact, value)),
      usual: 2 ** values.length - 1,
      facts: [fact],
      values,
    })
  }

  #valuesOf(fact: FactName, parts: readonly ConditionTree[]): (FactValue | undefined)[] {
    const declaration = declared[fact]
    const missing = declaration.optional ? [undefined] : []
    const closed = this.#closed[fact] ?? declaration.values
    if (closed) return [...closed, ...missing]
    if (declaration.type === 'bool') return [true, false, ...missing]
    if (declaration.type === 'int') return [...sampleNumbers(parts), ...missing]
    if (declaration.type === 'address') return sampleAddresses(parts)
    if (declaration.type === 'time') return sampleTimes(parts)
    return [...sampleTexts(parts), ...missing]
  }

  #opaque(part: ConditionTree): Variable {
    const text = JSON.stringify(part)
    const shown = part.op === 'opaque' ? part.text : describe(part)
    return this.#add({
      kind: 'opaque',
      name: `opaque ${text}`,
      full: 7,
      phrases: [
        `\`${shown}\` is assumed to be true`,
        `\`${shown}\` is assumed to be false`,
        `\`${shown}\` is assumed to fail`,
      ],
      usual: 3,
      facts: readsOf(part),
    })
  }

  #add(variable: Omit<Variable, 'id'>): Variable {
    const found = this.#byName.get(variable.name)
    if (found) return found
    const added = { ...variable, id: this.list.length }
    this.list.push(added)
    this.#byName.set(added.name, added)
    return added
  }
}

export function partOf(part: ConditionTree): Part {
  const reads = readsOf(part)
  const opaque = nodesOf(part).some((node) => node.op === 'opaque')
  if (!opaque && reads.every((name) => exactFacts.has(name))) return { by: 'exact' }
  if (part.op === 'in' && part.list.op === 'fact' && part.item.op === 'literal') {
    return { by: 'member', fact: part.list.name, item: String(part.item.value) }
  }
  const [fact] = reads
  if (opaque || reads.length !== 1 || !fact || declared[fact].type === 'list<string>') {
    return { by: 'opaque' }
  }
  return { by: 'single', fact }
}

export function readsOf(tree: ConditionTree): FactName[] {
  const names = nodesOf(tree).flatMap((node) => {
    if (node.op === 'fact' || node.op === 'has' || node.op === 'or-value') return [node.name]
    return node.op === 'opaque' ? node.reads : []
  })
  return [...new Set(names)].sort(inOrderOfText)
}

/** One value for each combination of truths that some value has. */
function distinctValues(
  parts: readonly ConditionTree[],
  values: readonly (FactValue | undefined)[],
): (FactValue | undefined)[] {
  const seen = new Map<string, FactValue | undefined>()
  for (const value of values) {
    const lookup: Lookup = () => value
    const truths = parts.map((part) => truthOf(part, lookup) ?? 'error').join()
    const key = value === undefined ? `missing ${truths}` : truths
    if (!seen.has(key)) seen.set(key, value)
  }
  return [...seen.values()]
}

function phrase(fact: FactName, value: FactValue | undefined): string {
  if (value === undefined) return `${fact} is missing`
  if (value === '') return `${fact} is empty`
  if (declared[fact].type === 'time') {
    return `${fact} is ${new Date(Number(value)).toISOString().slice(0, 16)}Z`
  }
  const text = String(value).replaceAll('\u00b7', '…')
  if (text === '…') return `${fact} is something else`
  return typeof value === 'string' ? `${fact} is '${text}'` : `${fact} is ${text}`
}

function describe(tree: ConditionTree): string {
  return `a condition over ${readsOf(tree).join(' and ')}`
}
