/**
 * How often one source may do what costs or guesses. It is counted in the database, so by all nodes together,
 * and only where something is written anyway or has failed: whoever types what is right costs one read.
 */
import { createHmac } from 'node:crypto'
import { KnownError } from '../kit/errors.ts'

/** Each in `windowMs`; `Infinity`: it is not counted. */
export interface TryLimits {
  readonly windowMs: number
  /** Logins that one source begins. */
  readonly beginnings: number
  /** Logins that are begun for one application, by everybody. */
  readonly application: number
  /** Wrong answers of one source, for whatever account, at steps where something is guessed. */
  readonly answers: number
  /** Codes and links that one source has sent, to whomever. */
  readonly messages: number
  /** Requests to the token endpoint, and to what else takes a client's secret, that are refused one source. */
  readonly tokens: number
}

/**
 * Generous: a large office is one source. Anybody can begin logins for an application, so a limit for all of
 * them together is also a way to shut it: there is none unless one is set.
 */
export const defaultTryLimits: TryLimits = {
  windowMs: 10 * 60_000,
  beginnings: 3_000,
  application: Number.POSITIVE_INFINITY,
  answers: 300,
  messages: 100,
  tokens: 1_000,
}

/** For a server that nobody but a test talks to. */
export const noTryLimits: TryLimits = {
  windowMs: 1,
  beginnings: Number.POSITIVE_INFINITY,
  application: Number.POSITIVE_INFINITY,
  answers: Number.POSITIVE_INFINITY,
  messages: Number.POSITIVE_INFINITY,
  tokens: Number.POSITIVE_INFINITY,
}

export type TriedKind = Exclude<keyof TryLimits, 'windowMs'>

export interface Tried {
  readonly tried: TriedKind
  readonly whoHash: string
}

export interface TryWindow {
  readonly count: number
  readonly beganMs: number
}

/** `store/` implements it, each in one statement. */
export interface TryStore {
  /** @returns the window with this one in it */
  count(tried: Tried, nowMs: number, sinceMs: number): Promise<TryWindow>
  /** @returns `undefined` where no window is open */
  read(tried: Tried, sinceMs: number): Promise<TryWindow | undefined>
}

export interface TryParts {
  readonly store: TryStore
  readonly limits: TryLimits
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** What sources are hashed with. 32 bytes. */
  readonly key: Uint8Array
}

export class Tries {
  readonly #parts: TryParts
  /** Work that may still fail, of this process: as much as there are requests under way, and no more. */
  readonly #underWay = new Map<string, number>()

  constructor(parts: TryParts) {
    this.#parts = parts
  }

  /**
   * Counts before anything is done: whatever comes at once, no more than the limit get through.
   *
   * @param who a source's address or an application's id; `undefined` for whoever is not known for certain, who
   *   are one source together
   * @throws {KnownError} TOO_MANY_TRIES
   */
  async count(kind: TriedKind, who: string | undefined): Promise<void> {
    const { store, limits, now } = this.#parts
    if (limits[kind] === Number.POSITIVE_INFINITY) return
    const nowMs = now()
    const tried = { tried: kind, whoHash: this.#hash(who) }
    const window = await store.count(tried, nowMs, nowMs - limits.windowMs)
    if (window.count > limits[kind]) throw this.#refusal(kind, window)
  }

  /**
   * Counts what has failed. Whoever is under way meanwhile is taken to fail, so that no more than the limit do
   * however many come at once to this node; other nodes see each as soon as it has failed.
   *
   * @param failed whether what came of the work counts; a bug does
   * @throws {KnownError} TOO_MANY_TRIES, before any work
   */
  async hold<T>(
    kind: TriedKind,
    who: string | undefined,
    work: () => Promise<T>,
    failed: (result: T) => boolean,
  ): Promise<T> {
    if (this.#parts.limits[kind] === Number.POSITIVE_INFINITY) return work()
    const tried = { tried: kind, whoHash: this.#hash(who) }
    const name = `${kind} ${tried.whoHash}`
    // Before it is read: whoever leaves in between has been counted there.
    const others = this.#underWay.get(name) ?? 0
    this.#underWay.set(name, others + 1)
    try {
      await this.#check(tried, others)
      return await this.#work(tried, work, failed)
    } finally {
      const left = this.#underWay.get(name)! - 1
      if (left > 0) this.#underWay.set(name, left)
      else this.#underWay.delete(name)
    }
  }

  async #check(tried: Tried, others: number): Promise<void> {
    const { store, limits, now } = this.#parts
    const nowMs = now()
    const window = await store.read(tried, nowMs - limits.windowMs)
    const count = (window?.count ?? 0) + others
    if (count < limits[tried.tried]) return
    throw this.#refusal(tried.tried, { count, beganMs: window?.beganMs ?? nowMs })
  }

  async #work<T>(tried: Tried, work: () => Promise<T>, failed: (result: T) => boolean): Promise<T> {
    const { store, limits, now } = this.#parts
    const fail = () => store.count(tried, now(), now() - limits.windowMs)
    try {
      const result = await work()
      if (failed(result)) await fail()
      return result
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) await fail()
      throw thrown
    }
  }

  #refusal(kind: TriedKind, { count, beganMs }: TryWindow): KnownError {
    const { limits, now } = this.#parts
    const leftMs = beganMs + limits.windowMs - now()
    return new KnownError('TOO_MANY_TRIES', `${count} ${kind} of one source or application`, {
      retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)),
    })
  }

  /** An address is somebody's: it is not kept. */
  #hash(who = ''): string {
    return createHmac('sha256', this.#parts.key).update(who).digest('base64url')
  }
}
