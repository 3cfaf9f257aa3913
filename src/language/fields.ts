/**
 * The fields of a settings file as data: a file is read by them, and its JSON Schema is made of them.
 *
 * A value may take its text from the environment: `${env:NAME:-default}`. A secret must, and has no
 * default.
 */
import { Secret } from '../kit/secret.ts'
import type { Findings } from './findings.ts'
import { isText } from './findings.ts'
import type { SecretReference } from './settings.ts'
import type { Entry, MapNode, Node } from './tree.ts'

export type FieldSpec = { readonly description: string; readonly required?: true } & (
  | { readonly kind: 'text'; readonly pattern?: RegExp; readonly shape?: string }
  | { readonly kind: 'bool'; readonly default: boolean }
  | { readonly kind: 'word'; readonly values: readonly string[]; readonly default?: string }
  | { readonly kind: 'texts'; readonly pattern?: RegExp; readonly shape?: string }
  | { readonly kind: 'secret' }
)
export type FieldSpecs = Readonly<Record<string, FieldSpec>>

export type Environment = Readonly<Record<string, string | undefined>>

export type FieldValue = string | boolean | readonly string[] | SecretReference

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
      if (spec.required) findings.need(node, key, what, `add \`${key}:\` ${spec.description}`)
      continue
    }
    const value = readField(entry, spec, env, findings)
    if (value !== undefined) values.set(key, value)
  }
  return values
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
    case 'word': {
      const text = substitute(value, what, env, findings)
      return text === undefined || spec.values.includes(text)
        ? text
        : findings.word(value, `a value of ${what}`, spec.values)
    }
    case 'text':
      return readText(value, what, spec, env, findings)
    case 'texts': {
      const items = findings.list(value, what)
      return items?.flatMap(
        (item) => readText(item, `an entry of ${what}`, spec, env, findings) ?? [],
      )
    }
  }
}

function readText(
  node: Node,
  what: string,
  { pattern, shape }: { readonly pattern?: RegExp; readonly shape?: string },
  env: Environment,
  findings: Findings,
): string | undefined {
  const text = substitute(node, what, env, findings)
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
): string | undefined {
  const text = findings.text(node, what, 2000)
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
