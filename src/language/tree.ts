/**
 * A YAML file as a plain tree in which every node knows its place. What reads it finds mistakes and
 * says where they are; it never sees the YAML library.
 */
import type { Place } from './flow.ts'

interface NodeBase {
  readonly place: Place
}

export interface MapNode extends NodeBase {
  readonly kind: 'map'
  /** In the file's order. A `Map`, so that no key of a file can be a property of `Object`. */
  readonly entries: ReadonlyMap<string, Entry>
}

export interface Entry {
  readonly key: string
  readonly place: Place
  readonly value: Node
}

interface ListNode extends NodeBase {
  readonly kind: 'list'
  readonly items: readonly Node[]
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** Where the character of that index of a text value stands in the file. */
  placeOf(index: number): Place
}

export type Node = MapNode | ListNode | ScalarNode

/** What a node is, in an author's words. */
export function describe(node: Node): string {
  if (node.kind === 'map') return 'a mapping'
  if (node.kind === 'list') return 'a list'
  if (node.value === null) return 'nothing'
  if (typeof node.value === 'string') return `the text \`${shorten(node.value)}\``
  return `\`${String(node.value)}\``
}

/** At most 60 characters of what an author wrote. */
function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
