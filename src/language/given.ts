/** Which cases of a step there are at all, where it is given these parameters. */

import type { Case } from './declaration.ts'
import type { Option } from './flow.ts'

export function isGiven({ given, unless }: Case, params: Option['params']): boolean {
  const has = (values: NonNullable<Case['given']>) =>
    Object.entries(values).every(([name, value]) => params[name] === value)
  return (!given || has(given)) && !(unless && has(unless))
}
