/** A question with a few answers, each in a word. */
import type { Field } from '../language/step.ts'

/** @param step whose texts they are: `step.name` asks, and `step.value` is each answer */
export function choice(step: string, name: string, values: readonly string[]): Field {
  return {
    name,
    kind: 'choice',
    label: `${step}.${name}`,
    choices: values.map((value) => ({ value, label: `${step}.${value}` })),
    autocomplete: 'off',
    maxLength: Math.max(...values.map(({ length }) => length)),
    required: true,
  }
}
