/**
 * An attribute of a profile, made from what an upstream asserts by a CEL expression over `claims`.
 *
 *     department: claims.org.department
 *
 * What is asserted is data: it is looked at by the expression and never read as one. A claim that is not
 * there leaves the attribute out; anything else that goes wrong is an error, and never a guess.
 */
import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import type { SyncMode } from './step.ts'

/** `text`, `bool`, a whole number, or a list of texts: what has another type is as if unsaid. */
export const attributeTypes = ['text', 'bool', 'int', 'texts'] as const
export type AttributeType = (typeof attributeTypes)[number]
export type AttributeValue = string | boolean | number | readonly string[]

export interface Attribute {
  /** The expression. */
  readonly from: string
  readonly type: AttributeType
  /** What a later login does to it. Absent: what the connection says for all. */
  readonly sync?: SyncMode
}

export type Made =
  | { readonly is: 'value'; readonly value: AttributeValue }
  | { readonly is: 'missing' }
  | { readonly is: 'error' }

/** Of what an upstream asserts; beyond them it is as if unsaid. */
export const claimLimits = { depth: 8, entries: 1000, text: 10_000 }
/** UTF-16 units of an expression. */
export const attributeSourceMax = 500

export type ClaimTree = ReadonlyMap<string, unknown>

/** @returns what is wrong with an expression, or `undefined` */
export function attributeMistake(source: string): string | undefined {
  try {
    const program = environment.parse(source)
    const forbidden = forbiddenCall(program.ast)
    if (forbidden !== undefined) return `an attribute cannot be made with \`${forbidden}\``
    const checked = program.check()
    return checked.valid ? undefined : told(checked.error)
  } catch (error) {
    return told(error)
  }
}

/** Never throws. */
export function makeAttribute({ from, type }: Attribute, claims: ClaimTree): Made {
  try {
    const made = environment.parse(from)({ claims }) as unknown
    const value = fromOptional(made)
    return value === undefined || value === null ? { is: 'missing' } : typed(value, type)
  } catch (error) {
    return codeOf(error) === 'no_such_key' ? { is: 'missing' } : { is: 'error' }
  }
}

/** What an upstream asserts, as expressions see it: own entries alone, whatever they are called. */
export function claimTree(asserted: Readonly<Record<string, unknown>>): ClaimTree {
  let left = claimLimits.entries
  const treeOf = (value: unknown, depth: number): unknown => {
    if (depth > claimLimits.depth || left-- <= 0) return undefined
    if (typeof value === 'string') return value.length <= claimLimits.text ? value : undefined
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
    if (typeof value === 'boolean' || value === null) return value
    if (Array.isArray(value)) {
      return value.map((each) => treeOf(each, depth + 1)).filter((each) => each !== undefined)
    }
    if (typeof value !== 'object') return undefined
    const entries = Object.entries(value).map(([key, each]) => [key, treeOf(each, depth + 1)])
    return new Map(entries.filter(([, each]) => each !== undefined) as [string, unknown][])
  }
  return treeOf(asserted, 0) as ClaimTree
}

function typed(value: unknown, type: AttributeType): Made {
  if (type === 'int') {
    const isInt = typeof value === 'bigint' && Number.isSafeInteger(Number(value))
    return isInt ? { is: 'value', value: Number(value) } : { is: 'missing' }
  }
  if (type === 'texts') {
    const isTexts = Array.isArray(value) && value.every((each) => typeof each === 'string')
    return isTexts ? { is: 'value', value } : { is: 'missing' }
  }
  const isIt = typeof value === (type === 'bool' ? 'boolean' : 'string')
  return isIt ? { is: 'value', value: value as string | boolean } : { is: 'missing' }
}

/** `claims.?department` gives something that may hold nothing. */
function fromOptional(made: unknown): unknown {
  const isOptional = typeof made === 'object' && made !== null && 'hasValue' in made
  if (!isOptional) return made
  const optional = made as { hasValue(): boolean; value(): unknown }
  return optional.hasValue() ? optional.value() : undefined
}

const calls: ReadonlySet<string> = new Set([
  ...['startsWith', 'endsWith', 'contains', 'lowerAscii', 'upperAscii', 'trim', 'size', 'string'],
  ...['exists', 'all', 'exists_one', 'map', 'filter', 'has', 'orValue', 'hasValue', 'int'],
])

/** No regular expression: an upstream chooses the text, and one unlucky one takes minutes. */
function forbiddenCall(node: unknown): string | undefined {
  if (Array.isArray(node)) {
    for (const each of node) {
      const found = forbiddenCall(each)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (typeof node !== 'object' || node === null || !('op' in node)) return undefined
  const { op, args } = node as ASTNode
  if (op !== 'call' && op !== 'rcall') return forbiddenCall(args)
  const [name, ...rest] = args as readonly [string, ...unknown[]]
  return calls.has(name) ? forbiddenCall(rest) : name
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : undefined
}

function told(error: unknown): string {
  const summary = (error as { summary?: unknown } | undefined)?.summary
  return typeof summary === 'string' ? summary : 'it is nested too deeply'
}

function makeEnvironment(): Environment {
  const made = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: true,
    enableOptionalTypes: true,
    limits: {
      maxAstNodes: 100,
      maxDepth: 16,
      maxListElements: 20,
      maxMapEntries: 1,
      maxCallArguments: 4,
    },
  })
  made.registerVariable('claims', 'map<string, dyn>')
  return made
}

const environment = makeEnvironment()
