import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RelyingParty } from '../support/relying-party.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { assertError, passTime, signIn, start, typeCode, typePassword } from './people.ts'

const fresh = 'seven quiet herons at dusk'

for (const way of ways) {
  describe(`another password, by ${way}`, () => {
    it('takes the old one and the second factor, also of whoever is signed in (security 121)', async (t) => {
      const { world, visitor } = await start(t, way)
      const done = await signIn(world, visitor)
      await world.thrift.redeem(done.url)
      const own = await applicationOf(world)
      const present = await visitor.begin(await own.parameters())
      assert.deepEqual(
        present.actions.password,
        ['username', 'password'],
        'the session is no proof',
      )
      const second = await typePassword(visitor, present, 'jane')
      const choose = await typeCode(world, visitor, second, 'jane')
      const end = await visitor.act(choose, 'change-password', { password: fresh })
      assert.equal(end.kind, 'back', end.says)
      const { claims } = await own.redeem(end.url)
      assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])

      passTime(world)
      const other = visitorOf(world, way)
      const begun = await other.begin(await world.thrift.parameters())
      assert.ok('password' in (await typePassword(other, begun, 'jane')).actions, 'the old is gone')
      const again = await other.begin(await world.thrift.parameters())
      const next = await other.act(again, 'password', { username: 'jane', password: fresh })
      assert.ok('totp' in next.actions, next.says)
    })

    it('ends the other sessions, and tells the address of the account', async (t) => {
      const { world, visitor } = await start(t, way)
      const elsewhere = visitorOf(world, way)
      await world.thrift.redeem((await signIn(world, elsewhere)).url)
      await change(world, visitor)
      const parameters = await world.thrift.parameters({ prompt: 'none' })
      assertError(await elsewhere.begin(parameters), 'login_required', parameters.state!)
      await world.app.deliver()
      assert.deepEqual(
        world.mail.map(({ to, subject }) => [to, subject]),
        [['jane@acme.test', 'Your password was changed']],
      )
    })

    it('changes nothing for whoever does not know the old one', async (t) => {
      const { world, visitor } = await start(t, way)
      const own = await applicationOf(world)
      const present = await visitor.begin(await own.parameters())
      const wrong = await typePassword(visitor, present, 'jane', 'not the one at all')
      assert.ok('password' in wrong.actions)
      const forced = await visitor.force(wrong, 'change-password', { password: fresh })
      assert.equal(forced.status, 409)
    })
  })
}

async function applicationOf(world: World): Promise<RelyingParty> {
  return RelyingParty.discover({
    issuer: world.issuer.href,
    clientId: 'password',
    redirectUri: `${world.env.THRIFT_URL}/password/callback`,
  })
}

async function change(world: World, visitor: ReturnType<typeof visitorOf>) {
  const own = await applicationOf(world)
  const present = await visitor.begin(await own.parameters())
  const second = await typePassword(visitor, present, 'jane')
  const choose = await typeCode(world, visitor, second, 'jane')
  return visitor.act(choose, 'change-password', { password: fresh })
}
