/** How long to wait before a process that has died is started again: twice as long each time, within bounds. */

const firstMs = 100
const longestMs = 30_000
/** After so long a life a death is the first again. */
const quietMs = 60_000

export class Restarts {
  #inARow = 0
  #lastMs = Number.NEGATIVE_INFINITY

  /** @param nowMs when it died, by any clock that is not set back. @returns milliseconds */
  pauseMs(nowMs: number): number {
    if (nowMs - this.#lastMs >= quietMs) this.#inARow = 0
    this.#lastMs = nowMs
    return Math.min(longestMs, firstMs * 2 ** this.#inARow++)
  }
}
