/**
 * What switching a connection's just-in-time provisioning would break (A-53, W-30), before it is done.
 */

import type { StepDeclaration } from '../language/declaration.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { check } from './check.ts'
import type { Report, Verdict } from './report.ts'

export interface ConnectionChange {
  readonly connection: string
  readonly jit: boolean
}

/** An application whose flow is worse after the change, with each property that it loses. */
export interface Harmed {
  readonly application: string
  readonly flow: string
  readonly lost: readonly Verdict[]
}

/**
 * @param reportsOf gives what `check` gives; for who knows some of it already
 * @returns none when nothing gets worse
 */
export function checkConnectionChange(
  organisation: { readonly flows: readonly FlowDefinition[] },
  steps: readonly StepDeclaration[],
  change: ConnectionChange,
  reportsOf: (...asked: Parameters<typeof check>) => readonly Report[] = check,
): Harmed[] {
  const changed = organisation.flows.map((flow) => withJit(flow, change))
  const after = reportsOf({ flows: changed }, steps)
  // Mostly nothing breaks, and then it does not matter what held before.
  if (after.every(({ verdicts }) => verdicts.every(({ verdict }) => verdict === 'holds'))) return []
  const before = reportsOf(organisation, steps)
  return changed.flatMap((flow, at) => {
    const lost = worse(before[at]!, after[at]!)
    if (lost.length === 0) return []
    return flow.applications.map((application) => ({ application, flow: flow.name, lost }))
  })
}

function withJit(flow: FlowDefinition, { connection, jit }: ConnectionChange): FlowDefinition {
  const facts = flow.connections[connection]
  if (!facts) return flow
  return { ...flow, connections: { ...flow.connections, [connection]: { ...facts, jit } } }
}

function worse(before: Report, after: Report): Verdict[] {
  const held = new Set(
    before.verdicts.filter(({ verdict }) => verdict === 'holds').map(({ property }) => property),
  )
  return after.verdicts.filter(({ property, verdict }) => verdict !== 'holds' && held.has(property))
}
