import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startWorld } from '../support/world.ts'
import { byPassword } from './journeys.ts'
import { rounds } from './rounds.ts'
import { count, openBeside } from './rows.ts'
import { checkRows, startMortal, trialOf } from './sweep.ts'

const times = rounds({ few: 2, all: 10 })
const atOnce = 12

describe('a server whose memory runs out while people sign in', () => {
  it('ends, with nothing half-done, and whoever comes again gets in once (security 165)', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    const people = times * atOnce
    for (let number = 1; number <= people; number++) await byPassword.settle(world, number)
    const little = { execArgv: ['--max-old-space-size=128'], stderr: 'ignore' as const }
    const mortal = await startMortal(t, world, {}, little)
    const trials = Array.from({ length: people }, (_, n) => trialOf(world, db, mortal, n + 1))
    for (let time = 0; time < times; time++) {
      let requestsLeft = 4 + time * 5
      const asking = async () => {
        if (requestsLeft-- === 0) await mortal.tell({ hog: true })
      }
      const own = trials.slice(time * atOnce, (time + 1) * atOnce)
      await Promise.all(
        own.map((trial) => {
          Object.assign(trial.life, { asking, errorsMax: 4 })
          return byPassword.ride(trial, async () => {})
        }),
      )
      if (mortal.deaths === time) {
        await mortal.ended()
        await mortal.revive()
      }
      assert.equal(mortal.deaths, time + 1)
    }
    // Of a code whose answer was lost for longer than it is given again, nothing comes.
    assert.equal(await count(db, 'provider_models', { model: 'AccessToken' }), people)
    await checkRows(db)
    t.diagnostic(`${times} faults: ${people} logins`)
  })
})
