/** What the files declare, with what the database lays over them: flows compiled, upstreams opened. */

import type { EngineStore, KeptDefinition } from './engine/ports.ts'
import type { Catalogue } from './engine/world.ts'
import { type CompiledFlow, compile } from './language/compile.ts'
import { digest } from './language/digest.ts'
import type { Directory } from './language/directory.ts'
import type { FlowDefinition } from './language/flow.ts'
import { nestedGroups } from './language/nested-groups.ts'
import { overlaid } from './language/overlay.ts'
import type { AssignmentProvider, PlugIns } from './language/plug-in.ts'
import type { Upstream } from './language/ports.ts'
import {
  type ConnectionFile,
  isExternal,
  type Organisation,
  type PluginFile,
} from './language/settings.ts'
import { openAssigner } from './steps/assign/plug-in.ts'
import { UpstreamFailure } from './steps/federated/failure.ts'
import { openUpstream } from './steps/federated/upstream.ts'
import { openService } from './steps/http/service.ts'
import { openCreator } from './steps/provision/plug-in.ts'
import type { OverlayStore } from './store/overlays.ts'

export interface CatalogueOptions {
  readonly store: EngineStore
  readonly overlays: OverlayStore
  /** Those of the files that are not ours, by id. */
  readonly directories: ReadonlyMap<string, Directory>
  /** Those that the files name, loaded. */
  readonly plugIns: PlugIns
  /** The callback of a connection at this server. */
  readonly callbackUrl: (connection: string) => string
  /** For everything that one visit asks of an upstream, together. */
  readonly upstreamTimeoutMs: number
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

export interface LiveCatalogue extends Catalogue {
  /** What is in force now. */
  organisation(): Organisation
  /** Takes over what an administrator has switched, of this process or another: at most once a second. */
  refresh(): Promise<void>
}

/** How long a switch may go unnoticed. */
const unnoticedMs = 1000

/** Keeps every definition by its digest: a login finishes on the one that it began with. */
export async function openCatalogue(
  files: Organisation,
  options: CatalogueOptions,
): Promise<LiveCatalogue> {
  const { store, overlays, now } = options
  const byDigest = new Map<string, () => Promise<CompiledFlow | undefined>>()
  const upstreams = new Map(
    files.connections.map((connection) => [connection.id, upstreamOf(connection, options)]),
  )

  async function read(before?: InForce): Promise<InForce> {
    const laidOver = await overlays.read()
    const disabled = await overlays.disabledApplications()
    const text = JSON.stringify([laidOver, disabled])
    if (text === before?.text) return before
    const organisation = overlaid(files, laidOver)
    const flows = organisation.flows.map(whenAsked)
    await store.keepDefinitions(flows, now())
    for (const { digest, compiled } of flows) byDigest.set(digest, async () => compiled())
    return { text, organisation, flows, disabled: new Set(disabled) }
  }

  const services = new Map(
    files.services.map((service) => [service.id, openService(service, { allowInsecure: true })]),
  )
  const plugIns = openPlugIns(files, options.plugIns)
  let present = await read()
  let readMs = now()

  return {
    organisation: () => present.organisation,
    async refresh() {
      const nowMs = now()
      // A clock that was set back must not keep a switch from being noticed.
      if (nowMs >= readMs && nowMs - readMs < unnoticedMs) return
      readMs = nowMs
      present = await read(present)
    },
    application: (id) => files.applications.find((application) => application.id === id),
    isApplicationEnabled: (id) =>
      files.applications.some((application) => application.id === id) && !present.disabled.has(id),
    connection: (id) =>
      present.organisation.connections.find((connection) => connection.id === id) ??
      files.directories.filter(isExternal).find((directory) => directory.id === id),
    upstream(id) {
      const upstream = upstreams.get(id)
      if (!upstream) throw new Error(`there is no connection ${id}`)
      return upstream
    },
    service(id) {
      const service = services.get(id)
      if (!service) throw new Error(`there is no service ${id}`)
      return service
    },
    directory(id) {
      const directory = options.directories.get(id)
      if (!directory)
        throw new UpstreamFailure('UPSTREAM_OFF', id, 'it is not in the files any more')
      return directory
    },
    creator: (name) => plugIns.creators.get(name)!,
    assigner: (name) => plugIns.assigners.get(name)!,
    flow: (name) => present.flows.find((flow) => flow.name === name)?.compiled(),
    definition(digest) {
      const known = byDigest.get(digest)
      if (known) return known()
      const reading = readDefinition(store, digest)
      byDigest.set(digest, () => reading)
      reading.then(
        (flow) => flow ?? byDigest.delete(digest),
        () => byDigest.delete(digest),
      )
      return reading
    },
  }
}

interface InForce {
  /** What the database lays over the files. */
  readonly text: string
  readonly organisation: Organisation
  readonly flows: readonly Uncompiled[]
  /** Ids of applications. */
  readonly disabled: ReadonlySet<string>
}

interface Uncompiled extends KeptDefinition {
  readonly name: string
  compiled(): CompiledFlow
}

/** Nobody waits at the start for flows that nobody asks for yet. */
function whenAsked(definition: FlowDefinition): Uncompiled {
  let compiled: CompiledFlow | undefined
  return {
    name: definition.name,
    digest: digest(definition),
    body: () => JSON.stringify(definition),
    compiled: () => {
      compiled ??= compile(definition)
      return compiled
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

/** @throws {Error} one that the files name was not loaded */
function openPlugIns({ plugins, directories }: Organisation, { creators, assigners }: PlugIns) {
  const of = <P, O>(
    kind: PluginFile['kind'],
    loaded: ReadonlyMap<string, P>,
    open: (name: string, plugIn: P, timeoutMs: number) => O,
  ): ReadonlyMap<string, O> =>
    new Map(
      plugins
        .filter((file) => file.kind === kind)
        .map(({ id, timeoutMs }) => {
          const plugIn = loaded.get(id)
          if (!plugIn) throw new Error(`the plug-in ${id} was not loaded`)
          return [id, open(id, plugIn, timeoutMs)] as const
        }),
    )
  const nested = nestedGroups(directories)
  return {
    creators: of('creator', creators, openCreator),
    assigners: of('assigner', assigners, (name, plugIn: AssignmentProvider, timeoutMs) =>
      openAssigner(name, plugIn, timeoutMs, nested),
    ),
  }
}
