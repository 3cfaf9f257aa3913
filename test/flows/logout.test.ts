import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import * as client from 'openid-client'
import { deliveryLimits } from '../../src/engine/outbox.ts'
import { rowsOf } from '../support/rows.ts'
import { visitorOf } from '../support/visitor.ts'
import { shippedFile, startWorld, type World } from '../support/world.ts'
import { addApp, assertError, passTime, signIn, typeCode, typePassword } from './people.ts'

/** An application's back channel, and what it answers: 200 unless told otherwise. */
async function backChannel(t: Pick<TestContext, 'after'>) {
  const heard: Record<string, unknown>[] = []
  const answers: number[] = []
  /** Nobody is answered before so many have come. */
  const hold = { until: 0 }
  const held: (() => void)[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const token = new URLSearchParams(Buffer.concat(parts).toString()).get('logout_token')!
      heard.push(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()))
      held.push(() => response.writeHead(answers.shift() ?? 200).end())
      if (heard.length >= hold.until) for (const answer of held.splice(0)) answer()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  t.after(() => new Promise((done) => server.close(done)))
  const { port } = server.address() as AddressInfo
  return { heard, answers, hold, address: `http://127.0.0.1:${port}/logged-out` }
}

/** Thrift hears of logouts; vault does not want to. */
async function startListening(t: Pick<TestContext, 'after'>) {
  const channel = await backChannel(t)
  const told = `  thrift:\n    backchannelLogoutUri: ${channel.address}\n`
  const world = await startWorld(t, {
    files: { 'applications.yaml': shippedFile('applications.yaml').replace('  thrift:\n', told) },
  })
  return { world, ...channel }
}

async function signedIn(world: World, userName = 'jane') {
  const visitor = visitorOf(world, 'pages')
  const end = await signIn(world, visitor, userName)
  const redeemed = await world.thrift.redeem(end.url)
  return { visitor, ...redeemed, sid: redeemed.claims.sid }
}

async function leave(world: World, { visitor, tokens }: Awaited<ReturnType<typeof signedIn>>) {
  const page = await visitor.browser.open(world.thrift.logout(tokens))
  return visitor.browser.submit(page.form('Yes, sign out'))
}

const waiting = async ({ database }: World) =>
  (await rowsOf(database, 'outbox')).filter(({ status }) => status === 'waiting').length

describe('a session that ends', () => {
  it('is told to the applications that it was used for, and to no others', async (t) => {
    const { world, heard } = await startListening(t)
    const jane = await signedIn(world)
    const silent = await jane.visitor.begin(await world.vault.parameters())
    await world.vault.redeem(silent.url)
    await leave(world, jane)
    assert.deepEqual(heard, [], 'nobody waits for the applications')
    assert.equal(await world.app.deliver(), 2)
    assert.deepEqual(
      heard.map(({ sub, sid, aud }) => ({ sub, sid, aud })),
      [{ sub: jane.claims.sub, sid: jane.sid, aud: 'thrift' }],
    )
    assert.equal(await waiting(world), 0)
    assert.equal(await world.app.deliver(), 0)
  })

  it('is told after a crash that came before anybody was told', async (t) => {
    const { world, heard } = await startListening(t)
    const jane = await signedIn(world)
    await leave(world, jane)
    await world.restart()
    await world.app.deliver()
    assert.deepEqual(
      heard.map(({ sid }) => sid),
      [jane.sid],
    )
  })

  it('is told again, with the same jti, to an application that does not answer, at growing intervals', async (t) => {
    const { world, heard, answers } = await startListening(t)
    answers.push(503, 500)
    await leave(world, await signedIn(world))
    for (const tries of [1, 0]) assert.equal(await world.app.deliver(), tries)
    world.clock.aheadMs += deliveryLimits.firstPauseMs
    for (const tries of [1, 0]) assert.equal(await world.app.deliver(), tries)
    world.clock.aheadMs += deliveryLimits.firstPauseMs
    assert.equal(await world.app.deliver(), 0, 'the second pause is longer')
    world.clock.aheadMs += deliveryLimits.firstPauseMs
    assert.equal(await world.app.deliver(), 1)
    assert.equal(new Set(heard.map(({ jti }) => jti)).size, 1)
    assert.equal(heard.length, 3)
    assert.equal(await waiting(world), 0)
    world.reports.length = 0
  })

  it('is not told again to an application that refuses, and not for ever to one that is gone', async (t) => {
    const { world, heard, answers } = await startListening(t)
    answers.push(400)
    await leave(world, await signedIn(world))
    await world.app.deliver()
    assert.deepEqual([heard.length, await waiting(world)], [1, 0])

    answers.push(...Array.from({ length: deliveryLimits.attemptsMax }, () => 503))
    await leave(world, await signedIn(world))
    for (let tries = 0; tries < 20; tries++) {
      world.clock.aheadMs += deliveryLimits.longestPauseMs
      await world.app.deliver()
    }
    assert.equal(heard.length, 1 + deliveryLimits.attemptsMax)
    assert.equal(await waiting(world), 0)
    world.reports.length = 0
  })

  it('holds up no other message: one that hangs is waited for beside the others', async (t) => {
    const { world, heard, hold } = await startListening(t)
    for (let people = 0; people < 3; people++) await leave(world, await signedIn(world))
    hold.until = 3
    assert.equal(await world.app.deliver(), 3)
    assert.deepEqual([heard.length, await waiting(world)], [3, 0])
  })

  it('is told when somebody else has signed in (I-26)', async (t) => {
    const { world, heard } = await startListening(t)
    const { visitor, sid } = await signedIn(world)
    const asked = await visitor.begin(await world.thrift.parameters({ prompt: 'login' }))
    const { place } = await addApp(world, visitor, await typePassword(visitor, asked, 'bo'))
    await world.thrift.redeem(place.url)
    await world.app.deliver()
    assert.deepEqual(
      heard.map((token) => token.sid),
      [sid],
    )
  })
})

