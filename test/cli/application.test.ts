import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import * as client from 'openid-client'
import { passTime, signIn, start, typeCode, typePassword } from '../flows/people.ts'
import { command, folderOf } from '../support/command.ts'
import { rowsOf } from '../support/rows.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { startWorld, type World } from '../support/world.ts'

describe('sallyport application', () => {
  const at = (folder: string, ...args: readonly string[]) =>
    command(folder, ['application', ...args, '--database', `sqlite:${folder}/test.sqlite`])

  it('lists applications, and says which are off', async (t) => {
    const folder = folderOf(t)
    assert.match((await at(folder, 'disable', 'thrift')).out, /^thrift is disabled$/m)
    const { code, out } = await at(folder, 'list')
    assert.equal(code, 0)
    assert.match(out, /^thrift +Thrift +thrift +off$/m)
    assert.match(out, /^vault +\S.* +vault +on$/m)
    assert.match((await at(folder, 'enable', 'thrift')).out, /^thrift is enabled$/m)
    const { out: json } = await at(folder, 'list', '--json')
    assert.ok(JSON.parse(json).every(({ enabled }: { enabled: boolean }) => enabled))
  })

  it('knows its applications and its words', async (t) => {
    const folder = folderOf(t)
    const { code, err } = await at(folder, 'disable', 'thrif')
    assert.equal(code, 2)
    assert.match(err, /no application thrif; there are: /)
    assert.match((await at(folder, 'fly')).err, /call it as: /)
    assert.match((await at(folder, 'enable')).err, /NAME is one of /)
  })
})

/** In another process, as it were; and a second later. */
async function turn(t: TestContext, world: World, verb: 'enable' | 'disable', name = 'thrift') {
  const args = ['application', verb, name, '--database', world.database]
  const { code, err } = await command(folderOf(t), args)
  assert.equal(code, 0, err)
  world.clock.aheadMs += 1000
}

for (const way of ways) {
  describe(`an application that is switched off, by ${way}`, () => {
    it('security 14: is refused at the next request of whoever is on the way to it, and lets them go on once it is on again', async (t) => {
      const { world, visitor } = await start(t, way)
      const first = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, first, 'jane')
      assert.ok('totp' in second.actions, second.says)
      await turn(t, world, 'disable')
      const refused = await typeCode(world, visitor, second, 'jane')
      assert.deepEqual([refused.kind, refused.status], ['refused', 403])
      await turn(t, world, 'enable')
      passTime(world)
      const end = await typeCode(world, visitor, await visitor.look(second), 'jane')
      assert.deepEqual((await world.thrift.redeem(end.url)).claims.amr, ['pwd', 'otp', 'mfa'])
    })

    it('security 14: begins no login, with a session or without, and the others go on', async (t) => {
      const { world, visitor } = await start(t, way)
      await signIn(world, visitor)
      await turn(t, world, 'disable')
      for (const who of [visitor, visitorOf(world, way)]) {
        const place = await who.begin(await world.thrift.parameters())
        assert.deepEqual([place.kind, place.status], ['refused', 400], place.says)
      }
      const other = await visitorOf(world, way).begin(await world.vault.parameters())
      assert.equal(other.kind, 'asks', other.says)
    })
  })
}

describe('what an application has that is switched off', () => {
  const wants = { scope: 'openid offline_access', prompt: 'consent' }

  it('security 14: no code is redeemed, no token refreshed or taken, and none comes back with it', async (t) => {
    const world = await startWorld(t)
    const { thrift } = world
    const visitor = visitorOf(world, 'API')
    const first = await visitor.begin(await thrift.parameters(wants))
    const code = await typePassword(visitor, first, 'jane')
    const tokens = await thrift.exchange((await typeCode(world, visitor, code, 'jane')).url)
    assert.ok(tokens.refresh_token)
    passTime(world)
    const unredeemed = (await visitor.begin(await thrift.parameters())).url
    assert.match(unredeemed, /[?&]code=/)

    await turn(t, world, 'disable')
    const asks = {
      code: () => thrift.exchange(unredeemed),
      refresh: () => client.refreshTokenGrant(thrift.configuration, tokens.refresh_token!),
      'user info': () => thrift.userinfo(tokens.access_token, tokens.claims()!.sub),
      introspection: () => client.tokenIntrospection(thrift.configuration, tokens.access_token),
    }
    for (const [what, ask] of Object.entries(asks)) await assert.rejects(ask, what)
    const models = await rowsOf(world.database, 'provider_models')
    const kept = models.filter(({ payload }) => String(payload).includes('"clientId":"thrift"'))
    assert.deepEqual(kept, [])

    await turn(t, world, 'enable')
    for (const [what, ask] of Object.entries(asks)) {
      if (what !== 'introspection') await assert.rejects(ask, what)
    }
    const introspected = await asks.introspection()
    assert.equal(introspected.active, false)
    // People's own sessions are theirs: nothing is asked of whoever is still signed in.
    const again = await visitor.begin(await thrift.parameters())
    assert.equal((await thrift.redeem(again.url)).claims.sub, tokens.claims()!.sub)
    assert.deepEqual(world.reports, [])
  })
})
