/** A condition made ready to be decided over packed states, splitting only what its answer hangs on. */
import type { ConditionTree } from '../language/condition-tree.ts'
import { readCondition } from '../language/conditions.ts'
import { type FactDeclaration, type FactName, factDeclarations } from '../language/facts.ts'
import type { Condition } from '../language/flow.ts'
import { firstVariable, kindOf, kinds, type Row } from './layout.ts'
import { and, choose, isError, isFalse, isTrue, not, or, type Truths } from './truth.ts'
import { type Lookup, truthOf } from './values.ts'
import { partOf, type Variable, type Variables } from './variables.ts'

/** What a row says for certain: facts that follow from identity and proofs. */
export type ExactFacts = (row: Row) => { readonly key: number; readonly lookup: Lookup }

export interface Decider {
  readonly condition: Condition
  readonly tree: ConditionTree
  readonly reads: readonly FactName[]
  /** The variables that it reads, and for each the sets of values that make no difference. */
  readonly variables: readonly Variable[]
  readonly groups: readonly (readonly number[])[]
  /** Every truth that it can have in this row. */
  truths(row: Row): Truths
}

/** @returns the tree of a condition; one that cannot be read counts as unknown in every way */
export function treeOf(condition: Condition): ConditionTree {
  const read = readCondition(condition.source)
  if ('predicate' in read) return read.predicate.tree
  return { op: 'opaque', text: condition.source, reads: condition.reads }
}

/** The parts that a condition is put together from by `&&`, `||`, `!` and `?:`. */
export function partsOf(tree: ConditionTree): ConditionTree[] {
  if (tree.op === 'and' || tree.op === 'or') return [...partsOf(tree.left), ...partsOf(tree.right)]
  if (tree.op === 'not') return partsOf(tree.of)
  if (tree.op === 'choose') return [tree.when, tree.met, tree.otherwise].flatMap(partsOf)
  return tree.op === 'literal' ? [] : [tree]
}

export function prepare(condition: Condition, variables: Variables, exact: ExactFacts): Decider {
  const tree = treeOf(condition)
  const used = new Map<Variable, (boolean | undefined)[][]>()
  const evaluate = build(tree, variables, exact, used)
  const exists = existsFor(condition.reads)
  return {
    condition,
    tree,
    reads: condition.reads,
    variables: [...used.keys()],
    groups: [...used.values()].map(groupsOf),
    truths: (row) => (exists[kindOf(row)] ? evaluate(row) : isError),
  }
}

const facts: Readonly<Record<FactName, FactDeclaration>> = factDeclarations

/** For each kind of identity, whether it has every fact that the condition names. */
function existsFor(reads: readonly FactName[]): readonly boolean[] {
  return kinds.map((kind) => reads.every((name) => facts[name].of?.includes(kind) ?? true))
}

/**
 * Splits a row until the condition has one answer. The row is narrowed in place for each call and is as
 * before when all is done.
 *
 * @param behind how far behind a word its environment lies, where the row carries one
 */
export function decide(
  decider: Decider,
  row: Row,
  told: (truth: Truths) => void,
  behind = 0,
  from = 0,
): void {
  const truths = decider.truths(row)
  if (truths === isTrue || truths === isFalse || truths === isError) {
    told(truths)
    return
  }
  for (let at = from; at < decider.variables.length; at++) {
    const word = firstVariable + decider.variables[at]!.id
    const before = row[word]!
    const groups = decider.groups[at]!
    if (!splits(groups, before)) continue
    const linked = behind > 0 && row[word + behind] === before
    for (const group of groups) {
      if ((group & before) === 0) continue
      row[word] = before & group
      if (linked) row[word + behind] = before & group
      decide(decider, row, told, behind, at + 1)
    }
    row[word] = before
    if (linked) row[word + behind] = before
    return
  }
  throw new Error(`condition ${decider.condition.source} has no answer`)
}

/** Whether what is possible lies in more than one group. */
function splits(groups: readonly number[], possible: number): boolean {
  for (const group of groups) {
    if ((group & possible) !== 0) return (possible & ~group) !== 0
  }
  return false
}

type Evaluate = (row: Row) => Truths

function build(
  tree: ConditionTree,
  variables: Variables,
  exact: ExactFacts,
  used: Map<Variable, (boolean | undefined)[][]>,
): Evaluate {
  const sub = (of: ConditionTree) => build(of, variables, exact, used)
  if (tree.op === 'literal') return () => (tree.value === true ? isTrue : isFalse)
  if (tree.op === 'not') {
    const of = sub(tree.of)
    return (row) => not(of(row))
  }
  if (tree.op === 'and' || tree.op === 'or') {
    const [left, right, join] = [sub(tree.left), sub(tree.right), tree.op === 'and' ? and : or]
    return (row) => join(left(row), right(row))
  }
  if (tree.op === 'choose') {
    const [when, met, otherwise] = [sub(tree.when), sub(tree.met), sub(tree.otherwise)]
    return (row) => choose(when(row), met(row), otherwise(row))
  }
  if (partOf(tree).by === 'exact') return exactly(tree, exact)
  const { variable, truths } = variables.variableOf(tree)
  used.set(variable, [...(used.get(variable) ?? []), [...truths]])
  return reading(variable, truths)
}

function exactly(tree: ConditionTree, exact: ExactFacts): Evaluate {
  const known = new Map<number, Truths>()
  return (row) => {
    const { key, lookup } = exact(row)
    let truth = known.get(key)
    if (truth === undefined) {
      truth = asTruth(truthOf(tree, lookup))
      known.set(key, truth)
    }
    return truth
  }
}

function reading(variable: Variable, truths: readonly (boolean | undefined)[]): Evaluate {
  const word = firstVariable + variable.id
  const maskOf = (truth: Truths) =>
    truths.reduce((mask, one, bit) => (asTruth(one) === truth ? mask | (1 << bit) : mask), 0)
  const [whenTrue, whenFalse, whenError] = [maskOf(isTrue), maskOf(isFalse), maskOf(isError)]
  return (row) => {
    const mask = row[word]!
    return (
      (mask & whenTrue ? isTrue : 0) |
      (mask & whenFalse ? isFalse : 0) |
      (mask & whenError ? isError : 0)
    )
  }
}

function asTruth(truth: boolean | undefined): Truths {
  if (truth === undefined) return isError
  return truth ? isTrue : isFalse
}

/** Values with the same truths in every part of the condition, as masks. */
function groupsOf(parts: readonly (readonly (boolean | undefined)[])[]): number[] {
  const groups = new Map<string, number>()
  for (let bit = 0; bit < parts[0]!.length; bit++) {
    const key = parts.map((truths) => asTruth(truths[bit])).join()
    groups.set(key, (groups.get(key) ?? 0) | (1 << bit))
  }
  return [...groups.values()]
}
