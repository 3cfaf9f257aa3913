/** Which facts a flow's conditions read: those of its states, not those of its properties. */
import type { FactName } from './facts.ts'
import type { FlowDefinition } from './flow.ts'

export function factsRead({ states }: FlowDefinition): ReadonlySet<FactName> {
  const found = new Set<FactName>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('source' in value && 'reads' in value) {
      for (const name of value.reads as readonly FactName[]) found.add(name)
    } else for (const each of Object.values(value)) look(each)
  }
  look(states)
  return found
}
