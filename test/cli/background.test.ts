import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { keepUp } from '../../src/cli/background.ts'

interface Work {
  readonly seal?: () => number
  readonly sweep?: () => Promise<Record<string, number>>
}

/** Timers that move when told, and what the work has done. */
function background(
  t: TestContext,
  deliver: () => Promise<number> = async () => 0,
  { seal = () => 0, sweep = async () => ({}) }: Work = {},
) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const done = { deliver: 0, seal: 0, sweep: 0 }
  const reports: unknown[] = []
  const app = {
    deliver: () => {
      done.deliver++
      return deliver()
    },
    sealAudit: async () => {
      done.seal++
      return seal()
    },
    sweep: async () => {
      done.sweep++
      return sweep()
    },
  }
  const running = keepUp(app, (error) => reports.push(error))
  /** A second at a time: the next turn begins when the work of the last is done. */
  async function pass(seconds: number) {
    for (let second = 0; second < seconds; second++) {
      t.mock.timers.tick(1000)
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
  }
  return { done, reports, running, pass }
}

describe('a server in the background', () => {
  it('sends every second, seals the audit every other and sweeps every minute, until it is stopped', async (t) => {
    const { done, running, pass } = background(t)
    await pass(60)
    assert.deepEqual(done, { deliver: 60, seal: 30, sweep: 1 })
    await pass(60)
    assert.deepEqual(done, { deliver: 120, seal: 60, sweep: 2 })
    await running.close()
    await pass(60)
    assert.deepEqual(done, { deliver: 120, seal: 60, sweep: 2 })
  })

  it('goes on at once with what was too much for one time', async (t) => {
    const left = { seal: 1_700, sweep: 25_000 }
    const { done, running, pass } = background(t, async () => 0, {
      seal: () => take('seal', 500),
      sweep: async () => ({ sessions: take('sweep', 10_000), logins: 3 }),
    })
    function take(what: keyof typeof left, most: number): number {
      const count = Math.min(left[what], most)
      left[what] -= count
      return count
    }
    await pass(2)
    assert.deepEqual([done.seal, left.seal], [1, 1_200])
    await pass(3)
    assert.deepEqual([done.seal, left.seal], [4, 0], 'a page each time, until one is not full')
    await pass(54)
    assert.equal(done.sweep, 0)
    await pass(3)
    assert.deepEqual([done.sweep, left.sweep], [3, 0])
    await running.close()
  })

  it('goes on after a failure, which is reported', async (t) => {
    const broken = new Error('the database is away')
    const { done, reports, running, pass } = background(t, () => Promise.reject(broken))
    await pass(3)
    assert.equal(done.deliver, 3)
    assert.deepEqual(reports, [broken, broken, broken])
    await running.close()
  })

  it('is never twice at once, and finishes what it is at when it is stopped', async (t) => {
    let finish = () => {}
    const { done, running, pass } = background(t, () => {
      return new Promise((resolve) => {
        finish = () => resolve(1)
      })
    })
    await pass(9)
    assert.equal(done.deliver, 1)
    let closed = false
    const closing = running.close().then(() => {
      closed = true
    })
    await pass(1)
    assert.equal(closed, false)
    finish()
    await closing
    assert.equal(closed, true)
  })
})
