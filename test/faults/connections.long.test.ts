import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { startBehindWire } from './behind-wire.ts'
import { byPassword } from './journeys.ts'
import { rounds } from './rounds.ts'
import type { Trial } from './sweep.ts'

const healMs = 5_000
const atOnce = 4

describe('PostgreSQL', () => {
  it('loses a connection every 200 ms while people sign in: everybody gets in once, and a new connection is there within 5 s (security 3.5)', async (t) => {
    const people = rounds({ few: 24, all: 500 })
    const { server, database, trials, ride, check, heal } = await start(t, { people })
    const operator = openDatabase({ url: server.url })
    t.after(() => operator.destroy())
    let killed = 0
    const killing = setInterval(async () => {
      const { rows } = await operator.raw(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = ? and application_name = 'sallyport' order by random() limit 1`,
        [new URL(database).pathname.slice(1)],
      )
      killed += rows.length
    }, 200)
    try {
      await eachOf(trials, (trial) => ride(trial, { errorsMax: 40 }))
    } finally {
      clearInterval(killing)
    }
    assert.ok(killed > 0)
    await heal()
    await check()
    t.diagnostic(`${people} faults: logins, while ${killed} connections were lost`)
  })

  it('stops at once while people sign in, and is started again: everybody gets in once (security 3.5)', async (t) => {
    const times = rounds({ few: 2, all: 10 })
    const { server, trials, ride, check, heal } = await start(t, { people: times * atOnce })
    for (let time = 0; time < times; time++) {
      const own = trials.slice(time * atOnce, (time + 1) * atOnce)
      // Somewhere else on everybody's way each time.
      let requestsLeft = 2 + (time % 5) * 3
      let back: Promise<void> | undefined
      const asking = async () => {
        if (requestsLeft-- === 0) back = server.crash().then((startAgain) => startAgain())
      }
      await Promise.all(
        own.map((trial) => ride(trial, { errorsMax: 10, asking, afterError: async () => back })),
      )
      assert.ok(back, 'it was stopped')
      await back
      await heal()
    }
    await check()
    t.diagnostic(`${times} faults`)
  })

  it('says of a commit nothing, for the wire is cut: the effect is there once (security 159, security 3.5)', async (t) => {
    const times = rounds({ few: 8, all: 50 })
    const { wire, trials, ride, check, heal } = await start(t, { people: times })
    for (const [index, trial] of trials.entries()) {
      wire.cutAfterCommit((index % commitsALogin) + 1)
      await ride(trial, { errorsMax: 2 })
    }
    assert.equal(wire.cuts, times)
    await heal()
    await check()
    t.diagnostic(`${times} faults`)
  })
})

/** From the application's request to its tokens there are more. */
const commitsALogin = 3

async function start(t: TestContext, { people }: { people: number }) {
  const started = await startBehindWire(t, { people })
  return {
    ...started,
    async ride(trial: Trial, life: Partial<Trial['life']>): Promise<void> {
      Object.assign(trial.life, life)
      await byPassword.ride(trial, async () => {})
    },
    /** By itself. */
    async heal(): Promise<void> {
      const begun = Date.now()
      const ready = new URL('/readyz', started.world.issuer)
      while (!(await fetch(ready)).ok) assert.ok(Date.now() - begun < healMs, 'within 5 s')
    },
  }
}

async function eachOf(trials: readonly Trial[], work: (trial: Trial) => Promise<void>) {
  const left = [...trials]
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let trial = left.shift(); trial; trial = left.shift()) await work(trial)
    }),
  )
}
