/** One worker as the process that keeps it sees it, from its beginning to its end. */
import type { Worker } from 'node:cluster'
import type { Counted } from './metrics.ts'
import type { Beginning, Heard, Told } from './worker.ts'

export interface Death {
  /** The exit status; null: it was ended by a signal, or could not be started. */
  readonly status: number | null
  readonly signal: string | null
}

/** Whoever asks what was counted waits no longer for one that has much to do. */
const countMs = 2_000

export class WorkerLife {
  readonly number: number
  /** It answers. Never settles for one that has died before. */
  readonly ready: Promise<void>
  readonly dead: Promise<Death>
  readonly #worker: Worker
  readonly #asking: ((counted: Counted) => void)[] = []
  #isReady = false

  /** @param beginning what it is told when it is awake */
  constructor(worker: Worker, beginning: Beginning) {
    this.number = beginning.number
    this.#worker = worker
    this.dead = new Promise((resolve) => {
      worker.once('exit', (status, signal) => resolve({ status, signal }))
      worker.on('error', () => {
        // It has not even begun; to anything else its end is the answer.
        if (worker.process.pid === undefined) resolve({ status: null, signal: null })
      })
    })
    this.ready = new Promise((resolve) => {
      worker.on('message', (heard: Heard) => {
        if (heard === 'awake') return this.tell({ begin: beginning })
        if (heard !== 'ready') return this.#asking.shift()?.(heard.counted)
        this.#isReady = true
        resolve()
      })
    })
  }

  /** No other one has it after this one. */
  get id(): number {
    return this.#worker.id
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  /** Whether it came so far, also when it has died since. */
  get isReady(): boolean {
    return this.#isReady
  }

  tell(told: Told): void {
    if (this.#worker.isConnected()) this.#worker.send(told)
  }

  /** @returns absence: it did not say in time */
  count(): Promise<Counted | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), countMs)
      this.#asking.push((counted) => {
        clearTimeout(timer)
        resolve(counted)
      })
      this.tell({ count: true })
    })
  }

  /** @param withinMs what it has not finished then it never will */
  stop(withinMs: number): void {
    this.#worker.process.kill('SIGTERM')
    const timer = setTimeout(() => this.#worker.process.kill('SIGKILL'), withinMs)
    this.#worker.once('exit', () => clearTimeout(timer))
  }
}
