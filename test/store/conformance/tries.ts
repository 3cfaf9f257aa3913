import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noTryLimits, Tries } from '../../../src/engine/tries.ts'
import { KnownError } from '../../../src/kit/errors.ts'
import { openTries } from '../../../src/store/tries.ts'
import { count, type OpenDatabase, organisation, startMs, sweepAt } from '../given.ts'
import { opened } from './opened.ts'

const windowMs = 60_000

export function tryTests(open: OpenDatabase): void {
  describe('what a source tries', () => {
    const world = opened(open)
    const clock = { nowMs: startMs }
    const triesOf = (tenant = organisation) =>
      new Tries({
        store: openTries(world().db, tenant),
        limits: { ...noTryLimits, windowMs, beginnings: 5, answers: 5 },
        now: () => clock.nowMs,
        key: new Uint8Array(32),
      })

    it('gets through as often as the limit says, of forty at once at two nodes (I-23)', async () => {
      const nodes = [triesOf(), triesOf()]
      const all = await Promise.allSettled(
        Array.from({ length: 40 }, (_, n) => nodes[n % 2]!.count('beginnings', '203.0.113.1')),
      )
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 5)
    })

    it('fails no oftener than that, of forty that come to one node while the others are at work (I-23)', async () => {
      const tries = triesOf()
      let failed = 0
      const fail = async () => {
        await new Promise((resolve) => setImmediate(resolve))
        failed += 1
      }
      for (let round = 0; round < 4; round++) {
        await Promise.allSettled(
          Array.from({ length: 10 }, () => tries.hold('answers', '203.0.113.2', fail, () => true)),
        )
      }
      assert.equal(failed, 5)
    })

    it('counts what ends in a bug, and not what was refused or right', async () => {
      const tries = triesOf()
      const hold = (work: () => Promise<unknown>) =>
        tries.hold('answers', '203.0.113.3', work, () => false).catch(() => undefined)
      for (let n = 0; n < 9; n++) {
        await hold(async () => 'right')
        await hold(() => Promise.reject(new KnownError('BUSY', 'a refusal')))
      }
      let worked = 0
      for (let n = 0; n < 9; n++) {
        await hold(() => {
          worked += 1
          throw new TypeError('a bug')
        })
      }
      assert.equal(worked, 5)
    })

    it('is another in the next window, in another organisation, and of another source', async () => {
      const spent = () => triesOf().count('beginnings', '203.0.113.1')
      await assert.rejects(spent, { code: 'TOO_MANY_TRIES', retryAfterSeconds: windowMs / 1000 })
      await triesOf('other').count('beginnings', '203.0.113.1')
      await triesOf().count('beginnings', '203.0.113.9')
      clock.nowMs += windowMs
      await assert.rejects(spent, { retryAfterSeconds: 1 }, 'at the last moment of the window')
      clock.nowMs += 1
      await spent()
    })

    it('is swept when it counts for nothing any more', async () => {
      assert.ok((await count(world().db, 'tries')) > 0)
      await sweepAt(world().db, clock.nowMs + 2 * 86_400_000)
      assert.equal(await count(world().db, 'tries'), 0)
    })
  })
}
