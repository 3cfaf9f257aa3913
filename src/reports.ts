/**
 * What the checker says of flows, worked out once for the same ones: a server asks when it starts, for every
 * administrator who looks, and before a connection is switched, and each time it would stand still for a second.
 */
import { createHash } from 'node:crypto'
import { type CheckOptions, check, sessionProfiles } from './checker/check.ts'
import type { SessionProfile } from './checker/compiled.ts'
import type { Report } from './checker/report.ts'
import type { StepDeclaration } from './language/declaration.ts'
import type { FlowDefinition } from './language/flow.ts'

/** As many of each are kept, those that were asked for last. */
const keptMax = 32
const reports = new Map<string, readonly Report[]>()
const sessions = new Map<string, readonly SessionProfile[]>()

/** The same as `check`. */
export function reportsOf(
  { flows }: { readonly flows: readonly FlowDefinition[] },
  steps: readonly StepDeclaration[],
  options: CheckOptions = {},
): readonly Report[] {
  const asked = [...flows.map(asChecked), JSON.stringify([steps, options])]
  return once(reports, asked, () => check({ flows }, steps, options))
}

/** The same as `sessionProfiles`, in whatever order the flows are. */
export function sessionsOf(
  flows: readonly FlowDefinition[],
  steps: readonly StepDeclaration[],
): readonly SessionProfile[] {
  const asked = [...flows.map(asChecked).sort(), JSON.stringify(steps)]
  return once(sessions, asked, () => sessionProfiles(flows, steps))
}

function once<T>(kept: Map<string, T>, asked: readonly string[], work: () => T): T {
  const key = createHash('sha256').update(asked.join('\n')).digest('base64')
  const found = kept.get(key) ?? work()
  kept.delete(key)
  kept.set(key, found)
  if (kept.size > keptMax) kept.delete([...kept.keys()][0]!)
  return found
}

/** As much of a flow as the checker reads: where its upstreams are changes nothing. */
function asChecked(flow: FlowDefinition): string {
  const connections = Object.entries(flow.connections).map(([id, { origin, ...facts }]) => [
    id,
    facts,
  ])
  return JSON.stringify({ ...flow, connections: Object.fromEntries(connections) })
}
