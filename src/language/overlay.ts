/**
 * What the database lays over the files: whether a connection is enabled, and whether it makes accounts.
 *
 * `jit` is a part of what a flow means, so each flow that names the connection becomes another definition,
 * with another digest; a login under way keeps the one that it began with. `enabled` is live.
 */
import type { FlowDefinition } from './flow.ts'
import type { Organisation, Overlays } from './settings.ts'

/** @returns the same as if the files had said so; a connection that the files do not have is left out */
export function overlaid(organisation: Organisation, overlays: Overlays): Organisation {
  return {
    ...organisation,
    connections: organisation.connections.map((connection) => ({
      ...connection,
      ...overlays[connection.id],
    })),
    flows: organisation.flows.map((flow) => ({ ...flow, connections: factsOf(flow, overlays) })),
  }
}

function factsOf({ connections }: FlowDefinition, overlays: Overlays) {
  return Object.fromEntries(
    Object.entries(connections).map(([id, facts]) => {
      const jit = overlays[id]?.jit
      return [id, jit === undefined ? facts : { ...facts, jit }]
    }),
  )
}
