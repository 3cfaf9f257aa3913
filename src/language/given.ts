/** Which cases of a step there are at all, where it is given these parameters. */
import type { Option } from './flow.ts'
import type { Case } from './step.ts'

export function isGiven({ given = {} }: Case, params: Option['params']): boolean {
  return Object.entries(given).every(([name, value]) => params[name] === value)
}
