/** What a part of a condition is worth for given facts. Conditions proper are decided from these parts. */
import type { Comparison, ConditionTree } from '../language/condition-tree.ts'
import type { FactName, FactValue } from '../language/facts.ts'
import { glob } from '../language/glob.ts'
import { Moment } from '../language/moment.ts'
import { readAddress } from '../language/network.ts'

export type Lookup = (name: FactName) => FactValue | undefined
/** Thrown where a value that is not there is read. */
class Missing extends Error {}

/** @returns the truth, or `undefined` where the part cannot be decided */
export function truthOf(tree: ConditionTree, lookup: Lookup): boolean | undefined {
  try {
    const value = worthOf(tree, lookup)
    return typeof value === 'boolean' ? value : undefined
  } catch (thrown) {
    if (thrown instanceof Missing) return undefined
    throw thrown
  }
}

function worthOf(tree: ConditionTree, lookup: Lookup): FactValue {
  switch (tree.op) {
    case 'literal':
      return tree.value
    case 'list':
      return tree.items.map((item) => String(worthOf(item, lookup)))
    case 'fact':
      return there(lookup(tree.name))
    case 'has':
      return lookup(tree.name) !== undefined
    case 'or-value':
      return lookup(tree.name) ?? worthOf(tree.otherwise, lookup)
    case 'not':
      return !worthOf(tree.of, lookup)
    case 'and':
      return Boolean(worthOf(tree.left, lookup)) && Boolean(worthOf(tree.right, lookup))
    case 'or':
      return Boolean(worthOf(tree.left, lookup)) || Boolean(worthOf(tree.right, lookup))
    case 'choose':
      return worthOf(worthOf(tree.when, lookup) ? tree.met : tree.otherwise, lookup)
    case 'compare':
      return compare(tree.by, worthOf(tree.left, lookup), worthOf(tree.right, lookup))
    case 'in': {
      const list = worthOf(tree.list, lookup)
      return Array.isArray(list) && list.includes(String(worthOf(tree.item, lookup)))
    }
    case 'call':
      return call(
        tree.name,
        worthOf(tree.on, lookup),
        tree.given.map((given) => worthOf(given, lookup)),
      )
    case 'opaque':
      throw new Missing()
  }
}

function there(value: FactValue | undefined): FactValue {
  if (value === undefined) throw new Missing()
  return value
}

function compare(by: Comparison, left: FactValue, right: FactValue): boolean {
  if (by === '==') return JSON.stringify(left) === JSON.stringify(right)
  if (by === '!=') return JSON.stringify(left) !== JSON.stringify(right)
  if (by === '<') return left < right
  if (by === '<=') return left <= right
  if (by === '>') return left > right
  return left >= right
}

function call(name: string, on: FactValue, given: readonly FactValue[]): FactValue {
  const text = String(on)
  const argument = String(given[0] ?? '')
  if (name === 'inNetwork') return there(readAddress(text)?.inNetwork(argument))
  if (name === 'hour') return new Moment(Number(on)).hour(argument)
  if (name === 'weekday') return new Moment(Number(on)).weekday(argument)
  if (name === 'startsWith') return text.startsWith(argument)
  if (name === 'endsWith') return text.endsWith(argument)
  if (name === 'contains') return text.includes(argument)
  if (name === 'glob') return glob(text, argument)
  if (name === 'lowerAscii') return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (name === 'size') return Array.isArray(on) ? on.length : [...text].length
  throw new Missing()
}
