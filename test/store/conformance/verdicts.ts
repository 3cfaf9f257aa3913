import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openVerdicts } from '../../../src/store/verdicts.ts'
import { count, type OpenDatabase, organisation, startMs } from '../given.ts'
import { opened } from './opened.ts'

const dayMs = 86_400_000

export function verdictTests(open: OpenDatabase): void {
  describe('that flows have held', () => {
    const world = opened(open)
    const key = new Uint8Array(32).fill(1)
    const verdictsOf = (tenant = organisation, own = key) => openVerdicts(world().db, tenant, own)

    it('is known of what was kept, however often, and of nothing else', async () => {
      assert.equal(await verdictsOf().haveHeld('one'), false)
      await verdictsOf().keep('one', startMs)
      await verdictsOf().keep('one', startMs + 1)
      assert.equal(await verdictsOf().haveHeld('one'), true)
      assert.equal(await verdictsOf().haveHeld('two'), false)
      assert.equal(await count(world().db, 'verdicts'), 1)
    })

    it('is not believed where another key, or another organisation, has kept it', async () => {
      assert.equal(await verdictsOf('other').haveHeld('one'), false)
      const forged = new Uint8Array(32).fill(2)
      await verdictsOf(organisation, forged).keep('forged', startMs)
      assert.equal(await verdictsOf().haveHeld('forged'), false)
    })

    it('is forgotten when others have come for three months', async () => {
      await verdictsOf().keep('three', startMs + 90 * dayMs + 1)
      assert.equal(await verdictsOf().haveHeld('one'), true, 'kept a millisecond later')
      await verdictsOf().keep('four', startMs + 90 * dayMs + 2)
      assert.equal(await verdictsOf().haveHeld('one'), false)
      assert.equal(await verdictsOf().haveHeld('three'), true)
    })
  })
}
