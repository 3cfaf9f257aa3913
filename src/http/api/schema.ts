/** JSON Schema (2020-12) of what an action takes, made from the description of its fields. */
import type { Field } from '../../language/step.ts'
import { inputHints } from '../browser/field.ts'
import { type Language, say } from '../browser/texts.ts'

export function inputSchema(fields: readonly Field[], language: Language) {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, property(field, language)])),
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  }
}

function property(field: Field, language: Language) {
  const { type, secret } = inputHints(field)
  return {
    type: 'string',
    title: say(language, field.label),
    maxLength: field.maxLength,
    ...(field.required && { minLength: 1 }),
    ...(field.choices && { enum: field.choices.map(({ value }) => value) }),
    ...(type === 'email' && { format: 'email' }),
    ...(secret && { writeOnly: true }),
  }
}

/** How each field is best asked for, in HTML's words. */
export function hintsFor(fields: readonly Field[]) {
  return Object.fromEntries(
    fields.map((field) => {
      const { type, inputmode } = inputHints(field)
      const { autocomplete, label } = field
      return [field.name, { label, type, autocomplete, ...(inputmode && { inputmode }) }]
    }),
  )
}
