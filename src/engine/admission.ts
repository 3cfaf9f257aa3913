/**
 * Whom a busy server lets begin. Whoever is in the middle of a login comes first: one that was begun and cannot be
 * finished has cost what two others could have been begun for, and somebody their patience.
 */
import { KnownError } from '../kit/errors.ts'
import type { Turns } from './turns.ts'

export interface AdmissionParts {
  /** Those at a processor, for hashes. */
  readonly turns: Pick<Turns, 'waiting' | 'waitingMax'>
  /** Of this process since it began, in milliseconds: how long its event loop had work, and how long it had none. */
  readonly loopTime: () => { readonly active: number; readonly idle: number }
}

/** Hashes that wait, of all that may: the rest of the queue is for those who have begun. */
const turnsShare = 1 / 4
/** Of the event loop's time. */
const loopShare = 0.9
/** How long the loop is looked at. */
const windowMs = 250
/** While the loop has no time: as many as may click in the same moment. */
const beginningsAtOnce = 64
/** Seconds: those who have begun are told to come again in two. */
const retryAfterSeconds = 5

export class Admission {
  readonly #parts: AdmissionParts
  #since: { readonly active: number; readonly idle: number }
  #isLoopFull = false
  #underWay = 0
  #refused = 0

  constructor(parts: AdmissionParts) {
    this.#parts = parts
    this.#since = parts.loopTime()
  }

  /** Beginnings that were refused since the process began. */
  get refused(): number {
    return this.#refused
  }

  /**
   * Begins a login, if there is room to finish it.
   *
   * @throws {KnownError} BUSY, before any work
   */
  async begin<T>(work: () => Promise<T>): Promise<T> {
    const reason = this.#reason()
    if (reason !== undefined) {
      this.#refused += 1
      throw new KnownError('BUSY', reason, { retryAfterSeconds })
    }
    this.#underWay += 1
    try {
      return await work()
    } finally {
      this.#underWay -= 1
    }
  }

  #reason(): string | undefined {
    const { waiting, waitingMax } = this.#parts.turns
    if (waiting > 0 && waiting >= waitingMax * turnsShare) return `${waiting} wait for a hash`
    this.#look()
    if (!this.#isLoopFull || this.#underWay < beginningsAtOnce) return undefined
    return `${this.#underWay} are beginning, and the event loop has no time`
  }

  /** Whoever comes first after a while looks: without anybody there is nothing to know. */
  #look(): void {
    const now = this.#parts.loopTime()
    const active = now.active - this.#since.active
    const looked = active + now.idle - this.#since.idle
    if (looked < windowMs) return
    this.#isLoopFull = active >= loopShare * looked
    this.#since = now
  }
}
