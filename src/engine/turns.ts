/**
 * Work that takes a processor whole, a password's hash, done by as many at once as there are processors:
 * more at once would finish none of it sooner, and keep everybody else's small steps waiting.
 */
import { KnownError } from '../kit/errors.ts'

export interface TurnLimits {
  readonly atOnce: number
  /** How many may wait; whoever comes then is refused, and has spent nothing. */
  readonly waitingMax: number
}

const waitingEach = 32

/**
 * One for each processor, and 32 for each that may wait, shared among servers. Where that does not come out even, rather
 * a hash more than a processor without work.
 *
 * @param servers on the same processors; absent: one
 */
export function turnsOf(processors: number, servers = 1): TurnLimits {
  return {
    atOnce: Math.ceil(processors / servers),
    waitingMax: Math.ceil((waitingEach * processors) / servers),
  }
}

/** Seconds: what a whole queue takes, at some 25 hashes a second for each processor. */
const retryAfterSeconds = 2

export class Turns {
  readonly #limits: TurnLimits
  readonly #waiting: (() => void)[] = []
  #underWay = 0

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  get underWay(): number {
    return this.#underWay
  }

  get waiting(): number {
    return this.#waiting.length
  }

  get waitingMax(): number {
    return this.#limits.waitingMax
  }

  /**
   * Waits for a turn, first come, first served, and works.
   *
   * @throws {KnownError} BUSY, when too many wait
   */
  async take<T>(work: () => Promise<T>): Promise<T> {
    await this.#begin()
    try {
      return await work()
    } finally {
      this.#end()
    }
  }

  async #begin(): Promise<void> {
    const { atOnce, waitingMax } = this.#limits
    if (this.#underWay < atOnce) {
      this.#underWay += 1
      return
    }
    if (this.#waiting.length >= waitingMax) {
      throw new KnownError('BUSY', `${waitingMax} wait for a hash`, { retryAfterSeconds })
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** A turn passes from one to the next: nobody who comes in between takes it. */
  #end(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#underWay -= 1
  }
}
