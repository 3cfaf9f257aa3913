/** Which cases of a step there are at all, where it is given these parameters. */

import type { Case } from './declaration.ts'
import type { Option } from './flow.ts'

export function isGiven({ given = {} }: Case, params: Option['params']): boolean {
  return Object.entries(given).every(([name, value]) => params[name] === value)
}
