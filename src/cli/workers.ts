/**
 * Several processes that answer at one port, and the one that keeps them: it starts them, starts another where one
 * has died, adds up what they count, and stops them. It serves nobody itself.
 */
import cluster from 'node:cluster'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Io } from './io.ts'
import { listen } from './listen.ts'
import { openLog } from './log.ts'
import { type OrganisationFiles, readOrganisations } from './organisations.ts'
import { Restarts } from './restarts.ts'
import type { ServerOptions } from './server.ts'
import { SummedMetrics } from './summed-metrics.ts'
import { type Death, WorkerLife } from './worker-life.ts'

/** How often one may end before it was ready while none of the others is, before all is given up. */
const failuresMax = 5
/** What takes longer to finish than any request may is stuck. */
const finishMs = 60_000
/** The exit status of what was ended by a signal. */
const endedBySignal = 70

/**
 * @param args those of the command, for each of them
 * @returns the exit status: what the worker had that could not begin, or that did not stop well
 */
export async function serveByWorkers(
  config: Config,
  options: ServerOptions,
  args: readonly string[],
  io: Io,
): Promise<number> {
  if (cluster.isWorker) return (await import('./worker.ts')).serveAsWorker(config, options, io)
  const read = await readOrganisations(config.flows, io.cwd)
  // All wait at one socket: whoever is free takes the next connection, and one that dies takes none with it that it
  // had not yet begun with.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ exec: join(import.meta.dirname, 'main.ts'), args: ['serve', ...args] })
  const keeper = new Keeper(config, read, io)
  const watched = createServer(keeper.metrics)
  try {
    if (config.metrics) await listen(watched, config.metrics.port, config.metrics.host)
    return await keeper.run()
  } finally {
    watched.close()
  }
}

class Keeper {
  readonly #many: number
  readonly #read: readonly OrganisationFiles[]
  readonly #io: Io
  readonly #log
  readonly #summed = new SummedMetrics()
  readonly #living = new Set<WorkerLife>()
  readonly #over = new AbortController()
  readonly #sinceMs = Date.now()
  /** Does what one of them does beside answering. */
  #busy: WorkerLife | undefined
  /** How many have ever been ready. */
  #welcomed = 0
  #status = 0

  constructor({ workers, log }: Config, read: readonly OrganisationFiles[], io: Io) {
    this.#many = workers
    this.#read = read
    this.#io = io
    this.#log = openLog(io, log, Date.now)
  }

  /** Until told to stop, or nothing comes of it. @returns the exit status */
  async run(): Promise<number> {
    const { stop } = this.#io
    const end = () => this.#end()
    if (stop.aborted) return 0
    stop.addEventListener('abort', end, { once: true })
    try {
      // The first one brings the database to this version and holds the flows; what is wrong is said once.
      const first = this.#begin(1)
      const keeping = [this.#keep(first)]
      await Promise.race([first.ready, ...keeping])
      for (let number = 2; number <= this.#many && !this.#over.signal.aborted; number++) {
        keeping.push(this.#keep(this.#begin(number)))
      }
      await Promise.all(keeping)
      return this.#status
    } finally {
      stop.removeEventListener('abort', end)
      end()
    }
  }

  /** For the server of metrics. */
  readonly metrics: RequestListener = async (_request, response) => {
    try {
      await Promise.all(this.#ready().map((life) => this.#count(life)))
      const text = await this.#summed.text()
      response.setHeader('Content-Type', this.#summed.contentType).end(text)
    } catch {
      response.writeHead(500).end()
    }
  }

  async #count(life: WorkerLife): Promise<void> {
    const counted = await life.count()
    if (counted && this.#living.has(life)) this.#summed.take(life.id, counted)
  }

  #begin(number: number): WorkerLife {
    const beginning = {
      number,
      isHeld: this.#welcomed > 0,
      sinceMs: this.#sinceMs,
      read: this.#read,
    }
    const life = new WorkerLife(cluster.fork(), beginning)
    this.#living.add(life)
    void life.ready.then(() => this.#welcome(life))
    return life
  }

  #welcome(life: WorkerLife): void {
    this.#log.worker(life, 'ready')
    this.#welcomed += 1
    this.#appoint()
    // Said once: that they are as many again after a death is in the log.
    if (this.#welcomed === this.#many) this.#io.out(`${this.#many} workers answer`)
  }

  #appoint(): void {
    if (this.#busy) return
    this.#busy = this.#ready()[0]
    this.#busy?.tell({ keepUp: true })
  }

  #ready(): readonly WorkerLife[] {
    return [...this.#living].filter(({ isReady }) => isReady)
  }

  /** One after the other, each in the place of the one before. */
  async #keep(first: WorkerLife): Promise<void> {
    const { signal } = this.#over
    const restarts = new Restarts()
    let failures = 0
    for (let life = first; ; life = this.#begin(first.number)) {
      const death = await life.dead
      this.#bury(life)
      if (signal.aborted) return this.#note(death)
      failures = life.isReady ? 0 : failures + 1
      const pauseMs = restarts.pauseMs(performance.now())
      this.#log.worker(life, 'died', { ...death, pauseMs })
      if (this.#isHopeless(failures)) return this.#giveUp(death)
      await pause(pauseMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
    }
  }

  #bury(life: WorkerLife): void {
    this.#living.delete(life)
    this.#summed.bury(life.id)
    if (this.#busy !== life) return
    this.#busy = undefined
    this.#appoint()
  }

  /** What one alone could not do at the beginning, or none can any more. */
  #isHopeless(failures: number): boolean {
    if (failures === 0 || this.#ready().length > 0) return false
    return this.#welcomed === 0 || failures >= failuresMax
  }

  #giveUp(death: Death): void {
    const { status, signal } = death
    // Otherwise it has said itself why.
    if (!status)
      this.#io.err(`a worker has ended before it was ready${signal ? `, by ${signal}` : ''}`)
    this.#status = status || endedBySignal
    this.#end()
  }

  #note({ status, signal }: Death): void {
    // Who is told to stop before it can hear it ends by that.
    if (status === 0 || signal === 'SIGTERM' || signal === 'SIGINT') return
    this.#status ||= status ?? endedBySignal
  }

  #end(): void {
    if (this.#over.signal.aborted) return
    this.#over.abort()
    for (const life of this.#living) life.stop(finishMs)
  }
}
