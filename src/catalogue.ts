/** What the files declare, ready to use: flows compiled, upstreams opened. */

import type { EngineStore } from './engine/ports.ts'
import type { Catalogue } from './engine/world.ts'
import { type CompiledFlow, compile } from './language/compile.ts'
import type { FlowDefinition } from './language/flow.ts'
import type { ConnectionFile, Organisation } from './language/settings.ts'
import type { Upstream } from './language/step.ts'
import { openUpstream } from './steps/federated/upstream.ts'

export interface CatalogueOptions {
  readonly store: EngineStore
  /** The callback of a connection at this server. */
  readonly callbackUrl: (connection: string) => string
  /** For everything that one visit asks of an upstream, together. */
  readonly upstreamTimeoutMs: number
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** Keeps every definition by its digest: a login finishes on the one that it began with. */
export async function openCatalogue(
  organisation: Organisation,
  options: CatalogueOptions,
): Promise<Catalogue> {
  const flows = organisation.flows.map(compile)
  const byDigest = new Map<string, Promise<CompiledFlow | undefined>>(
    flows.map((flow) => [flow.digest, Promise.resolve(flow)]),
  )
  for (const flow of flows) {
    const body = JSON.stringify(flow.definition)
    await options.store.keepDefinition(flow.digest, body, options.now())
  }
  const upstreams = new Map(
    organisation.connections.map((connection) => [connection.id, upstreamOf(connection, options)]),
  )

  return {
    application: (id) => organisation.applications.find((application) => application.id === id),
    connection: (id) => organisation.connections.find((connection) => connection.id === id),
    upstream(id) {
      const upstream = upstreams.get(id)
      if (!upstream) throw new Error(`there is no connection ${id}`)
      return upstream
    },
    flow: (name) => flows.find((flow) => flow.definition.name === name),
    definition(digest) {
      const known = byDigest.get(digest)
      if (known) return known
      const reading = readDefinition(options.store, digest)
      byDigest.set(digest, reading)
      reading.then(
        (flow) => flow ?? byDigest.delete(digest),
        () => byDigest.delete(digest),
      )
      return reading
    },
  }
}

async function readDefinition(
  store: EngineStore,
  digest: string,
): Promise<CompiledFlow | undefined> {
  const body = await store.findDefinition(digest)
  const flow = body === undefined ? undefined : compile(JSON.parse(body) as FlowDefinition)
  if (flow && flow.digest !== digest) throw new Error(`definition ${digest} was altered`)
  return flow
}

function upstreamOf(connection: ConnectionFile, options: CatalogueOptions): Upstream {
  return openUpstream(connection, options.callbackUrl(connection.id), {
    now: options.now,
    timeoutMs: options.upstreamTimeoutMs,
    allowInsecure: true,
  })
}
