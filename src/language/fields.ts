/**
 * The fields of a settings file as data: a file is read by them, and its JSON Schema is made of them.
 *
 * A value may take its text from the environment: `${env:NAME:-default}`. A secret must, and has no
 * default.
 */
import { Secret } from '../kit/secret.ts'
import type { Attribute } from './attribute.ts'
import type { Findings } from './findings.ts'
import { isText } from './findings.ts'
import type { Place } from './flow.ts'
import { readAttributes } from './read-attributes.ts'
import type { SecretReference } from './settings.ts'
import type { Entry, MapNode, Node } from './tree.ts'

export type FieldSpec = {
  readonly description: string
  readonly required?: true
  /** Required where this other field is not given. */
  readonly requiredUnless?: string
} & (
  | ({ readonly kind: 'text' } & Shape)
  | ({ readonly kind: 'texts' } & Shape)
  /** A mapping of texts by name. */
  | ({ readonly kind: 'pairs' } & Shape)
  | { readonly kind: 'bool'; readonly default: boolean }
  | { readonly kind: 'int'; readonly min: number; readonly max: number; readonly default: number }
  | { readonly kind: 'word'; readonly values: readonly string[]; readonly default?: string }
  | { readonly kind: 'secret' }
  /** Attributes by name: an expression, or `{from, type, sync}`. */
  | { readonly kind: 'attributes' }
  /** Lists of texts by a text that somebody else has chosen. */
  | { readonly kind: 'lists'; readonly pattern: RegExp; readonly shape: string }
)

interface Shape {
  readonly pattern?: RegExp
  /** The pattern in words. */
  readonly shape?: string
  /** In UTF-16 units; 2,000 unless said. */
  readonly longest?: number
}

export type FieldSpecs = Readonly<Record<string, FieldSpec>>

export type Environment = Readonly<Record<string, string | undefined>>

export type FieldValue =
  | string
  | boolean
  | number
  | readonly string[]
  | ReadonlyMap<string, string>
  | SecretReference
  | { readonly attributes: Readonly<Record<string, Attribute>> }
  | { readonly lists: Readonly<Record<string, readonly string[]>> }

const address = /^https?:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/
export const anAddress = {
  pattern: address,
  shape: 'an address, as `https://accounts.example`',
} as const

/** @returns the values by field; what is missing or wrong is reported and left out */
export function readFields(
  given: MapNode,
  what: string,
  specs: FieldSpecs,
  env: Environment,
  findings: Findings,
): ReadonlyMap<string, FieldValue> {
  const node = findings.keys(given, what, Object.keys(specs))
  const values = new Map<string, FieldValue>()
  for (const [key, spec] of Object.entries(specs)) {
    const entry = node.entries.get(key)
    if (entry === undefined) {
      if (isMissed(spec, node))
        findings.need(node, key, what, `add \`${key}:\` ${spec.description}`)
      continue
    }
    const value = readField(entry, spec, env, findings)
    if (value !== undefined) values.set(key, value)
  }
  return values
}

function isMissed({ required, requiredUnless }: FieldSpec, node: MapNode): boolean {
  return required === true || (requiredUnless !== undefined && !node.entries.has(requiredUnless))
}

function readField(
  { key, value }: Entry,
  spec: FieldSpec,
  env: Environment,
  findings: Findings,
): FieldValue | undefined {
  const what = `\`${key}\``
  switch (spec.kind) {
    case 'secret':
      return readSecret(key, value, env, findings)
    case 'bool':
      return readBool(value, what, env, findings)
    case 'int':
      return findings.int(value, what, spec.min, spec.max)
    case 'word': {
      const text = substitute(value, what, env, findings)
      return text === undefined || spec.values.includes(text)
        ? text
        : findings.word(value, `a value of ${what}`, spec.values)
    }
    case 'text':
      return readText(value, what, spec, env, findings)
    case 'pairs':
      return readPairs(value, what, spec, env, findings)
    case 'texts': {
      const items = findings.list(value, what)
      return items?.flatMap(
        (item) => readText(item, `an entry of ${what}`, spec, env, findings) ?? [],
      )
    }
    case 'attributes': {
      const attributes = readAttributes(value, what, findings)
      return attributes && { attributes }
    }
    case 'lists': {
      const map = findings.map(value, what)
      const each = [...(map?.entries.values() ?? [])].map((entry) => {
        const items = findings.list(entry.value, `\`${entry.key}\``) ?? []
        const texts = items.flatMap(
          (item) => readText(item, `an entry of ${what}`, spec, env, findings) ?? [],
        )
        return [entry.key, texts] as const
      })
      return { lists: Object.fromEntries(each) }
    }
  }
}

function readPairs(
  node: Node,
  what: string,
  shape: Shape,
  env: Environment,
  findings: Findings,
): ReadonlyMap<string, string> | undefined {
  const entries = [...(findings.map(node, what)?.entries.values() ?? [])]
  return new Map(
    entries.flatMap(({ key, value }) => {
      const text = readText(value, `\`${key}\` of ${what}`, shape, env, findings)
      return text === undefined ? [] : [[key, text] as const]
    }),
  )
}

