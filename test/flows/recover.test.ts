import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RelyingParty } from '../support/relying-party.ts'
import { allRows } from '../support/rows.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { assertError, signIn, start, typeCode, typePassword } from './people.ts'

const fresh = 'seven quiet herons at dusk'

for (const way of ways) {
  describe(`a forgotten password, by ${way}`, () => {
    it('is replaced by a code from the mailbox and the second factor that there is (security 121)', async (t) => {
      const { world, visitor } = await start(t, way)
      await signIn(world, visitorOf(world, way))
      const recover = await applicationOf(world)
      const asked = await ask(recover, visitor, 'jane')
      const code = await codeTo(world, 'jane@acme.test')
      const second = await visitor.act(asked, 'otp', { code })
      assert.deepEqual(second.actions.totp, ['code'], 'the mailbox alone opens nothing more')
      const choose = await typeCode(world, visitor, second, 'jane')
      const end = await visitor.act(choose, 'change-password', { password: fresh })
      assert.equal(end.kind, 'back', end.says)
      const { claims } = await recover.redeem(end.url)
      assert.deepEqual(claims.amr, ['otp', 'pwd', 'mfa'])

      await world.app.deliver()
      assert.equal(world.mail.at(-1)?.to, 'jane@acme.test')
      assert.equal(world.mail.at(-1)?.subject, 'Your password was changed')
      const other = visitorOf(world, way)
      const first = await other.begin(await world.thrift.parameters())
      const old = await typePassword(other, first, 'jane')
      assert.ok('password' in old.actions, 'the old one is worth nothing')
      assert.deepEqual(world.reports, [])
    })

    it('ends what was signed in by the old one, everywhere', async (t) => {
      const { world, visitor } = await start(t, way)
      const elsewhere = visitorOf(world, way)
      const end = await signIn(world, elsewhere)
      await world.thrift.redeem(end.url)
      await recoverAs(world, visitor, 'jane')
      const parameters = await world.thrift.parameters({ prompt: 'none' })
      assertError(await elsewhere.begin(parameters), 'login_required', parameters.state!)
    })

    it('tells nobody who has an account (I-36)', async (t) => {
      const { world } = await start(t, way)
      const recover = await applicationOf(world)
      const seen = []
      for (const name of ['jane', 'nobody-of-that-name']) {
        const visitor = visitorOf(world, way)
        const asked = await ask(recover, visitor, name)
        const wrong = await visitor.act(asked, 'otp', { code: '000000' })
        seen.push([
          asked.status,
          asked.actions,
          asked.says,
          wrong.status,
          wrong.actions,
          wrong.says,
        ])
      }
      assert.deepEqual(seen[0], seen[1])
      await world.app.deliver()
      assert.deepEqual(
        world.mail.map(({ to }) => to),
        ['jane@acme.test'],
      )
      const { outbox = [] } = await allRows(world.database)
      assert.deepEqual(
        outbox.map(({ kind, status, payload }) => [kind, status, payload]),
        [
          ['mail', 'sent', ''],
          ['mail', 'sent', ''],
        ],
      )
    })

    it('takes no code of another login, and none twice (I-22)', async (t) => {
      const { world, visitor } = await start(t, way)
      const recover = await applicationOf(world)
      const asked = await ask(recover, visitor, 'jane')
      const code = await codeTo(world, 'jane@acme.test')
      const thief = visitorOf(world, way)
      const other = await ask(recover, thief, 'jane')
      const refused = await thief.act(other, 'otp', { code })
      assert.deepEqual(refused.actions.otp, ['code', 'again'], 'it stays where it is')
      const next = await visitor.act(asked, 'otp', { code })
      assert.ok('totp' in next.actions)
      const again = await visitor.force(next, 'otp', { code }, asked.seq)
      assert.equal(again.status, 409)
    })

    it('takes no code that is late, and sends another when it is asked for one, a few times', async (t) => {
      const { world, visitor } = await start(t, way)
      let place = await ask(await applicationOf(world), visitor, 'jane')
      const late = await codeTo(world, 'jane@acme.test')
      world.clock.aheadMs += 10 * 60_000
      place = await visitor.act(place, 'otp', { code: late })
      assert.ok('otp' in place.actions)
      for (const sent of [2, 3, 3]) {
        place = await visitor.act(place, 'otp', { again: 'yes' })
        await world.app.deliver()
        assert.equal(world.mail.length, sent)
      }
      const code = await codeTo(world, 'jane@acme.test')
      assert.ok('totp' in (await visitor.act(place, 'otp', { code })).actions)
    })

    it('sends to no account more often than the window allows, over all logins (I-23)', async (t) => {
      const { world } = await start(t, way)
      const recover = await applicationOf(world)
      for (let count = 0; count < 7; count++) {
        const asked = await ask(recover, visitorOf(world, way), 'jane')
        assert.deepEqual(asked.actions.otp, ['code', 'again'])
      }
      await world.app.deliver()
      assert.equal(world.mail.length, 5)
    })

    it('sends to the address that the account has when it is sent', async (t) => {
      const { world, visitor } = await start(t, way)
      const asked = await ask(await applicationOf(world), visitor, 'jane')
      const { accounts = [] } = await allRows(world.database)
      const jane = accounts.find(({ user_name: name }) => name === 'jane')
      await world.app.administration.changeUser(
        { account: 'command-line', application: '' },
        String(jane!.id),
        { change: 'profile', attributes: { email: 'jane@new.test' } },
        () => true,
        Date.now(),
      )
      await world.app.deliver()
      assert.deepEqual(world.mail, [], 'the new one is not verified')
      const place = await visitor.act(asked, 'otp', { code: '123456' })
      assert.ok('otp' in place.actions)
    })
  })
}

async function applicationOf(world: World): Promise<RelyingParty> {
  return RelyingParty.discover({
    issuer: world.issuer.href,
    clientId: 'recover',
    redirectUri: `${world.env.THRIFT_URL}/recover/callback`,
  })
}

async function ask(recover: RelyingParty, visitor: Visitor, username: string) {
  const first = await visitor.begin(await recover.parameters())
  assert.deepEqual(first.actions.otp, ['username'])
  return visitor.act(first, 'otp', { username })
}

async function codeTo(world: World, address: string): Promise<string> {
  await world.app.deliver()
  const body = world.mail.findLast(({ to }) => to === address)?.body ?? ''
  return /\b[0-9]{6}\b/.exec(body)?.[0] ?? 'nothing came'
}

async function recoverAs(world: World, visitor: Visitor, name: string) {
  const asked = await ask(await applicationOf(world), visitor, name)
  const second = await visitor.act(asked, 'otp', { code: await codeTo(world, `${name}@acme.test`) })
  const choose = await typeCode(world, visitor, second, name)
  return visitor.act(choose, 'change-password', { password: fresh })
}
