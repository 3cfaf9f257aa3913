/**
 * A definition's name: the SHA-256 of all that it means, in one canonical form.
 *
 * Comments, the order of keys, spacing, places and file names are no part of it. A called flow is,
 * because it has been put in its place; a connection is, as far as it changes who comes by it.
 */
import { createHash } from 'node:crypto'
import { readCondition } from './conditions.ts'
import type { FlowDefinition } from './flow.ts'
import { inOrderOfText } from './nearest.ts'

/** @returns `sha256:<hex>` */
export function digest(definition: FlowDefinition): string {
  return `sha256:${createHash('sha256').update(canonicalText(definition)).digest('hex')}`
}

function canonicalText(definition: FlowDefinition): string {
  const { file, applications, weaker, ...meaning } = definition
  return JSON.stringify(
    canonical({
      ...meaning,
      applications: applications.toSorted(inOrderOfText),
      weaker: weaker.map((each) => ({ ...each, ways: each.ways.toSorted(inOrderOfText) })),
    }),
  )
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(
    ([key, each]) => key !== 'place' && each !== undefined,
  )
  if (isCondition(value)) return normalised(value.source)
  return Object.fromEntries(
    entries
      .toSorted(([a], [b]) => inOrderOfText(a, b))
      .map(([key, each]) => [key, canonical(each)]),
  )
}

function isCondition(value: object): value is { readonly source: string } {
  return 'source' in value && 'reads' in value && typeof value.source === 'string'
}

/** Spacing and superfluous brackets of a condition say nothing. */
function normalised(source: string): string {
  const read = readCondition(source)
  return 'predicate' in read ? read.predicate.normal : source
}
