import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { migrate, openDatabase } from '../../../src/store/open.ts'

/** @param create an empty database of its own. @returns its URL */
export function migrationTests(create: () => Promise<string>): void {
  describe('an empty database', () => {
    it('that three nodes open together is migrated once, and all three go on', async () => {
      const url = await create()
      const nodes = [1, 2, 3].map(() => openDatabase({ url }))
      const run = await Promise.all(nodes.map((node) => migrate(node)))
      for (const node of nodes) await node.destroy()
      assert.deepEqual(
        run.map((names) => names.length > 0).filter((made) => made),
        [true],
      )
    })
  })
}
