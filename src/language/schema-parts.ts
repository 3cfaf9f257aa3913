/** What JSON Schemas of flows and of settings are made of. */

export type Schema = Readonly<Record<string, unknown>>

export const draft = 'http://json-schema.org/draft-07/schema#'
export const text: Schema = { type: 'string', minLength: 1 }
export const name: Schema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$',
  maxLength: 60,
}
const parameter: Schema = { type: 'string', pattern: '^\\$[a-z][a-z0-9-]*$' }
export const ref = (to: string): Schema => ({ $ref: `#/definitions/${to}` })
export const listOf = (items: Schema, more: Schema = {}): Schema => ({
  type: 'array',
  items,
  ...more,
})

export function object(
  keys: readonly string[],
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Schema {
  const known = keys.map((key) => [key, properties[key] ?? {}] as const)
  return {
    type: 'object',
    properties: Object.fromEntries(known),
    required,
    additionalProperties: false,
  }
}

export function orParameter(schema: Schema): Schema {
  return { anyOf: [schema, parameter] }
}
