/**
 * Filters of RFC 7644, section 3.4.2.2. What asks for one name or id is looked up; anything else is asked of
 * all, a page at a time, so that no filter needs more room than another.
 */
import { type Filter, filter as matcher, parse } from 'scim2-parse-filter'
import type { ScimList, ScimQuery } from '../../engine/scim.ts'
import { invalid } from './refusal.ts'
import { isReserved, type Resource } from './resource.ts'

export interface Sought {
  /** What the store can look up. */
  readonly query: Pick<ScimQuery, 'name' | 'externalId'>
  readonly holds: (resource: Resource) => boolean
}

const filterMax = 500
/** RFC 7643: compared letter for letter. */
const exact: ReadonlySet<string> = new Set(['id', 'externalid'])

/**
 * @param named the attribute by which the store knows names: `userName`, `displayName`
 * @throws {ScimRefusal} invalidFilter
 */
export function readFilter(text: string, named: 'userName' | 'displayName'): Sought {
  if (text.length > filterMax || isReserved(text)) throw invalid('invalidFilter', 'no such filter')
  const read = parsed(text)
  const tests = read.op === 'and' ? read.filters : [read]
  const wanted = (attribute: string) =>
    tests.flatMap((test) =>
      test.op === 'eq' && test.attrPath === attribute && typeof test.compValue === 'string'
        ? [test.compValue]
        : [],
    )[0]
  const name = wanted(named.toLowerCase())
  const externalId = wanted('externalid')
  const holds = matcher(read)
  return {
    query: { ...(name !== undefined && { name }), ...(externalId !== undefined && { externalId }) },
    holds: (resource) => holds(folded(resource)),
  }
}

function parsed(text: string): Filter {
  try {
    return foldedFilter(parse(text))
  } catch {
    throw invalid('invalidFilter', 'the filter cannot be read')
  }
}

/** Names of attributes are alike in any letters, and so are most values. */
function foldedFilter(read: Filter): Filter {
  switch (read.op) {
    case 'and':
    case 'or':
      return { ...read, filters: read.filters.map(foldedFilter) }
    case 'not':
      return { ...read, filter: foldedFilter(read.filter) }
    case '[]':
      return { ...read, attrPath: nameOf(read.attrPath), valFilter: foldedFilter(read.valFilter) }
    case 'pr':
      return { ...read, attrPath: nameOf(read.attrPath) }
    default: {
      const attrPath = nameOf(read.attrPath)
      const { compValue } = read
      const isFolded = typeof compValue === 'string' && !isExact(attrPath)
      return { ...read, attrPath, compValue: isFolded ? compValue.toLowerCase() : compValue }
    }
  }
}

/** A name may be written with its schema in front. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf(':') + 1).toLowerCase()
}

function isExact(path: string): boolean {
  return exact.has(path.slice(path.lastIndexOf('.') + 1))
}

function folded(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return exact.has(name) ? value : value.toLowerCase()
  if (Array.isArray(value)) return value.map((each) => folded(each, name))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]) => [key.toLowerCase(), each] as const)
  return Object.fromEntries(entries.map(([key, each]) => [key, folded(each, key)]))
}

const pageMax = 100

/**
 * The part of all that hold which begins after `offset`.
 *
 * @param list of the store
 * @param show a thing of the store as a resource
 */
export async function search<T>(
  { query, holds }: Sought,
  { offset, limit }: { readonly offset: number; readonly limit: number },
  list: (query: ScimQuery) => Promise<ScimList<T>>,
  show: (item: T) => Resource,
): Promise<ScimList<Resource>> {
  const items: Resource[] = []
  let total = 0
  for (let from = 0; ; from += pageMax) {
    const page = await list({ ...query, offset: from, limit: pageMax })
    for (const resource of page.items.map(show).filter(holds)) {
      if (total >= offset && items.length < limit) items.push(resource)
      total++
    }
    if (page.items.length < pageMax) return { total, items }
  }
}
