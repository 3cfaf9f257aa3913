/**
 * Many people at once, in a process of their own: so many who sign in again and again, or so many a second who come
 * whether or not the server can take them, and give up when it says that it cannot.
 */
import { Agent } from 'node:http'
import { Refused } from './drive.ts'
import { byPasswordOf, login } from './logins.ts'

/** What the process is told to do. */
export interface Order {
  readonly issuer: string
  readonly seconds: number
  /** Closed loop: this many people, each of whom begins again when through. */
  readonly people?: number
  /** Open loop: this many begin each second, by chance. */
  readonly perSecond?: number
}

/** What came of it. */
export interface Crowd {
  readonly begun: number
  /** Of those who were through in time. */
  readonly loginsPerSecond: number
  /** Milliseconds of each request, and of each whole login, of those who were through. */
  readonly requestMs: readonly number[]
  readonly loginMs: readonly number[]
  /** How many were refused, by status and by where: `503 at the beginning`. */
  readonly refused: Readonly<Record<string, number>>
  /** Refusals that did not say when to come again. */
  readonly withoutRetryAfter: number
  /** Whatever else went wrong, by its message. */
  readonly failed: Readonly<Record<string, number>>
}

/** Guesses are counted by account, five at once: so many people that nobody is there five times. */
export const peopleMax = 1_000

class Tally {
  readonly #agent = new Agent({ keepAlive: true, timeout: 2_000 })
  readonly #issuer: string
  readonly #endMs: number
  readonly requestMs: number[] = []
  readonly loginMs: number[] = []
  readonly refused: Record<string, number> = {}
  readonly failed: Record<string, number> = {}
  withoutRetryAfter = 0
  begun = 0
  inTime = 0

  constructor(issuer: string, endMs: number) {
    this.#issuer = issuer
    this.#endMs = endMs
  }

  /** @returns whether a code and tokens came of it */
  async signIn(): Promise<boolean> {
    const times: number[] = []
    const startMs = performance.now()
    const count = this.begun++
    try {
      const driven = { agent: this.#agent, issuer: this.#issuer, times }
      await login(
        driven,
        byPasswordOf((nth) => `bo${nth % peopleMax}`),
      )(count)
    } catch (thrown) {
      this.#count(thrown)
      return false
    }
    const nowMs = performance.now()
    this.loginMs.push(nowMs - startMs)
    this.requestMs.push(...times)
    if (nowMs <= this.#endMs) this.inTime += 1
    return true
  }

  #count(thrown: unknown): void {
    if (!(thrown instanceof Refused)) {
      const { message } = thrown as Error
      const what = message.slice(0, 200)
      this.failed[what] = (this.failed[what] ?? 0) + 1
      return
    }
    const what = `${thrown.status} ${thrown.after === 0 ? 'at the beginning' : 'in the middle'}`
    this.refused[what] = (this.refused[what] ?? 0) + 1
    if (thrown.retryAfter === undefined) this.withoutRetryAfter += 1
  }

  close(): void {
    this.#agent.destroy()
  }
}

process.on('message', async (order: Order) => {
  const endMs = performance.now() + order.seconds * 1000
  const tally = new Tally(order.issuer, endMs)
  await (order.people ? stay(tally, order.people, endMs) : come(tally, order.perSecond!, endMs))
  tally.close()
  const { begun, requestMs, loginMs, refused, withoutRetryAfter, failed, inTime } = tally
  const loginsPerSecond = inTime / order.seconds
  process.send!({
    ...{ begun, loginsPerSecond, requestMs, loginMs, refused, withoutRetryAfter, failed },
  } satisfies Crowd)
})
process.on('disconnect', () => process.exit())

async function stay(tally: Tally, people: number, endMs: number): Promise<void> {
  const person = async () => {
    // Whoever is refused waits a little, or the refusals would be all that is measured.
    while (performance.now() < endMs) if (!(await tally.signIn())) await pause(100)
  }
  await Promise.all(Array.from({ length: people }, person))
}

/** Exponential gaps, as of many who know nothing of each other; the same each time. */
async function come(tally: Tally, perSecond: number, endMs: number): Promise<void> {
  const chance = chanceOf(1)
  const coming: Promise<boolean>[] = []
  let nextMs = performance.now()
  while (nextMs < endMs) {
    while (nextMs <= performance.now()) {
      coming.push(tally.signIn())
      nextMs += (-Math.log(1 - chance()) / perSecond) * 1000
    }
    await pause(1)
  }
  await Promise.all(coming)
}

/** Linear congruence (Knuth's MMIX). @returns from 0 to below 1 */
function chanceOf(seed: number): () => number {
  let state = BigInt(seed)
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number(state >> 11n) / 2 ** 53
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