describe('a factor that is reset', () => {
  it('counts for nothing any more in a login that has proven it before', async (t) => {
    const { world } = await startListening(t)
    const visitor = visitorOf(world, 'pages')
    const first = await visitor.begin(await world.thrift.parameters({ state: 's' }))
    const code = await typePassword(visitor, first, 'jane')
    await world.app.accounts.resetFactor('jane', 'password')
    assertError(
      await typeCode(world, visitor, code, 'jane'),
      'unmet_authentication_requirements',
      's',
    )
    assert.deepEqual(await rowsOf(world.database, 'sessions'), [])
  })
})

describe('what an account was given (security 35)', () => {
  const reasons = {
    locked: ({ app }: World) => app.accounts.setStatus('jane', 'locked'),
    disabled: ({ app }: World) => app.accounts.setStatus('jane', 'disabled'),
    deleted: ({ app }: World) => app.accounts.remove('jane'),
    'signed out by an administrator': ({ app }: World) => app.accounts.signOut('jane'),
    'made to register a factor anew': ({ app }: World) => app.accounts.resetFactor('jane', 'totp'),
  }
  for (const [name, why] of Object.entries(reasons)) {
    it(`is worth nothing once it is ${name}: session, refresh token, access token`, async (t) => {
      const { world, heard } = await startListening(t)
      const visitor = visitorOf(world, 'pages')
      const asked = await world.thrift.parameters({
        scope: 'openid offline_access',
        prompt: 'consent',
      })
      const choice = await visitor.begin(asked)
      const code = await visitor.act(choice, 'password', {
        username: 'jane',
        password: 'paper lantern quartz',
      })
      const end = await typeCode(world, visitor, code, 'jane')
      const { tokens, claims } = await world.thrift.redeem(end.url)
      passTime(world)
      assert.equal(await why(world), 'changed')

      const silent = await visitor.begin(await world.thrift.parameters({ prompt: 'none' }))
      assert.equal(new URL(silent.url).searchParams.get('error'), 'login_required')
      await assert.rejects(world.thrift.userinfo(tokens.access_token, claims.sub))
      const { configuration } = world.thrift
      const introspected = await client.tokenIntrospection(configuration, tokens.access_token)
      assert.equal(introspected.active, false)
      await assert.rejects(client.refreshTokenGrant(configuration, tokens.refresh_token!), {
        error: 'invalid_grant',
      })
      await world.app.deliver()
      assert.deepEqual(
        heard.map(({ sid }) => sid),
        [claims.sid],
      )
    })
  }
})
