/**
 * Conditions: CEL over facts, checked when a file is read, three-valued when a login runs.
 *
 * Plain CEL lets `||` absorb an error and `&&` too. Here an error in any fact that a condition names is
 * an error of the whole condition, so that what is missing never lets anyone pass.
 */
import { Environment } from '@marcbachmann/cel-js'
import type { ConditionTree } from './condition-tree.ts'
import {
  type FactDeclaration,
  type FactName,
  type FactType,
  type FactValue,
  type FactValues,
  factDeclarations,
} from './facts.ts'
import type { Condition } from './flow.ts'
import { glob } from './glob.ts'
import { Moment, weekdays } from './moment.ts'
import { didYouMean } from './nearest.ts'
import { Address, readAddress } from './network.ts'
import { type ConditionMistake, readTree } from './read-condition.ts'

export type Truth = 'true' | 'false' | 'error'

/** A condition that can be asked. */
export interface Predicate {
  readonly source: string
  /** The same for conditions that differ in spacing and superfluous brackets only. */
  readonly normal: string
  readonly reads: readonly FactName[]
  readonly tree: ConditionTree
  /** Never throws. */
  evaluate(facts: FactValues): Truth
}

/** Values that a fact can have in this organisation, where the list is closed. */
export type Vocabulary = Readonly<Partial<Record<FactName, readonly string[]>>>

/** UTF-16 units of a condition, and of one text among the facts; entries of a list among the facts. */
export const conditionLimits = { source: 2000, text: 10_000, entries: 2000, nodes: 200, depth: 24 }

const facts: Readonly<Record<FactName, FactDeclaration>> = factDeclarations
const factNames = Object.keys(facts) as FactName[]

/** @returns the predicate, or every mistake that the condition has */
export function readCondition(
  source: string,
  vocabulary: Vocabulary = {},
): { readonly predicate: Predicate } | { readonly mistakes: readonly ConditionMistake[] } {
  const parsed = parse(source)
  if ('mistake' in parsed) return { mistakes: [parsed.mistake] }
  const { tree, reads, mistakes } = readTree(parsed.program.ast)
  if (mistakes.length > 0) return { mistakes }
  const wrongType = checkTypes(parsed.program)
  if (wrongType !== undefined) return { mistakes: [wrongType] }
  const misspelt = foreignValues(tree, vocabulary, source)
  if (misspelt.length > 0) return { mistakes: misspelt }
  if (reads.length === 0) return { mistakes: [constant] }
  return { predicate: makePredicate(source, parsed.program, tree, reads) }
}

/**
 * Decides a condition of a definition. Never throws: what cannot be decided is an error.
 *
 * Reads the condition anew, in some 20 µs; who asks often keeps the predicate.
 */
export function evaluate(condition: Pick<Condition, 'source'>, facts: FactValues): Truth {
  const read = readCondition(condition.source)
  return 'predicate' in read ? read.predicate.evaluate(facts) : 'error'
}

type Program = ReturnType<Environment['parse']>

function makePredicate(
  source: string,
  program: Program,
  tree: ConditionTree,
  reads: readonly FactName[],
): Predicate {
  const evaluate = (values: FactValues): Truth => {
    const context = contextOf(reads, values)
    if (context === undefined) return 'error'
    try {
      const result: unknown = program(context)
      return result === true ? 'true' : result === false ? 'false' : 'error'
    } catch {
      return 'error'
    }
  }
  return { source, normal: normalForm(tree), reads, tree, evaluate }
}

/** The tree as a text: ours, and so the same whatever version of the library has read it. */
function normalForm(tree: ConditionTree): string {
  return JSON.stringify(tree, (key, value: unknown) =>
    key === 'text' && typeof value === 'string' ? squeezed(value) : value,
  )
}

/** Without spaces that say nothing: all that are outside of quotes, but for one between two words. */
function squeezed(text: string): string {
  const parts = text.match(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\s+|\w+|./gs) ?? []
  const isWord = (part: string | undefined) => part !== undefined && /^\w/.test(part)
  return parts
    .map((part, index) => {
      if (part.trim() !== '') return part
      return isWord(parts[index - 1]) && isWord(parts[index + 1]) ? ' ' : ''
    })
    .join('')
}

/** @returns `undefined` when a fact that the condition names is missing or is not of its type */
function contextOf(
  reads: readonly FactName[],
  values: FactValues,
): Record<string, Record<string, unknown>> | undefined {
  const context: Record<string, Record<string, unknown>> = {}
  for (const name of reads) {
    const [root, field] = name.split('.') as [string, string]
    context[root] ??= {}
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) {
      if (!facts[name].optional) return undefined
    } else {
      const read = hasType(value, facts[name].type) ? asRead(value, facts[name].type) : undefined
      if (read === undefined) return undefined
      context[root][field] = read
    }
  }
  return context
}

/** What a fact is to a condition. @returns `undefined` for a text that is no address */
export function asRead(value: FactValue, type: FactType): unknown {
  if (type === 'address') return readAddress(String(value))
  if (type === 'time') return new Moment(Number(value))
  return typeof value === 'number' ? BigInt(value) : value
}

function hasType(value: FactValue, type: FactType): boolean {
  if (type === 'bool') return typeof value === 'boolean'
  if (type === 'int' || type === 'time') return Number.isSafeInteger(value)
  if (type === 'string' || type === 'address') return isShortText(value)
  return Array.isArray(value) && value.length <= conditionLimits.entries && value.every(isShortText)
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= conditionLimits.text
}

