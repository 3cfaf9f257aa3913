import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countRows } from '../support/rows.ts'
import { startWorld } from '../support/world.ts'
import { byPassword } from './journeys.ts'
import { rounds } from './rounds.ts'
import { openBeside } from './rows.ts'
import { checkRows, startMortal, trialOf } from './sweep.ts'

const days = rounds({ few: 10, all: 40 })
const people = rounds({ few: 10, all: 40 })
const dayMs = 24 * 3_600_000
/** By then everything has been there that is there once. */
const settled = days / 2

/** Whatever a login writes; its events and its audit are its story, and kept. */
const passing = [
  'account_groups',
  'accounts',
  'associations',
  'credentials',
  'definitions',
  'guesses',
  'logins',
  'outbox',
  'provider_models',
  'sessions',
  'tries',
]

describe('a server for which people have signed in for weeks', () => {
  it('keeps no more rows, handles and memory than after half of the time (security 176)', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    for (let number = 1; number <= people; number++) {
      await byPassword.settle(world, number)
    }
    const mortal = await startMortal(t, world, {}, { execArgv: ['--expose-gc'] })
    const kept: { rows: object; handles: number; heapBytes: number }[] = []
    for (let day = 0; day < days; day++) {
      for (let number = 1; number <= people; number++) {
        const trial = trialOf(world, db, mortal, number)
        await byPassword.ride(trial, async () => {})
        trial.browser.close()
        // Whoever comes and goes half-way is somebody too.
        const passerBy = world.browser()
        await passerBy.open(await world.thrift.authorize())
        passerBy.close()
      }
      // Everything that has a time has had it.
      world.clock.aheadMs += 60 * dayMs
      await mortal.tell({ aheadMs: world.clock.aheadMs })
      const { handles, heapBytes } = await mortal.tell({ sweep: true })
      kept.push({ rows: await countRows(world.database, passing), handles, heapBytes })
    }
    await checkRows(db)
    const [first, last] = [kept[settled]!, kept.at(-1)!]
    assert.deepEqual(last.rows, first.rows)
    assert.ok(last.handles <= first.handles, `${last.handles} handles after ${first.handles}`)
    const grown = (last.heapBytes - first.heapBytes) / (days - 1 - settled) / (2 * people)
    assert.ok(grown < 8_192, `${grown} bytes of memory a login`)
    t.diagnostic(
      `${days * people * 2} faults: logins, ${Math.round(grown)} bytes of memory for each, ${last.handles} handles`,
    )
  })
})
