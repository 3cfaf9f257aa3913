/** Which kinds of credential an account can have: nobody has what no flow can register or ask for. */

import type { StepDeclaration } from '../language/declaration.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { optionsOf } from './flow-parts.ts'

export function credentialsOf(
  flows: readonly FlowDefinition[],
  steps: readonly StepDeclaration[],
): ReadonlySet<string> {
  const states = flows.flatMap((flow) => Object.values(flow.states))
  const named = new Set(states.flatMap((state) => optionsOf(state).map(({ step }) => step)))
  return new Set(steps.flatMap(({ type, uses }) => (uses && named.has(type) ? [uses] : [])))
}
