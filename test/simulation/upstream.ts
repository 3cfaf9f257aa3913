/** An upstream identity provider as the engine's steps see one: slow, sometimes down, and each code good once. */
import type { Upstream, UpstreamAnswer } from '../../src/language/ports.ts'
import type { Schedule } from './schedule.ts'

export interface Somebody {
  readonly subject: string
  readonly email: string
}

export class SimulatedUpstream implements Upstream {
  readonly #schedule: Schedule
  readonly #faultRate: number
  readonly #codes = new Map<string, Somebody>()
  #made = 0

  constructor(schedule: Schedule, faultRate: number) {
    this.#schedule = schedule
    this.#faultRate = faultRate
  }

  async depart({ state }: { readonly state: string }) {
    await this.#answer('is asked where to')
    return { url: `https://upstream.test/?state=${state}`, keep: {} }
  }

  /** Somebody has signed in there. @returns where their browser is sent */
  approve(away: string, somebody: Somebody): string {
    const code = `code-${++this.#made}`
    this.#codes.set(code, somebody)
    const { searchParams } = new URL(away)
    return `https://sallyport.test/callback?code=${code}&state=${searchParams.get('state')}`
  }

  async arrive(url: string): Promise<UpstreamAnswer> {
    await this.#answer('redeems a code')
    const code = new URL(url).searchParams.get('code') ?? ''
    const somebody = this.#codes.get(code)
    this.#codes.delete(code)
    if (!somebody) throw failure('UpstreamFailure')
    const { subject, email } = somebody
    return { answer: 'identified', subject, claims: { email, emailVerified: true } }
  }

  async #answer(what: string): Promise<void> {
    await this.#schedule.point(`the upstream ${what}`)
    const { chance } = this.#schedule
    if (chance.happens(this.#faultRate))
      throw failure(chance.pick(['UpstreamFailure', 'TimeoutError']))
  }
}

function failure(name: string): Error {
  return Object.assign(new Error('simulated'), { name })
}
