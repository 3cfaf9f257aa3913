/** What people and groups have in common as resources of RFC 7643: `meta`, versions, and what may be asked for. */
import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import { KnownError } from '../../kit/errors.ts'
import { invalid } from './refusal.ts'

export type Resource = Readonly<Record<string, unknown>>

/** @param base the address of the API */
export function withMeta(
  resource: Resource,
  resourceType: 'User' | 'Group',
  createdMs: number,
  base: string,
): Resource {
  const digest = createHash('sha256').update(JSON.stringify(resource)).digest('base64url')
  return {
    ...resource,
    meta: {
      resourceType,
      created: new Date(createdMs).toISOString(),
      location: `${base}/${resourceType}s/${resource.id}`,
      version: `W/"${digest.slice(0, 22)}"`,
    },
  }
}

export function versionOf({ meta }: Resource): string {
  return (meta as { readonly version: string }).version
}

/** @throws {KnownError} CHANGED_MEANWHILE (RFC 7644, section 3.14) */
export function holdVersion(ctx: Context, resource: Resource): void {
  const wanted = ctx.get('If-Match')
  if (wanted === '' || wanted === '*') return
  const plain = (tag: string) => tag.trim().replace(/^W\//, '')
  if (
    wanted
      .split(',')
      .map(plain)
      .includes(plain(versionOf(resource)))
  )
    return
  throw new KnownError('CHANGED_MEANWHILE', 'If-Match names another version')
}

/** What `attributes` and `excludedAttributes` leave of it (RFC 7644, section 3.9), as a whole each. */
export function selected(
  resource: Resource,
  {
    attributes,
    excludedAttributes,
  }: { readonly attributes?: string; readonly excludedAttributes?: string },
): Resource {
  const always = ['schemas', 'id']
  const listed = (text: string) =>
    new Set(text.split(',').map((one) => one.trim().toLowerCase().split('.')[0]))
  const only = attributes === undefined ? undefined : listed(attributes)
  const without = excludedAttributes === undefined ? undefined : listed(excludedAttributes)
  const stays = (name: string) =>
    always.includes(name) ||
    (only?.has(name.toLowerCase()) !== false && !without?.has(name.toLowerCase()))
  return Object.fromEntries(Object.entries(resource).filter(([name]) => stays(name)))
}

/**
 * A text of a resource.
 *
 * @returns absence: it is not there, or empty, which means the same (RFC 7643, section 2.5)
 * @throws {ScimRefusal} invalidValue
 */
export function textAt(holder: Resource, name: string, max = 256): string | undefined {
  const value = holder[name]
  if (value === undefined || value === null || value === '') return undefined
  const isText =
    typeof value === 'string' &&
    value.length <= max &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value)
  if (!isText) throw invalid('invalidValue', `${name} is no text of at most ${max} letters`)
  return value
}

/** @throws {ScimRefusal} invalidValue */
export function recordAt(holder: Resource, name: string): Resource {
  const value = holder[name] ?? {}
  if (!isRecord(value)) throw invalid('invalidValue', `${name} has no attributes of its own`)
  return value
}

/** @throws {ScimRefusal} invalidValue */
export function listAt(holder: Resource, name: string): readonly Resource[] {
  const value = holder[name] ?? []
  if (!Array.isArray(value) || !value.every(isRecord)) {
    throw invalid('invalidValue', `${name} is no list of values`)
  }
  return value
}

export function isRecord(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const depthMax = 8
/** Names that mean something to the language this is written in. */
const reserved = /(?:^|[.:\s[])(?:__proto__|constructor|prototype)(?:$|[.\s[\]])/

/**
 * A body as far as anything looks into it.
 *
 * @throws {ScimRefusal} invalidSyntax
 */
export function bodyOf(value: unknown): Resource {
  if (!isRecord(value) || !isTame(value, 0)) {
    throw invalid('invalidSyntax', 'the body is no object, or too deep')
  }
  return value
}

function isTame(value: unknown, depth: number): boolean {
  if (depth > depthMax) return false
  if (Array.isArray(value)) return value.every((each) => isTame(each, depth + 1))
  if (!isRecord(value)) return true
  return Object.entries(value).every(([key, each]) => !isReserved(key) && isTame(each, depth + 1))
}

export function isReserved(path: string): boolean {
  return reserved.test(path)
}
