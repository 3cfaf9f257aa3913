import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openSigningKeys, signingKeys } from '../../../src/store/signing-keys.ts'
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

    it('that are made while servers run do not sign before all know them, and are published by who is new among them', async () => {
      const tenant = 'growing'
      const { keys: seal } = sealersOf(tenant)
      const asOf = (beganMs: number) =>
        signingKeys(world().db, tenant, seal, startMs, beganMs) as Promise<{ kid: string }[]>
      const first = await asOf(startMs - 1)
      const own = openSigningKeys(world().db, tenant, seal)
      await own.rotate(startMs + 2)
      // Whoever began on an empty database, with what was made then; with what was there; and afterwards.
      const signing = [first, await asOf(startMs - 1), await asOf(startMs + 1)]
      for (const keys of signing) assert.deepEqual(keys.slice(0, 2), first)
      assert.equal(signing[2]!.length, 4)
      const [newest] = await asOf(startMs + 2)
      assert.ok(first.every(({ kid }) => kid !== newest!.kid))
    })

    it('are followed by new ones, and stay published until nothing that they have signed is about', async () => {
      const tenant = 'rotating'
      const [first] = (await keys(tenant)) as { kid: string }[]
      const own = openSigningKeys(world().db, tenant, sealersOf(tenant).keys)
      await Promise.all([own.rotate(startMs + 1), own.rotate(startMs + 1)])
      const listed = await own.list()
      const [newest] = (await keys(tenant)) as { kid: string }[]
      assert.notEqual(newest?.kid, first?.kid)
      assert.deepEqual(
        listed
          .filter(({ signs }) => signs)
          .map(({ alg }) => alg)
          .sort(),
        ['ES256', 'RS256'],
      )
      assert.ok(listed.some(({ kid, signs }) => kid === first?.kid && !signs))
      const day = 24 * 3_600_000
      assert.equal(await own.retire(newest!.kid, startMs + 2 * day), 'signs')
      assert.equal(await own.retire(first!.kid, startMs + day), 'too-early')
      assert.equal(await own.retire(first!.kid, startMs + 1 + day), 'retired')
      assert.equal(await own.retire(first!.kid, startMs + 1 + day), 'unknown')
      assert.ok(!((await keys(tenant)) as { kid: string }[]).some(({ kid }) => kid === first?.kid))
    })
  })
}
