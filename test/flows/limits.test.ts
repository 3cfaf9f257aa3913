import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { noTryLimits, type TryLimits } from '../../src/engine/tries.ts'
import { readNetwork } from '../../src/language/network.ts'
import { Browser } from '../support/browser.ts'
import { nodesOfWorld } from '../support/nodes.ts'
import { RelyingParty } from '../support/relying-party.ts'
import { rowsOf } from '../support/rows.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { startWorld, type World, type WorldOptions } from '../support/world.ts'
import { addApp, answerAt, passTime, signIn, start, typeCode, typePassword } from './people.ts'

const minuteMs = 60_000
const windowMs = 10 * minuteMs
const proxies = ['127.0.0.0/8', '::1/128'].map((text) => readNetwork(text)!)

/** A world behind a proxy, in which only these limits hold. */
function limited(t: TestContext, limits: Partial<TryLimits>, more: WorldOptions = {}) {
  const tries = { ...noTryLimits, windowMs, ...limits }
  return startWorld(t, { trustedProxies: proxies, tries, ...more })
}

/** Somebody who comes from there, in a browser of their own. */
function from(t: TestContext, world: World, way: Way, address: string): Visitor {
  const browser = new Browser({
    stopAt: [`${world.env.THRIFT_URL}/`],
    headers: { 'x-forwarded-for': address },
  })
  t.after(() => browser.close())
  return visitorOf(world, way, browser)
}

const begin = async (world: World, visitor: Visitor, more = {}) =>
  visitor.begin(await world.thrift.parameters(more))

async function guess(world: World, visitor: Visitor, userName: string): Promise<Place> {
  return typePassword(visitor, await begin(world, visitor), userName, 'not this one')
}

function assertTooMany(place: Place): void {
  assert.equal(place.status, 429, place.says)
  assert.match(place.says, /too many tries|TOO_MANY_TRIES/i)
}

const isAsked = (place: Place, step: string) => place.kind === 'asks' && step in place.actions

for (const way of ways) {
  describe(`what one source may try, by ${way}`, () => {
    it('is so many logins begun in a window, by whatever application; another source begins its own', async (t) => {
      const world = await limited(t, { beginnings: 3 })
      const crowd = from(t, world, way, '203.0.113.7')
      for (let n = 0; n < 3; n++) assert.ok(isAsked(await begin(world, crowd), 'password'))
      assertTooMany(await begin(world, crowd))
      assertTooMany(await crowd.begin(await world.vault.parameters()))
      assert.ok(isAsked(await begin(world, from(t, world, way, '203.0.113.8')), 'password'))
      world.clock.aheadMs += windowMs + 1
      assert.ok(isAsked(await begin(world, crowd), 'password'), 'in the next window')
      assert.deepEqual((await rowsOf(world.database, 'logins')).length, 5)
    })

    it('is so many wrong answers, for whomever they are; a right one counts nothing', async (t) => {
      const world = await limited(t, { answers: 2 })
      const thief = from(t, world, way, '203.0.113.7')
      for (const userName of ['jane', 'bo']) {
        assert.ok(isAsked(await guess(world, thief, userName), 'password'))
      }
      const refused = await guess(world, thief, 'nobody')
      assertTooMany(refused)
      for (let n = 0; n < 3; n++) {
        answerAt(await signIn(world, from(t, world, way, '203.0.113.8')))
      }
      assert.equal((await rowsOf(world.database, 'tries')).length, 1, 'of the thief alone')
      world.clock.aheadMs += windowMs + 1
      assert.ok(isAsked(await guess(world, thief, 'bo'), 'password'), 'in the next window')
    })

    it('is no more of them at each node when forty come at once (I-23)', async (t) => {
      const world = await limited(t, { answers: 5 })
      const thieves = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const thief = from(t, world, way, '203.0.113.7')
          return { thief, place: await begin(world, thief) }
        }),
      )
      const answers = await Promise.all(
        thieves.map(({ thief, place }, n) => typePassword(thief, place, `nobody-${n}`, 'wrong')),
      )
      const tried = answers.filter(({ status }) => status !== 429)
      assert.ok(
        tried.length >= 1 && tried.length <= 5 * nodesOfWorld(),
        `${tried.length} were tried`,
      )
    })

    it('is counted for a whole /64 of IPv6, which one subscriber has (security 125)', async (t) => {
      const world = await limited(t, { beginnings: 1 })
      const at = (address: string) => begin(world, from(t, world, way, address))
      assert.ok(isAsked(await at('2001:db8:0:7::1'), 'password'))
      assertTooMany(await at('2001:db8:0:7:ffff::2'))
      assert.ok(isAsked(await at('2001:db8:0:8::1'), 'password'))
    })

    it('is so many messages, whoever they go to', async (t) => {
      const world = await limited(t, { messages: 1 })
      const recover = await RelyingParty.discover({
        issuer: world.issuer.href,
        clientId: 'recover',
        redirectUri: `${world.env.THRIFT_URL}/recover/callback`,
      })
      const send = async (userName: string, address: string) => {
        const visitor = from(t, world, way, address)
        const asked = await visitor.begin(await recover.parameters())
        return visitor.act(asked, 'otp', { username: userName })
      }
      assert.notEqual((await send('jane', '203.0.113.7')).status, 429)
      assertTooMany(await send('bo', '203.0.113.7'))
      assert.notEqual((await send('bo', '203.0.113.8')).status, 429)
    })
  })

  describe(`a person whom somebody else would lock out, by ${way}`, () => {
    it('security 125: signs in where the account knows the browser, and for everybody else the lock has an end (I-23)', async (t) => {
      const { world, visitor: owner } = await start(t, way)
      answerAt(await signIn(world, owner))
      for (let n = 0; n < 6; n++) await guess(world, visitorOf(world, way), 'jane')
      const again = () => begin(world, owner, { prompt: 'login' })
      const elsewhere = visitorOf(world, way)
      const shut = await typePassword(elsewhere, await begin(world, elsewhere), 'jane')
      assert.ok(isAsked(shut, 'password'), 'the right password is a wrong one in another browser')

      const second = await typePassword(owner, await again(), 'jane')
      assert.ok(isAsked(second, 'totp'), `here it is right: ${second.says}`)
      answerAt(await typeCode(world, owner, second, 'jane'))
      passTime(world)
      const still = await typePassword(elsewhere, await elsewhere.look(shut), 'jane')
      assert.ok(isAsked(still, 'password'), "the owner's success ends no count of others")

      world.clock.aheadMs += 15 * minuteMs
      assert.ok(
        isAsked(await typePassword(elsewhere, await begin(world, elsewhere), 'jane'), 'totp'),
      )
    })

    it('security 125: has no more guesses for a browser that the account knows than for any other (I-23)', async (t) => {
      const { world, visitor: owner } = await start(t, way)
      answerAt(await signIn(world, owner))
      const asked = await begin(world, owner, { prompt: 'login' })
      let place = asked
      for (let n = 0; n < 4; n++) place = await typePassword(owner, place, 'jane', 'not this one')
      const other = await begin(world, owner, { prompt: 'login' })
      await typePassword(owner, other, 'jane', 'not this one')
      const last = await begin(world, owner, { prompt: 'login' })
      assert.ok(isAsked(await typePassword(owner, last, 'jane'), 'password'), 'the sixth guess')
    })

    it("security 125: knows nobody by somebody else's session", async (t) => {
      const { world, visitor: bo } = await start(t, way)
      const jane = visitorOf(world, way)
      answerAt(await signIn(world, jane))
      for (let n = 0; n < 6; n++) await guess(world, visitorOf(world, way), 'jane')
      const first = await typePassword(bo, await begin(world, bo), 'bo')
      answerAt((await addApp(world, bo, await bo.act(first, 'enrol-totp'))).place)
      const asked = await begin(world, bo, { prompt: 'login' })
      assert.ok(isAsked(await typePassword(bo, asked, 'jane'), 'password'))
    })
  })
}