function readText(
  node: Node,
  what: string,
  { pattern, shape, longest }: Shape,
  env: Environment,
  findings: Findings,
): string | undefined {
  const text = substitute(node, what, env, findings, longest)
  if (text === undefined || pattern === undefined || pattern.test(text)) return text
  const hint = `write ${shape ?? 'another one'}`
  return findings.report('value-invalid', node.place, `\`${text}\` cannot be ${what}`, hint)
}

function readBool(
  node: Node,
  what: string,
  env: Environment,
  findings: Findings,
): boolean | undefined {
  if (!isText(node)) return findings.bool(node, what)
  const text = substitute(node, what, env, findings)
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === undefined) return undefined
  const message = `${what} must be true or false, and this is \`${text}\``
  return findings.report('value-invalid', node.place, message, 'write `true` or `false`')
}

const wholeReference = /^\$\{env:([A-Z_][A-Z0-9_]*)\}$/

function readSecret(
  key: string,
  node: Node,
  env: Environment,
  findings: Findings,
): SecretReference | undefined {
  const [, name] = isText(node) ? (wholeReference.exec(node.value) ?? []) : []
  if (name !== undefined) {
    const value = env[name]
    return {
      reference: name,
      value: value === undefined || value === '' ? undefined : new Secret(value),
    }
  }
  // What stands there may be a secret: it is not repeated.
  const message = `\`${key}\` must be a reference to a secret, never the secret itself`
  const hint = `write \`\${env:NAME}\` alone, without a default, and set NAME where the server runs`
  return findings.report('secret-literal', node.place, message, hint)
}

const reference = /\$\{env:([A-Z_][A-Z0-9_]*)(?::-([^}]*))?\}/g

/** A text with what it takes from the environment put in. */
function substitute(
  node: Node,
  what: string,
  env: Environment,
  findings: Findings,
  longest = 2000,
): string | undefined {
  const text = findings.text(node, what, longest)
  if (text === undefined) return undefined
  let whole = true
  const put = text.replaceAll(reference, (_, name: string, fallback: string | undefined) => {
    const value = env[name]
    if (value !== undefined && value !== '') return value
    if (fallback !== undefined) return fallback
    whole = false
    const message = `${what} needs the environment variable ${name}, which is not set`
    const hint = `set it, or write a default: \`\${env:${name}:-...}\``
    findings.report('environment-missing', node.place, message, hint)
    return ''
  })
  if (!whole) return undefined
  if (!/\$\{/.test(put)) return put
  const message = `${what} has a reference that cannot be read`
  const hint = `write \`\${env:NAME}\` or \`\${env:NAME:-default}\`, the name in capitals`
  return findings.report('value-invalid', node.place, message, hint)
}

/** One thing that a settings file names. */
export interface NamedEntry {
  readonly id: string
  /** It, in a sentence: "the directory `internal`". */
  readonly what: string
  readonly node: MapNode
  readonly place: Place
}

/** @returns what stands under the file's only key; what has no good name, or no fields, is reported and left out */
export function entriesOf(
  root: MapNode,
  key: string,
  noun: string,
  findings: Findings,
): readonly NamedEntry[] {
  const known = findings.keys(root, 'the file', [key])
  const entry = findings.need(known, key, 'the file', `add \`${key}:\``)
  const map = entry && findings.map(entry.value, `\`${key}\``)
  return [...(map?.entries.values() ?? [])].flatMap((named) => {
    const what = `the ${noun} \`${named.key}\``
    const node = findings.map(named.value, what)
    const id = findings.name(named.key, named, /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`)
    return node === undefined || id === undefined ? [] : [{ id, what, node, place: named.place }]
  })
}

/** Typed access to what `readFields` has checked; a field that had a problem is empty. */
export class Values {
  readonly #values: ReadonlyMap<string, FieldValue>

  constructor(values: ReadonlyMap<string, FieldValue>) {
    this.#values = values
  }

  text(key: string): string {
    const value = this.#values.get(key)
    return typeof value === 'string' ? value : ''
  }

  bool(key: string): boolean | undefined {
    const value = this.#values.get(key)
    return typeof value === 'boolean' ? value : undefined
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.#values.get(key)
    return Array.isArray(value) ? (value as readonly string[]) : undefined
  }

  int(key: string): number | undefined {
    const value = this.#values.get(key)
    return typeof value === 'number' ? value : undefined
  }

  pairs(key: string): Readonly<Record<string, string>> {
    const value = this.#values.get(key)
    return value instanceof Map ? Object.fromEntries(value) : {}
  }

  attributes(key: string): Readonly<Record<string, Attribute>> {
    const value = this.#values.get(key)
    return typeof value === 'object' && 'attributes' in value ? value.attributes : {}
  }

  lists(key: string): Readonly<Record<string, readonly string[]>> | undefined {
    const value = this.#values.get(key)
    return typeof value === 'object' && 'lists' in value ? value.lists : undefined
  }

  secret(key: string): SecretReference | undefined {
    const value = this.#values.get(key)
    return typeof value === 'object' && 'reference' in value
      ? (value as SecretReference)
      : undefined
  }
}
