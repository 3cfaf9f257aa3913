import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { applyWrite } from '../../../src/store/writes.ts'
import { addAccount, type OpenDatabase, organisation } from '../given.ts'
import { opened } from './opened.ts'

export function preferenceTests(open: OpenDatabase): void {
  describe('a preference', () => {
    const world = opened(open)

    it('is of one account, in place of the one before, until its time', async () => {
      const { db, stores } = world()
      const [jane, bo] = [await addAccount(stores), await addAccount(stores)]
      const keep = (name: string, value: string, untilMs?: number) =>
        applyWrite(
          db,
          organisation,
          stores.seals.credentials,
          {
            write: 'keep-preference',
            otherwise: 'skip',
            account: jane,
            name,
            value,
            ...(untilMs !== undefined && { untilMs }),
          },
          0,
        )
      for (const value of ['totp', 'webauthn']) assert.equal(await keep('way', value), true)
      assert.equal(await keep('put-off passkey', 'later', 500), true)
      const people = stores.engine.people()
      const way = { name: 'way', value: 'webauthn' }
      const off = { name: 'put-off passkey', value: 'later' }
      assert.deepEqual(await people.preferences(jane, 499), [off, way])
      assert.deepEqual(await people.preferences(jane, 500), [way])
      assert.deepEqual(await people.preferences(bo, 0), [])
      await keep('put-off passkey', 'never')
      assert.deepEqual((await people.preferences(jane, 500))[0]?.value, 'never')
    })
  })
}
