/**
 * From the library's syntax tree of a condition to a tree of our own.
 *
 * It knows what a condition may contain and refuses all else, so that nothing of the library is reachable
 * that nobody here has thought about: no regular expressions, no look-up by a computed name, no macro that
 * makes values.
 */
import type { ASTNode } from '@marcbachmann/cel-js'
import type { Comparison, ConditionTree } from './condition-tree.ts'
import { type FactDeclaration, type FactName, factDeclarations } from './facts.ts'
import { isZone } from './moment.ts'
import { didYouMean, inOrderOfText, nearest } from './nearest.ts'
import { readNetwork } from './network.ts'
import type { ProblemCode } from './problem.ts'

export interface ConditionMistake {
  readonly code: ProblemCode
  /** Index into the condition's text. */
  readonly at: number
  readonly message: string
  readonly hint: string
}

const facts: Readonly<Record<string, FactDeclaration>> = factDeclarations
const factNames = Object.keys(facts) as FactName[]
const roots = new Set(factNames.map((name) => name.split('.')[0]!))

/** What may be called on a value: how many arguments, and what it is called on. */
const methods: Readonly<Record<string, number>> = {
  startsWith: 1,
  endsWith: 1,
  contains: 1,
  glob: 1,
  lowerAscii: 0,
  size: 0,
  inNetwork: 1,
  hour: 1,
  weekday: 1,
}
/** Arguments that must stand in the file, and be of a kind: a mistake in them would show at a login only. */
const literals: Readonly<Record<string, readonly [is: (text: string) => boolean, hint: string]>> = {
  glob: [() => true, "write `.glob('*.example')`"],
  inNetwork: [
    (text) => readNetwork(text) !== undefined,
    "write `.inNetwork('192.0.2.0/24')`, with the first address of the network",
  ],
  hour: [isZone, "write `.hour('Europe/Zurich')`, a zone of the IANA database"],
  weekday: [isZone, "write `.weekday('Europe/Zurich')`, a zone of the IANA database"],
}
const overLists = ['exists', 'all', 'exists_one']
const comparisons: readonly string[] = ['==', '!=', '<', '<=', '>', '>=']
const arithmetic: readonly string[] = ['+', '-', '*', '/', '%']

/** @returns the tree, what it reads, and every mistake; the tree means nothing when there is one */
export function readTree(ast: ASTNode): {
  readonly tree: ConditionTree
  readonly reads: readonly FactName[]
  readonly mistakes: readonly ConditionMistake[]
} {
  const walk = new Walk()
  const tree = walk.visit(ast, new Set())
  return { tree, reads: [...walk.reads].sort(inOrderOfText), mistakes: walk.mistakes }
}

/** Optional facts that are known to be there, because a `has` before said so. */
type Present = ReadonlySet<FactName>
const nothing: ConditionTree = { op: 'literal', value: false }

class Walk {
  readonly reads = new Set<FactName>()
  readonly mistakes: ConditionMistake[] = []
  /** The name that a macro gives to each entry of a list. */
  #entry: string | undefined

  visit(node: ASTNode, present: Present): ConditionTree {
    if (node.op === 'value') return this.#literal(node.args, node.start)
    if (node.op === 'id') return this.#name(node.args, node)
    if (node.op === '.' || node.op === '.?') return this.#fact(node, present)
    if (node.op === '&&' || node.op === '||') return this.#both(node, present)
    if (node.op === '!_') return { op: 'not', of: this.visit(node.args, present) }
    if (node.op === '?:') return this.#choice(node.args, present)
    if (node.op === 'list') {
      return { op: 'list', items: node.args.map((item) => this.visit(item, present)) }
    }
    if (node.op === 'in') {
      const [item, list] = node.args
      return { op: 'in', item: this.visit(item, present), list: this.visit(list, present) }
    }
    if (node.op === 'call') return this.#call(node.args[0], node.args[1], node)
    if (node.op === 'rcall') return this.#method(node, present)
    return this.#operator(node, present)
  }