describe('what an application may try', () => {
  const redeem = (world: World, secret: string, address: string) =>
    fetch(new URL('/token', world.issuer), {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`thrift:${secret}`).toString('base64')}`,
        accept: 'application/json',
        'x-forwarded-for': address,
      },
      body: new URLSearchParams({ grant_type: 'authorization_code', code: 'none' }),
    })

  it('is so many token requests that are refused to one source; 429 says when again', async (t) => {
    const world = await limited(t, { tokens: 2 })
    for (let n = 0; n < 2; n++) {
      assert.equal((await redeem(world, 'wrong', '203.0.113.7')).status, 401)
    }
    const refused = await redeem(world, 'wrong', '203.0.113.7')
    assert.equal(refused.status, 429)
    const seconds = Number(refused.headers.get('retry-after'))
    assert.ok(seconds > windowMs / 1000 - 60 && seconds <= windowMs / 1000, `${seconds} s`)
    assert.equal(((await refused.json()) as { code: string }).code, 'TOO_MANY_TRIES')
    assert.equal((await redeem(world, 'wrong', '203.0.113.8')).status, 401)
  })

  it('is as many logins as are begun for it, where a limit is set; one source that is shut out shuts none', async (t) => {
    const world = await limited(t, { beginnings: 2, application: 4 })
    const at = (address: string) => begin(world, from(t, world, 'API', address))
    for (let n = 0; n < 9; n++) await at('203.0.113.7')
    assert.ok(isAsked(await at('203.0.113.8'), 'password'))
    assert.ok(isAsked(await at('203.0.113.9'), 'password'))
    assertTooMany(await at('203.0.113.10'))
    const vault = from(t, world, 'API', '203.0.113.10')
    assert.ok(isAsked(await vault.begin(await world.vault.parameters()), 'password'))
  })

  it('is written nowhere with an address in it', async (t) => {
    const world = await limited(t, { beginnings: 9, answers: 9 })
    await guess(world, from(t, world, 'API', '203.0.113.7'), 'jane')
    const rows = await rowsOf(world.database, 'tries')
    assert.deepEqual(rows.map(({ tried }) => tried).sort(), ['answers', 'beginnings'])
    assert.doesNotMatch(JSON.stringify(rows), /203\.0/)
  })
})
