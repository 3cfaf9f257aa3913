import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allRows, rowsOf } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { type Place, type Visitor, visitorOf, ways } from '../support/visitor.ts'
import { codeFor, type World } from '../support/world.ts'
import { addApp, answerAt, goTo, passTime, shownSecret, start, withoutCodes } from './people.ts'

for (const way of ways) {
  describe(`an authenticator app added in mid-flow, by ${way}`, () => {
    it('scenario 6: the account is there before its screen, and only a right code enables it (A-5, A-49)', async (t) => {
      const { world, visitor } = await start(t, way)
      const enrol = await tiaComes(world, visitor)
      const tia = await tiaOf(world)
      assert.equal(tia?.source, 'google')
      assert.deepEqual(tia?.factors, [])
      const mid = await allRows(world.database)
      assert.deepEqual(
        mid.sessions?.filter(({ account_id }) => account_id !== null),
        [],
      )
      assert.ok(!mid.provider_models?.some(({ model }) => model === 'AuthorizationCode'))

      const secret = shownSecret(enrol)!
      const wrong = await visitor.act(enrol, 'enrol-totp', { code: '000000' })
      assert.match(wrong.says, /That code is not right/)
      assert.equal(shownSecret(wrong), secret, 'the same secret: the app has it already')
      assert.deepEqual((await tiaOf(world))?.factors, [])

      const { place } = await addApp(world, visitor, wrong)
      assert.deepEqual((await tiaOf(world))?.factors, ['totp'])
      const { claims } = await world.thrift.redeem(place.url)
      assert.equal(claims.sub, tia?.id)
    })

    it('scenario 6: the second time a code is asked for, no secret is shown, and no code works twice', async (t) => {
      const { world, visitor } = await start(t, way)
      const enrol = await tiaComes(world, visitor)
      const secret = shownSecret(enrol)!
      const code = codeFor(secret, world)
      answerAt(await withoutCodes(visitor, await visitor.act(enrol, 'enrol-totp', { code })))

      const later = visitorOf(world, way)
      const asked = await tiaComes(world, later)
      assert.deepEqual(Object.keys(asked.actions), ['totp', 'back', 'cancel'])
      assert.equal(shownSecret(asked), undefined)
      const replayed = await later.act(asked, 'totp', { code })
      assert.match(replayed.says, /That code is not right/)
      assert.equal(replayed.kind, 'asks')

      passTime(world)
      const next = codeFor(secret, world)
      answerAt(await later.act(replayed, 'totp', { code: next }))
      const third = visitorOf(world, way)
      const spent = await third.act(await tiaComes(world, third), 'totp', { code: next })
      assert.equal(spent.kind, 'asks')
    })

    it('scenario 6: somebody who leaves at enrolment has an account and nothing else, and goes on there', async (t) => {
      const { world, visitor } = await start(t, way)
      const enrol = await tiaComes(world, visitor)
      const left = await visitor.act(enrol, 'cancel')
      assert.equal(answerAt(left).error, 'access_denied')
      const rows = await allRows(world.database)
      assert.deepEqual((await tiaOf(world))?.factors, [])
      assert.deepEqual(
        rows.sessions?.filter(({ account_id }) => account_id !== null),
        [],
      )
      assert.deepEqual(
        rows.provider_models?.filter(({ model }) => model === 'AuthorizationCode'),
        [],
      )
      const silent = await visitor.begin(await world.thrift.parameters({ prompt: 'none' }))
      assert.equal(answerAt(silent).error, 'login_required')

      const later = visitorOf(world, way)
      const again = await tiaComes(world, later)
      assert.deepEqual(Object.keys(again.actions), ['enrol-totp', 'back', 'cancel'])
      assert.notEqual(
        shownSecret(again),
        shownSecret(enrol),
        'a secret that was shown is not reused',
      )
      const { place } = await addApp(world, later, again)
      await world.thrift.redeem(place.url)
      assert.equal((await rowsOf(world.database, 'accounts')).length, 4)
    })

    it('scenario 6: a login that simply stops there does not stand in the way of the next', async (t) => {
      const { world, visitor } = await start(t, way)
      await tiaComes(world, visitor)
      const { place } = await addApp(world, visitor, await tiaComes(world, visitor))
      await world.thrift.redeem(place.url)
    })
  })
}

async function tiaComes(world: World, visitor: Visitor): Promise<Place> {
  const choice = await visitor.begin(await world.thrift.parameters())
  return goTo(visitor, choice, 'google', signInAtGoogle('Tia Novak'))
}

async function tiaOf({ app }: World) {
  return (await app.accounts.list()).find(({ email }) => email === 'tia@x.test')
}
