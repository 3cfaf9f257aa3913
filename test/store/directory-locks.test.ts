/** Wrong passwords in a row, as the database counts them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { openDirectoryLocks } from '../../src/store/directory-locks.ts'
import { openSqlite } from '../support/database.ts'
import { sweepAt } from './given.ts'

const minuteMs = 60_000

async function counted(t: TestContext) {
  const { db, close } = await openSqlite()
  t.after(close)
  const clock = { nowMs: 1_800_000_000_000 }
  const count = openDirectoryLocks(db, 'default', () => clock.nowMs)
  const add = (name = 'alice', directory = 'staff') => count.add(directory, name, 3, 30 * minuteMs)
  return { db, clock, count, add }
}

describe('the count of wrong passwords of a directory', () => {
  it('lets as many through as the limit says, however many come at once', async (t) => {
    const { add } = await counted(t)
    const found = await Promise.all(Array.from({ length: 20 }, () => add()))
    assert.equal(found.filter(Boolean).length, 3)
  })

  it('is of one name, one directory and one organisation', async (t) => {
    const { add, db, clock } = await counted(t)
    for (let times = 0; times < 3; times++) assert.ok(await add())
    assert.equal(await add(), false)
    assert.ok(await add('bob'))
    assert.ok(await add('alice', 'partners'))
    const other = openDirectoryLocks(db, 'other', () => clock.nowMs)
    assert.ok(await other.add('staff', 'alice', 3, minuteMs))
  })

  it('ends with the lock, with a right one, and goes back by what was none', async (t) => {
    const { add, clock, count } = await counted(t)
    for (let times = 0; times < 3; times++) await add()
    clock.nowMs += 30 * minuteMs - 1
    assert.equal(await add(), false)
    clock.nowMs += 1
    // From nothing again: three more.
    for (let times = 0; times < 3; times++) assert.ok(await add())
    assert.equal(await add(), false)
    await count.settle('staff', 'alice', true)
    assert.equal(await add(), false)
    await count.settle('staff', 'alice', false)
    assert.ok(await add())
    await count.end('staff', 'alice')
    for (let times = 0; times < 3; times++) assert.ok(await add())
  })

  it('keeps no name, and is swept when it says nothing any more', async (t) => {
    const { add, db, clock } = await counted(t)
    await add('a-password-in-the-wrong-field')
    const rows: unknown[] = await db('directory_locks').select()
    assert.ok(!JSON.stringify(rows).includes('a-password'))
    clock.nowMs += 31 * 24 * 60 * minuteMs
    assert.deepEqual(await sweepAt(db, clock.nowMs), { directory_locks: 1 })
  })
})
