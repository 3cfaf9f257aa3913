import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowsOf } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { startWorld } from '../support/world.ts'
import { addApp, goTo, signIn, typeCodeOf } from './people.ts'

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

    it('know the same person of one upstream each by an account of its own, also the next time (A-11, security 150)', async (t) => {
      const world = await startWorld(t, { others: ['acme'] })
      const both = [await world.other('acme'), world]
      const come = async (organisation: (typeof both)[number]) => {
        const visitor = visitorOf(organisation, way)
        const choice = await visitor.begin(await organisation.thrift.parameters())
        return {
          visitor,
          place: await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example')),
        }
      }
      const known: { secret: string; sub: string }[] = []
      for (const organisation of both) {
        const { visitor, place } = await come(organisation)
        const added = await addApp(world, visitor, place)
        const { claims } = await organisation.thrift.redeem(added.place.url)
        known.push({ secret: added.secret, sub: claims.sub })
      }
      assert.notEqual(known[0]!.sub, known[1]!.sub)
      for (const [index, organisation] of both.entries()) {
        const { secret, sub } = known[index]!
        const { visitor, place } = await come(organisation)
        const end = await typeCodeOf(world, visitor, place, secret)
        assert.equal((await organisation.thrift.redeem(end.url)).claims.sub, sub)
      }
      assert.equal((await rowsOf(world.database, 'associations')).length, 2)
    })
  })
}
