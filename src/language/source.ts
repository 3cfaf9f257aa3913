/**
 * Text to tree: YAML 1.2, and of that only what a flow needs.
 *
 * Anchors, aliases, tags and merge keys are refused: they hide from a reader what a file says, and
 * aliases can make a small file a very large tree. Never throws; what is wrong is collected.
 */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml'
import type { Place } from './flow.ts'
import type { Problem, ProblemCode } from './problem.ts'
import type { Entry, MapNode, Node as TreeNode } from './tree.ts'

export interface SourceFile {
  /** Relative to the folder of flows, with `/`. */
  readonly name: string
  readonly text: string
}

/** UTF-16 units. */
export const longestFile = 256 * 1024
const deepestNesting = 40

/** @returns `root: undefined` when the text is no mapping at all; there is a problem then */
export function readSource(file: SourceFile): {
  readonly root: MapNode | undefined
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const start: Place = { file: file.name, line: 1, column: 1 }
  if (file.text.length > longestFile) {
    problems.push({
      code: 'yaml-too-large',
      place: start,
      message: `the file has ${file.text.length} characters; at most ${longestFile} are read`,
      hint: 'move a part of it into a flow of its own and `call` that',
    })
    return { root: undefined, problems }
  }
  const root = new Reading(file, problems).read()
  return { root: problems.length === 0 ? root : undefined, problems }
}

class Reading {
  readonly #file: SourceFile
  readonly #problems: Problem[]
  readonly #lines = new LineCounter()

  constructor(file: SourceFile, problems: Problem[]) {
    this.#file = file
    this.#problems = problems
  }

  read(): MapNode | undefined {
    // The library's own check for equal keys takes quadratic time: seconds for 20,000 keys.
    const document = parseDocument(this.#file.text, {
      version: '1.2',
      schema: 'core',
      strict: true,
      uniqueKeys: false,
      merge: false,
      logLevel: 'error',
      prettyErrors: false,
      lineCounter: this.#lines,
    })
    const first = document.errors[0]
    if (first !== undefined) {
      this.#report(
        'yaml-invalid',
        first.pos[0],
        `this is not YAML: ${sentence(first.message)}`,
        hint,
      )
      return undefined
    }
    if (!isMap(document.contents)) {
      const at = document.contents?.range?.[0] ?? 0
      const found = document.contents === null ? 'empty' : 'no mapping of names to values'
      this.#report('shape-invalid', at, `the file is ${found}`, 'begin with `flow: <name>`')
      return undefined
    }
    const root = this.#node(document.contents, 0)
    return root?.kind === 'map' ? root : undefined
  }

  #node(node: Node, depth: number): TreeNode | undefined {
    const at = node.range?.[0] ?? 0
    if (depth > deepestNesting) {
      this.#report(
        'yaml-invalid',
        at,
        `this is nested more than ${deepestNesting} deep`,
        'write it flatter',
      )
      return undefined
    }
    if (isAlias(node)) return this.#refuseAlias(at, `the alias \`*${node.source}\``)
    if (node.anchor !== undefined) {
      const mark = `&${node.anchor}`
      return this.#refuseAlias(this.#before(mark, at), `the anchor \`${mark}\``)
    }
    if (node.tag !== undefined) return this.#refuseTag(at)
    if (isMap(node)) return this.#map(node.items, at, depth)
    if (isSeq(node)) return this.#list(node.items, at, depth)
    if (isScalar(node)) return this.#scalar(node.value, at, node.range?.[1] ?? at)
    return undefined
  }

  #map(
    items: readonly { key: unknown; value: unknown }[],
    at: number,
    depth: number,
  ): TreeNode | undefined {
    const entries = new Map<string, Entry>()
    for (const { key, value } of items) {
      const name = this.#key(key, at)
      if (name === undefined) continue
      if (entries.has(name.text)) {
        const first = entries.get(name.text)!.place.line
        const message = `\`${name.text}\` is written twice; it is already on line ${first}`
        this.#report('key-duplicate', name.at, message, 'keep one of them')
        continue
      }
      const read = isNode(value)
        ? this.#node(value, depth + 1)
        : this.#scalar(null, name.at, name.at + name.text.length)
      if (read === undefined) continue
      entries.set(name.text, { key: name.text, place: this.#place(name.at), value: read })
    }
    return { kind: 'map', place: this.#place(at), entries }
  }

  #key(key: unknown, at: number): { text: string; at: number } | undefined {
    if (!isNode(key) || !isScalar(key) || key.anchor !== undefined || key.tag !== undefined) {
      const place = isNode(key) ? (key.range?.[0] ?? at) : at
      this.#report('shape-invalid', place, 'a key must be a plain name', 'write `name: value`')
      return undefined
    }
    const text = String(key.value)
    const place = key.range?.[0] ?? at
    if (text === '<<') {
      const message = 'merge keys (`<<`) are not a part of the flow language'
      this.#report('yaml-merge-key', place, message, 'write out what should be merged')
      return undefined
    }
    return { text, at: place }
  }

  #list(items: readonly unknown[], at: number, depth: number): TreeNode {
    const read = items.map((item) =>
      isNode(item) ? this.#node(item, depth + 1) : this.#scalar(null, at, at),
    )
    return {
      kind: 'list',
      place: this.#place(at),
      items: read.filter((item) => item !== undefined),
    }
  }

  #scalar(value: unknown, at: number, end: number): TreeNode {
    const known =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : null
    const raw = this.#file.text.slice(at, end)
    return {
      kind: 'scalar',
      place: this.#place(at),
      value: known,
      placeOf: (index) => this.#place(at + offsetIn(raw, String(known), index)),
    }
  }

  #refuseAlias(at: number, what: string): undefined {
    const message = `${what} is not a part of the flow language`
    this.#report('yaml-alias', at, message, 'write the value out, or `call` a shared flow')
  }

  #refuseTag(node: number): undefined {
    const at = this.#before('!', node)
    const tag = this.#file.text.slice(at, node).trim()
    const message = `the tag \`${tag}\` is not a part of the flow language`
    this.#report('yaml-tag', at, message, 'leave the tag out; put quotes around what must be text')
  }

  /** Where what stands before a node begins. */
  #before(mark: string, node: number): number {
    const { text } = this.#file
    let at = Math.max(0, text.lastIndexOf(mark, node))
    while (at > 0 && text[at - 1] === '!') at -= 1
    return at
  }

  #report(code: ProblemCode, at: number, message: string, hint: string): void {
    this.#problems.push({ code, place: this.#place(at), message, hint })
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file.name, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

const hint = 'look at the indentation, and at quotes and brackets before this place'

function sentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}

/**
 * Where in a scalar's raw text the value's character of that index stands. Quotes, escapes and folded
 * lines are stepped over by looking for the next character that agrees.
 */
function offsetIn(raw: string, value: string, index: number): number {
  let at = 0
  for (let i = 0; i <= index && i < value.length; i += 1) {
    const wanted = value[i]!
    if (/\s/.test(wanted) && raw[at] !== wanted) continue
    const found = raw.indexOf(wanted, at)
    if (found < 0) return at
    if (i === index) return found
    at = found + 1
  }
  return at
}
