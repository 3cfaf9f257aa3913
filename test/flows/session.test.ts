import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as client from 'openid-client'
import { openDatabase } from '../../src/store/open.ts'
import type { Parameters, RelyingParty } from '../support/relying-party.ts'
import { rowsOf } from '../support/rows.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { answerAt, assertError, passTime, start, typeCode, typePassword } from './people.ts'

/** Thrift is content with a password; vault, as it ships, wants two factors. */
const options = {
  files: {
    'thrift.yaml': `flow: thrift
title: A password will do
applications: [thrift]
start: sign-in
within: 15m
policy:
  acr:
    urn:sallyport:acr:1: { factors: 1 }
    urn:sallyport:acr:2: { factors: 2 }
states:
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
  },
}
/** Vault wants a code each half hour, and a password once a session. */
const halfHourlyCode = {
  'vault.yaml': `flow: vault
title: Open the vault
applications: [vault]
start: sign-in
policy:
  acr:
    urn:sallyport:acr:1: { factors: 1 }
    urn:sallyport:acr:2: { factors: 2 }
  floor: urn:sallyport:acr:2
states:
  sign-in: { offer: [password], on: { success: second-factor, exhausted: no } }
  second-factor:
    offer: [totp]
    maxAge: 30m
    on: { success: done, unavailable: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
}
/** In seconds. */
const day = 86_400
const acr1 = 'urn:sallyport:acr:1'
const acr2 = 'urn:sallyport:acr:2'

for (const way of ways) {
  describe(`a session of two applications, by ${way}`, () => {
    it('scenario 18: the stricter one asks for what is missing, of the same person, and no more', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const first = await passwordAtThrift(world, visitor)
      assert.deepEqual([first.claims.acr, first.claims.amr], [acr1, ['pwd']])

      const code = await visitor.begin(await world.vault.parameters())
      assert.deepEqual(code.actions, { totp: ['code'], cancel: [] })
      assert.match(code.body, /Jane Doe/)
      const end = await typeCode(world, visitor, code, 'jane')
      const { claims } = await world.vault.redeem(end.url)
      assert.equal(claims.sub, first.claims.sub)
      assert.deepEqual([claims.acr, claims.amr], [acr2, ['pwd', 'otp', 'mfa']])
      assert.deepEqual(world.reports, [])
    })

    it('scenario 18: the first one asks nothing again, and its tokens say what is true of it', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const first = await passwordAtThrift(world, visitor)
      passTime(world)
      const code = await visitor.begin(await world.vault.parameters())
      const vault = await world.vault.redeem((await typeCode(world, visitor, code, 'jane')).url)
      for (const more of [{}, { prompt: 'none' }]) {
        const again = await asksNothing(visitor, world.thrift, more)
        assert.deepEqual([again.claims.acr, again.claims.amr], [acr1, ['pwd']])
        assert.equal(again.claims.auth_time, first.claims.auth_time)
        assert.equal(again.claims.sub, first.claims.sub)
      }
      const silent = await asksNothing(visitor, world.vault, { prompt: 'none' })
      assert.deepEqual([silent.claims.acr, silent.claims.amr], [acr2, ['pwd', 'otp', 'mfa']])
      assert.equal(silent.claims.auth_time, vault.claims.auth_time)
      assert.ok(Number(vault.claims.auth_time) >= Number(first.claims.auth_time) + 30)
    })

    it('security 41: prompt=none asks nothing of anybody, and says login_required where it would', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const silent = { prompt: 'none', state: 'of-app' }
      const noSession = await visitor.begin(await world.thrift.parameters(silent))
      assertError(noSession, 'login_required', 'of-app')
      await passwordAtThrift(world, visitor)
      const vault = await visitor.begin(await world.vault.parameters(silent))
      assertError(vault, 'login_required', 'of-app')
      await asksNothing(visitor, world.thrift, { prompt: 'none' })
    })

    it('security 40: prompt=login asks again, and what it proves is new', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const first = await passwordAtThrift(world, visitor)
      passTime(world)
      const again = await passwordAtThrift(world, visitor, { prompt: 'login' })
      assert.ok(Number(again.claims.auth_time) >= Number(first.claims.auth_time) + 30)
      assert.equal(again.claims.sub, first.claims.sub)
      const { claims } = await asksNothing(visitor, world.thrift, {})
      assert.equal(claims.auth_time, again.claims.auth_time)
    })

    it('security 40: max_age asks for proofs that are younger (I-28)', async (t) => {
      const { world, visitor } = await start(t, way, options)
      await passwordAtThrift(world, visitor)
      await asksNothing(visitor, world.thrift, { max_age: '60' })
      const none = { prompt: 'none', max_age: '0', state: 's' }
      assertError(await visitor.begin(await world.thrift.parameters(none)), 'login_required', 's')
      passTime(world)
      passTime(world)
      passTime(world)
      const late = { prompt: 'none', max_age: '60', state: 's' }
      assertError(await visitor.begin(await world.thrift.parameters(late)), 'login_required', 's')
      await passwordAtThrift(world, visitor, { max_age: '60' })
      await passwordAtThrift(world, visitor, { max_age: '0' })
    })

    it('an id_token_hint of somebody else is never answered with who is here', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const bo = await passwordAtThrift(world, visitorOf(world, way), {}, 'bo')
      const jane = await passwordAtThrift(world, visitor)
      const hint = { id_token_hint: bo.tokens.id_token!, state: 's' }
      const silent = await world.thrift.parameters({ ...hint, prompt: 'none' })
      assertError(await visitor.begin(silent), 'login_required', 's')

      const asked = await visitor.begin(await world.thrift.parameters(hint))
      assert.ok('password' in asked.actions, 'whoever is wanted can still come')
      assertError(await typePassword(visitor, asked, 'jane'), 'login_required', 's')
      const own = { id_token_hint: jane.tokens.id_token! }
      await asksNothing(visitor, world.thrift, own)
      await asksNothing(visitor, world.thrift, { ...own, prompt: 'none' })

      const come = await passwordAtThrift(world, visitor, hint, 'bo')
      assert.equal(come.claims.sub, bo.claims.sub)
    })

    it('an essential acr that is not reached is unmet_authentication_requirements (I-27)', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const wanting = (acr: string) => ({
        state: 's',
        claims: JSON.stringify({ id_token: { acr: { essential: true, values: [acr] } } }),
      })
      const choice = await visitor.begin(await world.thrift.parameters(wanting(acr2)))
      const end = await typePassword(visitor, choice, 'jane')
      assertError(end, 'unmet_authentication_requirements', 's')
      assert.deepEqual(await rowsOf(world.database, 'sessions'), [])

      await passwordAtThrift(world, visitor)
      for (const acr of [acr2, 'urn:nobody:knows']) {
        const again = await visitor.begin(await world.thrift.parameters(wanting(acr)))
        assertError(again, 'unmet_authentication_requirements', 's')
      }
      const { claims } = await asksNothing(visitor, world.thrift, wanting(acr1))
      assert.equal(claims.acr, acr1)
    })

    it('scenario 18: somebody locked between two applications is let into neither (I-20)', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const { tokens, claims } = await passwordAtThrift(world, visitor)
      await world.app.accounts.setStatus('jane', 'locked')
      for (const application of [world.thrift, world.vault]) {
        const request = await application.parameters({ prompt: 'none', state: 's' })
        assertError(await visitor.begin(request), 'login_required', 's')
      }
      await assert.rejects(world.thrift.userinfo(tokens.access_token, claims.sub))
    })

    it('scenario 18: signing in as somebody else ends the session of before (I-26)', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const jane = await passwordAtThrift(world, visitor)
      const stolen = visitorOf(world, way, await visitor.browser.clone())
      const bo = await passwordAtThrift(world, visitor, { prompt: 'login' }, 'bo')
      assert.notEqual(bo.claims.sub, jane.claims.sub)
      const now = await asksNothing(visitor, world.thrift, { prompt: 'none' })
      assert.equal(now.claims.sub, bo.claims.sub)
      const sessions = await rowsOf(world.database, 'sessions')
      assert.deepEqual(
        sessions.map(({ account_id }) => account_id),
        [bo.claims.sub],
      )
      const request = await world.thrift.parameters({ prompt: 'none', state: 's' })
      assertError(await stolen.begin(request), 'login_required', 's')
    })

    it('security 21: the session has a new id after every gain, and the one of before is nobody', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const question = await visitor.begin(await world.thrift.parameters())
      const planted = visitorOf(world, way, await visitor.browser.clone())
      const end = await typePassword(visitor, question, 'jane')
      await world.thrift.redeem(end.url)
      const request = await world.thrift.parameters({ prompt: 'none', state: 's' })
      assertError(await planted.begin(request), 'login_required', 's')
    })

    it('W-26: a factor with a maxAge is asked anew once its proof is older, and no other', async (t) => {
      const { world, visitor } = await start(t, way, {
        files: { ...options.files, ...halfHourlyCode },
      })
      const first = await visitor.begin(await world.vault.parameters())
      const code = await typePassword(visitor, first, 'jane')
      const end = await typeCode(world, visitor, code, 'jane')
      const { claims } = await world.vault.redeem(end.url)
      world.clock.aheadMs += 29 * 60_000
      await asksNothing(visitor, world.vault, {})
      world.clock.aheadMs += 61_000
      const silent = await world.vault.parameters({ prompt: 'none', state: 's' })
      assertError(await visitor.begin(silent), 'login_required', 's')
      const later = await visitor.begin(await world.vault.parameters())
      assert.deepEqual(later.actions, { totp: ['code'], cancel: [] })
      const again = await typeCode(world, visitor, later, 'jane')
      const anew = await world.vault.redeem(again.url)
      assert.ok(Number(anew.claims.auth_time) > Number(claims.auth_time) + 1800)
      await asksNothing(visitor, world.vault, {})
    })

    it('what it has proven is good for 14 days, however often it is used', async (t) => {
      const { world, visitor } = await start(t, way, options)
      await passwordAtThrift(world, visitor)
      const db = openDatabase({ url: world.database })
      t.after(() => db.destroy())
      // As if it had been used meanwhile: each use begins its own 14 days anew.
      await db('sessions').increment('expires_at', 14 * day)
      world.clock.aheadMs += (14 * day - 60) * 1000
      await asksNothing(visitor, world.thrift, {})
      world.clock.aheadMs += 60_000
      const { actions } = await visitor.begin(await world.thrift.parameters())
      assert.deepEqual(actions, { password: ['username', 'password'], cancel: [] })
    })

    it('a refresh token ends with its grant, 14 days after it was last asked for, however often it is used', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const { tokens } = await passwordAtThrift(world, visitor, {
        scope: 'openid offline_access',
        prompt: 'consent',
      })
      const { configuration } = world.thrift
      const endOf = async () => {
        const rows = await rowsOf(world.database, 'provider_models')
        const [grant] = rows.filter(({ model }) => model === 'Grant')
        return Number(grant!.expires_at)
      }
      const before = await endOf()
      const fresh = await client.refreshTokenGrant(configuration, tokens.refresh_token!)
      assert.equal(await endOf(), before)
      world.clock.aheadMs += 14 * day * 1000
      await assert.rejects(client.refreshTokenGrant(configuration, fresh.refresh_token!), {
        error: 'invalid_grant',
      })
    })

    it('a flow with fresh: true takes nothing from the session', async (t) => {
      const fresh = options.files['thrift.yaml'].replace(
        '[password]',
        '[password]\n    fresh: true',
      )
      const { world, visitor } = await start(t, way, { files: { 'thrift.yaml': fresh } })
      await passwordAtThrift(world, visitor)
      await passwordAtThrift(world, visitor)
    })
  })
}

async function passwordAtThrift(
  world: World,
  visitor: Visitor,
  more: Parameters = {},
  userName = 'jane',
) {
  const choice = await visitor.begin(await world.thrift.parameters(more))
  assert.deepEqual(choice.actions, { password: ['username', 'password'], cancel: [] })
  const end = await typePassword(visitor, choice, userName)
  answerAt(end)
  return world.thrift.redeem(end.url)
}

/** Back at the application by the request alone. */
async function asksNothing(visitor: Visitor, application: RelyingParty, more: Parameters) {
  const end = await visitor.begin(await application.parameters(more))
  answerAt(end)
  return application.redeem(end.url)
}
