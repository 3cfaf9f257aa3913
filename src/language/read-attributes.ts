/** The attributes that a connection makes of what its upstream asserts, as its file has them. */
import {
  type Attribute,
  type AttributeType,
  attributeMistake,
  attributeSourceMax,
  attributeTypes,
} from './attribute.ts'
import type { Findings } from './findings.ts'
import { syncModes } from './step.ts'
import type { Entry, Node } from './tree.ts'

/** What is more than a text of the profile, and its type. */
const ownTypes: Readonly<Record<string, AttributeType>> = {
  email: 'text',
  emailVerified: 'bool',
  name: 'text',
  preferredUsername: 'text',
  groups: 'texts',
}

/** Who it is, and how and for whom they have signed in, is nothing that a mapping may say. */
const notForMapping = ['sub', 'iss', 'aud', 'acr', 'amr', 'auth_time', 'sid', 'nonce']

export const attributeKeys = ['from', 'type', 'sync']
const attributeName = /^[a-z][A-Za-z0-9_]{0,63}$/

export function readAttributes(
  node: Node,
  what: string,
  findings: Findings,
): Readonly<Record<string, Attribute>> | undefined {
  const map = findings.map(node, what)
  if (map === undefined) return undefined
  const read = [...map.entries.values()].flatMap((entry) => {
    const attribute = readAttribute(entry, findings)
    return attribute ? [[entry.key, attribute] as const] : []
  })
  return Object.fromEntries(read)
}

function readAttribute(entry: Entry, findings: Findings): Attribute | undefined {
  const { key, place } = entry
  if (!attributeName.test(key) || notForMapping.includes(key)) {
    const hint = 'use letters, digits and `_`; who it is and how they signed in is never mapped'
    const message = `\`${key}\` cannot be the name of an attribute`
    return findings.report('name-invalid', place, message, hint)
  }
  const what = `the attribute \`${key}\``
  const map =
    entry.value.kind === 'map' ? findings.keys(entry.value, what, attributeKeys) : undefined
  const said = (name: string) => map?.entries.get(name)?.value
  const expression = map
    ? findings.need(map, 'from', what, 'add `from: claims.…`')?.value
    : entry.value
  const from = expression && readExpression(expression, what, findings)
  if (from === undefined) return undefined

  const own = Object.hasOwn(ownTypes, key) ? ownTypes[key] : undefined
  const typeNode = said('type')
  const type = typeNode && findings.word(typeNode, 'a type', own ? [own] : attributeTypes)
  const syncNode = said('sync')
  const sync = syncNode && findings.word(syncNode, 'a way to sync', syncModes)
  return { from, type: type ?? own ?? 'text', ...(sync && { sync }) }
}

function readExpression(node: Node, what: string, findings: Findings): string | undefined {
  const source = findings.text(node, what, attributeSourceMax)
  const mistake = source && attributeMistake(source)
  if (!mistake) return source
  const hint = 'write CEL over `claims`, as `claims.org.department`'
  return findings.report(
    'value-invalid',
    node.place,
    `${what} cannot be made of this: ${mistake}`,
    hint,
  )
}
