/** Problems as they are found, and the few questions that every reader of a tree asks. */
import type { Place } from './flow.ts'
import { didYouMean, nearest } from './nearest.ts'
import type { Problem, ProblemCode } from './problem.ts'
import { describe, type Entry, type MapNode, type Node, type ScalarNode } from './tree.ts'

/** Of one folder. Whoever has that many will run the check again. */
const mostProblems = 500

/** Problems after which a part of the file is not known. */
const gapCodes: ReadonlySet<ProblemCode> = new Set(['shape-invalid', 'key-missing', 'file-name'])

export class Findings {
  readonly #problems = new Map<string, Problem>()
  readonly #gaps = new Set<string>()

  report(code: ProblemCode, place: Place, message: string, hint: string): undefined {
    this.add({ code, place, message, hint })
    if (gapCodes.has(code)) this.leaveGap(place)
  }

  /** What is found twice at one place is one problem: a shared flow is read once for each call. */
  add(problem: Problem): void {
    if (!this.full) this.#problems.set(JSON.stringify(problem), problem)
  }

  get problems(): readonly Problem[] {
    return [...this.#problems.values()]
  }

  /** Whether there are so many that no more are looked for. */
  get full(): boolean {
    return this.#problems.size >= mostProblems
  }

  /**
   * Something of the file had to be left out. What only seems idle or out of reach because of that is
   * not reported: the author would look for a mistake that is not there.
   */
  leaveGap({ file }: Place): void {
    this.#gaps.add(file)
  }

  filesWithGaps(): readonly string[] {
    return [...this.#gaps]
  }

  hasGap({ file }: Place): boolean {
    return this.#gaps.has(file)
  }

  /** @param what what stands there, with its article: `a state` */
  map(node: Node, what: string): MapNode | undefined {
    if (node.kind === 'map') return node
    return this.#wrong(node, what, 'a mapping', 'write `name: value` lines below it')
  }

  list(node: Node, what: string): readonly Node[] | undefined {
    if (node.kind === 'list') return node.items
    return this.#wrong(node, what, 'a list', 'write `[one, two]`')
  }

  text(node: Node, what: string, longest = 200): string | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') {
      if (node.value.length <= longest) return node.value
      const message = `${what} has ${node.value.length} characters; at most ${longest} are allowed`
      return this.report('value-invalid', node.place, message, 'make it shorter')
    }
    return this.#wrong(node, what, 'a text', 'write a text, in quotes where it looks like a number')
  }

  int(node: Node, what: string, min: number, max: number): number | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'number' && Number.isInteger(node.value)) {
      if (node.value >= min && node.value <= max) return node.value
      const message = `${what} is ${node.value}, which is not from ${min} to ${max}`
      return this.report(
        'value-invalid',
        node.place,
        message,
        `write a number from ${min} to ${max}`,
      )
    }
    return this.#wrong(node, what, 'a whole number', `write a number from ${min} to ${max}`)
  }

  bool(node: Node, what: string): boolean | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
    return this.#wrong(node, what, 'true or false', 'write `true` or `false`')
  }

  /** One of a closed list of words. */
  word<T extends string>(node: Node, what: string, known: readonly T[]): T | undefined {
    const text = this.text(node, what)
    if (text === undefined) return undefined
    const found = known.find((word) => word === text)
    if (found !== undefined) return found
    const message = `\`${text}\` is not ${what}`
    return this.report('value-invalid', node.place, message, didYouMean(text, known))
  }

  /** A name that the file gives to something of its own. */
  name(text: string, node: Pick<Node, 'place'>, what: string): string | undefined {
    if (namePattern.test(text) && text.length <= longestName && text !== 'constructor') return text
    const message = `\`${text}\` cannot be the name of ${what}`
    const hint = `use at most ${longestName} small letters, digits and \`-\`, and begin with a letter`
    return this.report('name-invalid', node.place, message, hint)
  }

  /**
   * Refuses every key of a mapping that means nothing there.
   *
   * @returns what is left, with a misspelt key read as the one that was meant, so that one mistake is
   *   one problem
   */
  keys(node: MapNode, what: string, known: readonly string[]): MapNode {
    const entries = new Map<string, Entry>()
    for (const entry of node.entries.values()) {
      const { key, place } = entry
      if (known.includes(key)) {
        entries.set(key, entry)
        continue
      }
      this.report('key-unknown', place, `${what} has no \`${key}\``, didYouMean(key, known))
      const meant = nearest(key, known)
      if (meant === undefined) this.leaveGap(place)
      else if (!node.entries.has(meant)) entries.set(meant, { ...entry, key: meant })
    }
    return { ...node, entries }
  }

  need(node: MapNode, key: string, what: string, hint: string): Entry | undefined {
    const found = node.entries.get(key)
    if (found !== undefined) return found
    return this.report('key-missing', node.place, `${what} has no \`${key}\``, hint)
  }

  #wrong(node: Node, what: string, wanted: string, hint: string): undefined {
    const message = `${what} must be ${wanted}, and this is ${describe(node)}`
    return this.report('shape-invalid', node.place, message, hint)
  }
}

const namePattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const longestName = 60

export function isText(node: Node): node is ScalarNode & { readonly value: string } {
  return node.kind === 'scalar' && typeof node.value === 'string'
}
