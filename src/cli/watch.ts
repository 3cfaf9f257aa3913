/** Does something anew whenever a file below a folder changes, until it is told to stop. */
import { watch } from 'node:fs'
import { ConfigProblem } from '../config.ts'
import { type Io, UsageProblem } from './io.ts'

/** Milliseconds without a further change: an editor writes a file in several steps. */
const quietMs = 50
const dayMs = 86_400_000

/**
 * What cannot be used just now (a file under the editor's hands, a folder that is being exchanged) is said,
 * and does not end the watching.
 *
 * @param work does it once; @returns its exit status
 * @returns the exit status of the last time
 */
export async function repeatOnChange(
  folder: string,
  { stop, err }: Pick<Io, 'stop' | 'err'>,
  work: () => Promise<number>,
): Promise<number> {
  const changes = new Changes(folder, stop)
  try {
    let status = await attempt(work, err)
    while (await changes.next()) status = await attempt(work, err)
    return status
  } finally {
    changes.close()
  }
}

async function attempt(work: () => Promise<number>, err: Io['err']): Promise<number> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof UsageProblem || thrown instanceof ConfigProblem)) throw thrown
    err(thrown.message)
    return 2
  }
}

/** Changes since they were last asked for, however many there were, are one. */
class Changes {
  readonly #watcher
  /** Keeps the process while it watches, which the watcher must not: see `close`. */
  readonly #running = setInterval(() => {}, dayMs)
  readonly #stop: AbortSignal
  #changed: boolean
  #failed: Error | undefined
  #timer: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined
  readonly #stopped = () => this.#wake?.()

  /** @throws {UsageProblem} when the folder cannot be watched */
  constructor(folder: string, stop: AbortSignal) {
    this.#stop = stop
    this.#changed = false
    try {
      this.#watcher = watch(folder, { recursive: true, persistent: false })
    } catch {
      clearInterval(this.#running)
      throw new UsageProblem(
        `the folder of flows ${folder} cannot be watched; name another with --flows`,
      )
    }
    this.#watcher.on('change', () => this.#note())
    this.#watcher.on('error', (error) => {
      this.#failed = error
      this.#wake?.()
    })
    stop.addEventListener('abort', this.#stopped)
  }

  /** @returns false when it is over */
  async next(): Promise<boolean> {
    while (!this.#changed && !this.#stop.aborted && !this.#failed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failed && !this.#stop.aborted) throw this.#failed
    this.#changed = false
    return !this.#stop.aborted
  }

  /** Where files change places meanwhile, Node leaves open what it watched one of them by. */
  close(): void {
    clearTimeout(this.#timer)
    clearInterval(this.#running)
    this.#stop.removeEventListener('abort', this.#stopped)
    this.#watcher.close()
  }

  #note(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#changed = true
      this.#wake?.()
    }, quietMs)
  }
}