function parse(source: string): { program: Program } | { mistake: ConditionMistake } {
  if (source.length > conditionLimits.source) {
    const message = `the condition has ${source.length} characters; at most ${conditionLimits.source} are read`
    const hint = 'split it into several branches'
    return { mistake: { code: 'condition-too-large', at: 0, message, hint } }
  }
  try {
    return { program: environment.parse(source) }
  } catch (error) {
    const { at, text, tooLarge } = told(error)
    return {
      mistake: {
        code: tooLarge ? 'condition-too-large' : 'condition-syntax',
        at,
        message: `this condition cannot be read: ${text}`,
        hint: tooLarge
          ? 'split it into several branches'
          : "write it as in `identity.kind == 'account'`",
      },
    }
  }
}

function checkTypes(program: Program): ConditionMistake | undefined {
  const checked = program.check()
  if (!checked.valid) {
    const { at, text } = told(checked.error)
    return {
      code: 'condition-type',
      at,
      message: `this condition does not fit together: ${text}`,
      hint: 'the types of all facts are in flows/README.md',
    }
  }
  if (checked.type === 'bool') return undefined
  return {
    code: 'condition-type',
    at: 0,
    message: `a condition must be true or false, and this is of type ${checked.type}`,
    hint: 'compare it with something',
  }
}

function told(error: unknown): { at: number; text: string; tooLarge: boolean } {
  if (typeof error !== 'object' || error === null) return { at: 0, text: '?', tooLarge: false }
  const { range, summary, code } = error as {
    range?: { start: number }
    summary?: string
    code?: string
  }
  const text = (summary ?? 'it is nested too deeply').replace(/^./, (c) => c.toLowerCase())
  return {
    at: range?.start ?? 0,
    text,
    tooLarge: summary === undefined || /limit/i.test(code ?? ''),
  }
}

const constant: ConditionMistake = {
  code: 'condition-constant',
  at: 0,
  message: 'this condition reads no fact, so it is always the same',
  hint: 'leave it out, or compare a fact with something',
}

/** Texts that a fact is compared with although it can never have that value. */
function foreignValues(
  tree: ConditionTree,
  vocabulary: Vocabulary,
  source: string,
): ConditionMistake[] {
  const found: ConditionMistake[] = []
  const compare = (of: ConditionTree, given: readonly ConditionTree[]) => {
    const [name, known] = closedValues(of, vocabulary)
    for (const literal of given) {
      if (known === undefined || literal.op !== 'literal') continue
      const text = String(literal.value)
      if (known.includes(text)) continue
      const message = `\`${name}\` is never \`${text}\``
      const hint = didYouMean(text, known)
      found.push({ code: 'condition-fact', at: Math.max(0, source.indexOf(text)), message, hint })
    }
  }
  for (const node of nodesOf(tree)) {
    if (node.op === 'compare') {
      compare(node.left, [node.right])
      compare(node.right, [node.left])
    }
    if (node.op === 'in') {
      if (node.list.op === 'list') compare(node.item, node.list.items)
      compare(node.list, [node.item])
    }
  }
  return found
}

function closedValues(
  tree: ConditionTree,
  vocabulary: Vocabulary,
): readonly [name: string, values: readonly string[] | undefined] {
  if (tree.op === 'fact') return [tree.name, vocabulary[tree.name] ?? facts[tree.name].values]
  return tree.op === 'call' && tree.name === 'weekday' ? ['weekday', weekdays] : ['', undefined]
}

/** A tree's nodes, itself first. */
export function nodesOf(tree: ConditionTree): readonly ConditionTree[] {
  return [tree, ...childrenOf(tree).flatMap(nodesOf)]
}

function childrenOf(tree: ConditionTree): readonly ConditionTree[] {
  if (tree.op === 'and' || tree.op === 'or' || tree.op === 'compare') return [tree.left, tree.right]
  if (tree.op === 'not') return [tree.of]
  if (tree.op === 'choose') return [tree.when, tree.met, tree.otherwise]
  if (tree.op === 'in') return [tree.item, tree.list]
  if (tree.op === 'list') return tree.items
  if (tree.op === 'call') return [tree.on, ...tree.given]
  if (tree.op === 'or-value') return [tree.otherwise]
  return []
}

function makeEnvironment(): Environment {
  const made = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: true,
    enableOptionalTypes: true,
    limits: {
      maxAstNodes: conditionLimits.nodes,
      maxDepth: conditionLimits.depth,
      maxListElements: 100,
      maxMapEntries: 1,
      maxCallArguments: 4,
    },
  })
  made.registerType('address', Address)
  made.registerType('time', Moment)
  const schemas = new Map<string, Record<string, FactType>>()
  for (const name of factNames) {
    const [root, field] = name.split('.') as [string, string]
    schemas.set(root, { ...schemas.get(root), [field]: facts[name].type })
  }
  for (const [name, schema] of schemas) made.registerVariable({ name, schema })
  made.registerFunction('string.glob(string): bool', (text: string, pattern: string) =>
    glob(text, pattern),
  )
  made.registerFunction('address.inNetwork(string): bool', (address: Address, network: string) =>
    address.inNetwork(network),
  )
  made.registerFunction('time.hour(string): int', (moment: Moment, zone: string) =>
    BigInt(moment.hour(zone)),
  )
  made.registerFunction('time.weekday(string): string', (moment: Moment, zone: string) =>
    moment.weekday(zone),
  )
  return made
}

const environment = makeEnvironment()
