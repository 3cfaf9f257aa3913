/**
 * What the checker says of flows, worked out once for the same ones: a server asks when it starts, for every
 * administrator who looks, and before a connection is switched, and each time it would stand still for a second.
 */
import { createHash } from 'node:crypto'
import { type CheckOptions, check } from './checker/check.ts'
import type { Report } from './checker/report.ts'
import type { StepDeclaration } from './language/declaration.ts'
import type { FlowDefinition } from './language/flow.ts'

/** As many are kept, those that were asked for last. */
const keptMax = 32
const kept = new Map<string, readonly Report[]>()

/** The same as `check`. */
export function reportsOf(
  { flows }: { readonly flows: readonly FlowDefinition[] },
  steps: readonly StepDeclaration[],
  options: CheckOptions = {},
): readonly Report[] {
  const asked = JSON.stringify([flows.map(asChecked), steps, options])
  const key = createHash('sha256').update(asked).digest('base64')
  const reports = kept.get(key) ?? check({ flows }, steps, options)
  kept.delete(key)
  kept.set(key, reports)
  if (kept.size > keptMax) kept.delete([...kept.keys()][0]!)
  return reports
}

/** As much of a flow as the checker reads: where its upstreams are changes nothing. */
export function asChecked(flow: FlowDefinition): FlowDefinition {
  const connections = Object.entries(flow.connections).map(([id, { origin, ...facts }]) => [
    id,
    facts,
  ])
  return { ...flow, connections: Object.fromEntries(connections) }
}
