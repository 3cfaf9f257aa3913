import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { signingKeys } from '../../../src/store/signing-keys.ts'
import { type OpenDatabase, organisation, sealersOf, startMs } from '../given.ts'
import { opened } from './opened.ts'

export function signingKeyTests(open: OpenDatabase): void {
  describe('signing keys', () => {
    const world = opened(open)
    const keys = (tenant = organisation) =>
      signingKeys(world().db, tenant, sealersOf(tenant).keys, startMs)

    it('are made once, also by two nodes that start together, and stay', async () => {
      const [one, other] = await Promise.all([keys(), keys()])
      assert.deepEqual(one, other)
      assert.deepEqual(await keys(), one)
      assert.deepEqual(one.map((key) => (key as { alg: string }).alg).sort(), ['ES256', 'RS256'])
    })

    it('are sealed, and each organisation has its own', async () => {
      const [own] = (await keys()) as { d: string; kid: string }[]
      const rows = JSON.stringify(await world().db('signing_keys'))
      assert.ok(own && rows.includes(own.kid) && !rows.includes(own.d))
      const others = (await keys('other')) as { kid: string }[]
      assert.ok(others.every(({ kid }) => kid !== own.kid))
    })
  })
}
