import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { startWorld } from '../support/world.ts'
import { addApp, goTo, signIn } from './people.ts'

for (const way of ways) {
  describe(`organisations by ${way}`, () => {
    it('signs people in below a path of its own, and each for itself (A-11, A-20)', async (t) => {
      const world = await startWorld(t, { others: ['acme'] })
      const acme = await world.other('acme')
      const at = await signIn(world, visitorOf(acme, way), 'jane', acme.thrift)
      const { claims } = await acme.thrift.redeem(at.url)
      assert.equal(claims.iss, acme.issuer.href)
      const visitor = visitorOf(acme, way)
      const choice = await visitor.begin(await acme.thrift.parameters())
      const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      const end = await addApp(world, visitor, enrol)
      const ann = await acme.thrift.redeem(end.place.url)
      const named = async ({ list }: typeof acme.accounts) =>
        (await list()).filter(({ userName }) => userName === 'ann').map(({ id }) => id)
      assert.deepEqual(await named(acme.accounts), [ann.claims.sub])
      assert.deepEqual(await named(world.app.accounts), [])
      assert.deepEqual(world.reports, [])
    })
  })
}
