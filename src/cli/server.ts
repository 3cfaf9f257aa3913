/** One server in this process: its app, with the log and the counts of what it does. */
import { type App, openApp } from '../app.ts'
import type { Config } from '../config.ts'
import { Conformance } from '../conformance.ts'
import { listStepTypes, stepTypes } from '../steps/index.ts'
import { keepUp } from './background.ts'
import { holdFlows, holdSenders } from './gate.ts'
import type { Io } from './io.ts'
import { listen } from './listen.ts'
import { loadOrganisations } from './load.ts'
import { type Log, openLog } from './log.ts'
import { type Metrics, openMetrics } from './metrics.ts'
import type { OrganisationFiles } from './organisations.ts'
import { openSenders } from './senders/senders.ts'

export interface ServerOptions {
  /** Serve whatever the flows say, and say so. */
  readonly unchecked: boolean
  /** Say when it does what the checker's model cannot. */
  readonly monitor: boolean
  /** Absent: it is alone. */
  readonly worker?: {
    readonly number: number
    /** Whether another one has held the same files before. */
    readonly isHeld: boolean
    /** When the first of them was started. All sign with the keys of then, or others would not know what with. */
    readonly sinceMs: number
  }
}

export interface Server {
  readonly tenants: App['tenants']
  readonly metrics: Metrics
  /** @returns the port */
  listen(): Promise<number>
  /** Begins with what is to be done beside answering. */
  keepUp(): void
  /** Lets what is under way finish. */
  close(): Promise<void>
}

/**
 * Not yet listening.
 *
 * @param read the files that it serves
 * @throws {ConfigProblem} what `loadOrganisations`, `holdSenders` and `holdFlows` refuse
 */
export async function openServer(
  config: Config,
  read: readonly OrganisationFiles[],
  options: ServerOptions,
  io: Io,
): Promise<Server> {
  const { worker } = options
  const loaded = await loadOrganisations(read, io.cwd, stepTypes, io.env)
  holdSenders(loaded, stepTypes)
  const log = openLog(io, config.log, Date.now, worker?.number)
  const metrics = openMetrics(() => app.load(), Date.now)
  const monitor = options.monitor ? openMonitor(() => app, log) : undefined
  const app = await openApp({
    ...config,
    ...loaded,
    ...(worker && { keysAsOfMs: worker.sinceMs }),
    steps: listStepTypes({ issuer: config.issuer }).map(metrics.timed),
    now: Date.now,
    posts: openSenders,
    report: log.failed,
    moved(login, events, flow) {
      log.moved(login, events)
      metrics.moved(login, events)
      monitor?.moved(login, events, flow)
    },
  })
  app.server.on('request', metrics.request)
  let background: ReturnType<typeof keepUp> | undefined
  const close = async () => {
    await background?.close()
    await app.close()
  }
  try {
    if (!worker?.isHeld) {
      await holdFlows(app.tenants, stepTypes, { unchecked: options.unchecked, err: io.err })
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
  return {
    tenants: app.tenants,
    metrics,
    listen: () => listen(app.server, config.port),
    keepUp() {
      background ??= keepUp(app, log.failed)
    },
    close,
  }
}

/** For whoever has started it. */
export function tellServed({ tenants }: Server, port: number, { out }: Pick<Io, 'out'>): void {
  for (const { issuer } of tenants.values()) {
    out(`Sallyport serves ${issuer.href} on port ${port}`)
  }
}

function openMonitor(app: () => App, log: Log): Conformance {
  return new Conformance({
    steps: stepTypes.map(({ declaration }) => declaration),
    flows: (name) => app().tenants.get(name)!.organisation().flows,
    tell: ({ flow, text }, id) => log.failed(new NoSuchMove(`flow ${flow}: ${text}`), id),
  })
}

/** The server has done what the checker's model cannot: one of the two is wrong. */
class NoSuchMove extends Error {
  override readonly name = 'NoSuchMove'
}
