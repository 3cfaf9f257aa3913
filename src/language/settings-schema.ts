/** The JSON Schemas of files of settings, made from the declarations of their fields. */
import { attributeSourceMax, attributeTypes } from './attribute.ts'
import type { FieldSpec, FieldSpecs } from './fields.ts'
import { attributeKeys } from './read-attributes.ts'
import { draft, listOf, name, object, type Schema, text } from './schema-parts.ts'
import { syncModes } from './step.ts'

export function settingsSchema(key: string, title: string, kinds: readonly FieldSpecs[]): Schema {
  const entries = kinds.map(fieldsSchema)
  const [only] = entries
  const entry = entries.length === 1 ? only! : { anyOf: entries }
  return fileSchema(key, title, entriesSchema(entry))
}

/**
 * @param key that the file must have
 * @param more what it may have beside it. Absent: nothing
 */
export function fileSchema(
  key: string,
  title: string,
  value: Schema,
  more: Readonly<Record<string, Schema>> = {},
): Schema {
  const values = { [key]: value, ...more }
  return { $schema: draft, title, ...object(Object.keys(values), values, [key]) }
}

/** Entries by name. */
export function entriesSchema(entry: Schema): Schema {
  return { type: 'object', propertyNames: name, additionalProperties: entry }
}

export function fieldsSchema(specs: FieldSpecs): Schema {
  const all = Object.entries(specs)
  const required = all.filter(([, spec]) => spec.required).map(([key]) => key)
  const properties = all.map(([key, spec]) => [
    key,
    { ...fieldSchema(spec), description: spec.description },
  ])
  const exceptions = all.flatMap(([key, { requiredUnless }]) =>
    requiredUnless === undefined ? [] : [eitherOr(requiredUnless, key)],
  )
  return {
    ...object(Object.keys(specs), Object.fromEntries(properties), required),
    ...(exceptions.length > 0 && { allOf: exceptions }),
  }
}

function eitherOr(one: string, other: string): Schema {
  return { anyOf: [{ required: [one] }, { required: [other] }] }
}

const secretReference: Schema = { type: 'string', pattern: '^\\$\\{env:[A-Z_][A-Z0-9_]*\\}$' }
const environmentReference: Schema = { type: 'string', pattern: '\\$\\{env:[A-Z_][A-Z0-9_]*' }

function fieldSchema(spec: FieldSpec): Schema {
  switch (spec.kind) {
    case 'secret':
      return secretReference
    case 'bool':
      return { anyOf: [{ type: 'boolean' }, environmentReference], default: spec.default }
    case 'word': {
      const fallback = spec.default === undefined ? {} : { default: spec.default }
      return { anyOf: [{ enum: spec.values }, environmentReference], ...fallback }
    }
    case 'text':
      return textSchema(spec.pattern)
    case 'texts':
      return listOf(textSchema(spec.pattern))
    case 'pairs':
      return { type: 'object', additionalProperties: textSchema(spec.pattern) }
    case 'int':
      return { type: 'integer', minimum: spec.min, maximum: spec.max, default: spec.default }
    case 'lists':
      return { type: 'object', additionalProperties: listOf(textSchema(spec.pattern)) }
    case 'attributes':
      return { type: 'object', additionalProperties: attributeSchema }
  }
}

const expression: Schema = {
  ...text,
  maxLength: attributeSourceMax,
  description: 'CEL over `claims`',
}
const attributeSchema: Schema = {
  anyOf: [
    expression,
    object(
      attributeKeys,
      { from: expression, type: { enum: attributeTypes }, sync: { enum: syncModes } },
      ['from'],
    ),
  ],
}

function textSchema(pattern: RegExp | undefined): Schema {
  return pattern === undefined
    ? text
    : { anyOf: [{ type: 'string', pattern: pattern.source }, environmentReference] }
}