  #operator(node: ASTNode, present: Present): ConditionTree {
    if (comparisons.includes(node.op)) {
      const [left, right] = node.args as [ASTNode, ASTNode]
      const by = node.op as Comparison
      return {
        op: 'compare',
        by,
        left: this.visit(left, present),
        right: this.visit(right, present),
      }
    }
    if (arithmetic.includes(node.op)) {
      return this.#opaque(node, () => {
        for (const side of node.args as [ASTNode, ASTNode]) this.visit(side, present)
      })
    }
    if (node.op === '-_') {
      const of = this.visit(node.args, present)
      if (of.op === 'literal' && typeof of.value === 'number') return { ...of, value: -of.value }
      return this.#opaque(node, () => {})
    }
    return this.#forbid(node.start, 'this way of writing', 'name facts as `identity.kind`')
  }

  #literal(value: unknown, at: number): ConditionTree {
    if (typeof value === 'string' || typeof value === 'boolean') return { op: 'literal', value }
    if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) {
      return { op: 'literal', value: Number(value) }
    }
    const hint = 'facts are texts, whole numbers, true or false, and lists of texts'
    return this.#forbid(at, 'this kind of value', hint)
  }

  #name(name: string, node: ASTNode): ConditionTree {
    if (name === this.#entry) return { op: 'opaque', text: name, reads: [] }
    if (roots.has(name)) {
      const of = factNames.filter((fact) => fact.startsWith(`${name}.`))
      return this.#mistake({
        code: 'condition-fact',
        at: node.start,
        message: `\`${name}\` alone is not a fact`,
        hint: didYouMean('', of),
      })
    }
    return this.#unknown(name, node.start)
  }

  #fact(node: ASTNode & { op: '.' | '.?' }, present: Present): ConditionTree {
    const name = nameOf(node)
    if (name === undefined) {
      return this.#forbid(node.start, 'reading a part of a value', 'name facts as `identity.kind`')
    }
    if (!isFact(name)) return this.#unknown(name, node.start)
    this.reads.add(name)
    if (node.op === '.?') {
      const hint = `write \`${optionally(name)}.orValue('')\` or \`${optionally(name)}.hasValue()\``
      const message = `\`${optionally(name)}\` is a value that may not be there, and is used as one that is`
      return this.#mistake({ code: 'condition-optional', at: node.start, message, hint })
    }
    if (facts[name]?.optional && !present.has(name)) {
      const hint = `write \`${optionally(name)}.orValue('')\`, or \`has(${name}) &&\` before it`
      const message = `\`${name}\` may not be there, and is read as if it were`
      return this.#mistake({ code: 'condition-optional', at: node.start, message, hint })
    }
    return { op: 'fact', name }
  }

  #both(node: ASTNode & { op: '&&' | '||' }, present: Present): ConditionTree {
    const left = this.visit(node.args[0], present)
    const known = node.op === '&&' ? presentWhen(left, true) : presentWhen(left, false)
    const right = this.visit(node.args[1], new Set([...present, ...known]))
    return { op: node.op === '&&' ? 'and' : 'or', left, right }
  }

  #choice([when, met, otherwise]: [ASTNode, ASTNode, ASTNode], present: Present): ConditionTree {
    const asked = this.visit(when, present)
    return {
      op: 'choose',
      when: asked,
      met: this.visit(met, new Set([...present, ...presentWhen(asked, true)])),
      otherwise: this.visit(otherwise, new Set([...present, ...presentWhen(asked, false)])),
    }
  }

  #call(name: string, given: ASTNode[], node: ASTNode): ConditionTree {
    const [of] = given
    if (name === 'size' && of !== undefined && given.length === 1) {
      return { op: 'call', name, on: this.visit(of, new Set()), given: [] }
    }
    if (name !== 'has') return this.#forbidCall(name, node)
    const fact = of === undefined ? undefined : nameOf(of)
    if (fact === undefined) {
      return this.#forbid(node.start, '`has` of this', 'write `has(identity.email)`')
    }
    if (!isFact(fact)) return this.#unknown(fact, of!.start)
    this.reads.add(fact)
    return { op: 'has', name: fact }
  }

  #method(node: ASTNode & { op: 'rcall' }, present: Present): ConditionTree {
    const [name, on, given] = node.args
    if (on.op === '.?' && (name === 'orValue' || name === 'hasValue')) {
      return this.#optional(name, on, given, present)
    }
    if (overLists.includes(name)) return this.#overList(node, present)
    const wanted = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (wanted === undefined) return this.#forbidCall(name, node)
    const literal = Object.hasOwn(literals, name) ? literals[name] : undefined
    if (literal) {
      const [is, hint] = literal
      const [argument] = given
      if (argument?.op !== 'value') {
        return this.#forbid(node.start, `\`${name}\` of what is no literal`, hint)
      }
      const { args, start: at } = argument
      if (typeof args === 'string' && !is(args)) {
        const message = `\`${name}\` cannot be asked of \`${args}\``
        return this.#mistake({ code: 'value-invalid', at, message, hint })
      }
    }
    const visited = given.map((argument) => this.visit(argument, present))
    return { op: 'call', name, on: this.visit(on, present), given: visited }
  }

  #optional(
    name: 'orValue' | 'hasValue',
    on: ASTNode & { op: '.?' },
    given: readonly ASTNode[],
    present: Present,
  ): ConditionTree {
    const fact = nameOf(on)
    if (fact === undefined || !isFact(fact)) return this.#unknown(fact ?? '?', on.start)
    this.reads.add(fact)
    if (name === 'hasValue') return { op: 'has', name: fact }
    const [otherwise] = given
    return {
      op: 'or-value',
      name: fact,
      otherwise: otherwise === undefined ? nothing : this.visit(otherwise, present),
    }
  }

  #overList(node: ASTNode & { op: 'rcall' }, present: Present): ConditionTree {
    const [name, on, [entry, body]] = node.args
    if (this.#entry !== undefined) {
      return this.#forbid(node.start, `\`${name}\` within another`, 'use `in` for one of the two')
    }
    if (entry?.op !== 'id' || body === undefined || roots.has(entry.args)) {
      return this.#forbid(
        node.start,
        `\`${name}\` like this`,
        `write \`.${name}(g, g == 'staff')\``,
      )
    }
    return this.#opaque(node, () => {
      this.visit(on, present)
      this.#entry = entry.args
      this.visit(body, present)
      this.#entry = undefined
    })
  }

  #opaque(node: ASTNode, visit: () => void): ConditionTree {
    const before = new Set(this.reads)
    this.reads.clear()
    visit()
    const reads = [...this.reads].sort(inOrderOfText)
    for (const name of before) this.reads.add(name)
    const text = node.input.slice(node.range.start, node.range.end)
    return { op: 'opaque', text, reads }
  }

  #forbidCall(name: string, node: ASTNode): ConditionTree {
    const known = [...Object.keys(methods), ...overLists, 'has', 'orValue', 'hasValue']
    const hint =
      name === 'matches'
        ? 'use `startsWith`, `endsWith`, `contains` or `glob`: they take no time to speak of, whatever the text'
        : didYouMean(name, known)
    return this.#forbid(node.start, `\`${name}\``, hint)
  }

  #forbid(at: number, what: string, hint: string): ConditionTree {
    const message = `a condition cannot have ${what}`
    return this.#mistake({ code: 'condition-forbidden', at, message, hint })
  }

  #unknown(name: string, at: number): ConditionTree {
    const near = nearest(name, factNames)
    const group = factNames.filter((fact) => fact.startsWith(`${name.split('.')[0]}.`))
    const hint = near === undefined ? didYouMean('', group.length > 0 ? group : factNames) : ''
    return this.#mistake({
      code: 'condition-fact',
      at,
      message: `there is no fact \`${name}\``,
      hint: near === undefined ? hint : `did you mean \`${near}\`?`,
    })
  }

  #mistake(mistake: ConditionMistake): ConditionTree {
    this.mistakes.push(mistake)
    return nothing
  }
}

/** Optional facts that are there whenever the tree is `truth`. */
function presentWhen(tree: ConditionTree, truth: boolean): ReadonlySet<FactName> {
  if (tree.op === 'has') return new Set(truth ? [tree.name] : [])
  if (tree.op === 'not') return presentWhen(tree.of, !truth)
  const joins = truth ? 'and' : 'or'
  if (tree.op !== joins) return new Set()
  return new Set([...presentWhen(tree.left, truth), ...presentWhen(tree.right, truth)])
}

function nameOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args
  if (node.op !== '.' && node.op !== '.?') return undefined
  const [of, field] = node.args as [ASTNode, unknown]
  const before = nameOf(of)
  const name = typeof field === 'string' ? field : undefined
  return before === undefined || name === undefined ? undefined : `${before}.${name}`
}

function isFact(name: string): name is FactName {
  return Object.hasOwn(facts, name)
}

function optionally(name: FactName): string {
  return name.replace('.', '.?')
}
