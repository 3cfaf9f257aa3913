import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type Breaking, FaultyDisk, SmallDisk } from '../support/faulty-disk.ts'
import type { Birth } from '../support/mortal.ts'
import { startWorld } from '../support/world.ts'
import { firstByGoogle } from './journeys.ts'
import { rounds } from './rounds.ts'
import { count, openBeside } from './rows.ts'
import { checkRows, startMortal, trialOf } from './sweep.ts'

const many = rounds({ few: 4, all: 20 })

describe('a disk that breaks while people sign in', () => {
  const breaking: Readonly<Record<string, Omit<Breaking, 'after'>>> = {
    'at the k-th fsync': { what: 'sync', error: 'EIO' },
    'at the k-th write': { what: 'write', error: 'EIO' },
    'by having no room for the k-th write': { what: 'write', error: 'ENOSPC' },
  }
  for (const [name, how] of Object.entries(breaking)) {
    it(`${name}: nobody is told of what is not there, and it goes on by itself (security 156, security 3.5)`, async (t) => {
      const disk = new FaultyDisk()
      t.after(() => disk.remove())
      const { survive, outlast } = await start(t, { birth: disk.birth })
      for (let k = 0; k < many; k++) {
        await survive(
          () => disk.break({ ...how, after: k }),
          () => disk.mend(),
        )
      }
      await outlast()
      t.diagnostic(`${many} faults`)
    })
  }

  it('by being full, with room for k pages more: the same (security 155, security 3.5)', async (t) => {
    const disk = SmallDisk.mount(64)
    if (!disk) return t.skip('one may not mount here')
    t.after(() => disk.unmount())
    const { survive, outlast } = await start(t, { folder: disk.folder })
    for (let k = 0; k < many; k++) {
      await survive(
        () => disk.fill(k),
        () => disk.clear(),
      )
    }
    await outlast()
    t.diagnostic(`${many} faults`)
  })
})

/** Until the disk has been asked so often, somebody more signs in. */
const peopleAFault = 4

async function start(t: TestContext, { folder, birth }: { folder?: string; birth?: Birth }) {
  const own = folder === undefined ? {} : { database: `sqlite:${folder}/world.sqlite` }
  const world = await startWorld(t, own)
  const db = openBeside(t, world.database)
  for (let n = 1; n <= many * peopleAFault; n++) await firstByGoogle.settle(world, n)
  const mortal = await startMortal(t, world, { durability: 'full' }, birth)
  // What is written is appended, and never finds the room of before.
  await mortal.tell({ pragma: 'PRAGMA wal_autocheckpoint = 0' })
  let people = 0

  async function survive(breakIt: () => void, mend: () => void): Promise<void> {
    breakIt()
    let told: readonly string[] = []
    for (let n = 0; n < peopleAFault && told.length === 0; n++) {
      const trial = trialOf(world, db, mortal, ++people)
      world.clock.aheadMs = 0
      await mortal.tell({ aheadMs: 0 })
      trial.life.errorsMax = 2
      trial.life.afterError = async () => mend()
      await firstByGoogle.ride(trial, async () => {})
      await firstByGoogle.check(trial)
      told = mortal.reports
        .splice(0)
        .filter((report) => !/^(KnownError|UpstreamFailure)/.test(report))
    }
    mend()
    await checkRows(db)
    assert.ok(told.length > 0, 'the operator is told')
    for (const report of told) assert.match(report, /SQLITE_(IOERR|FULL)/)
  }

  /** Everybody who has got in is there after the process has died, and the database is read from its files. */
  async function outlast(): Promise<void> {
    await mortal.stop()
    await db.destroy()
    const after = openBeside(t, world.database)
    await checkRows(after)
    assert.equal(await count(after, 'accounts', { source: 'google' }), people)
    assert.equal(await count(after, 'provider_models', { model: 'AccessToken' }), people)
  }

  return { survive, outlast }
}
