import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { rowsOf } from '../support/rows.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { answerAt, passTime, start, typeCode, typePassword } from './people.ts'

/** An example as it ships, for an application of this world. */
function example(name: string, application: string): string {
  const file = join(import.meta.dirname, '../../flows/examples/sessions', `${name}.yaml`)
  return readFileSync(file, 'utf8')
    .replace(/^flow: .*$/m, `flow: ${application}`)
    .replace(/^applications: .*$/m, `applications: [${application}]`)
}

const newDevice = {
  'thrift.yaml': example('new-device', 'thrift'),
  'vault.yaml': example('new-device', 'vault'),
}

/** To where the password has led. Nothing is taken from a session: each asks for `prompt=login`. */
async function enter(
  world: World,
  visitor: Visitor,
  { userName = 'jane', by = world.thrift } = {},
): Promise<Place> {
  const asked = await visitor.begin(await by.parameters({ prompt: 'login' }))
  return typePassword(visitor, asked, userName)
}

/** With the authenticator app, and the device is remembered or not. */
async function enterAnew(
  world: World,
  visitor: Visitor,
  decision: 'yes' | 'no',
  by = world.thrift,
): Promise<Place> {
  const code = await enter(world, visitor, { by })
  assert.ok(asksForCode(code), code.says)
  const question = await typeCode(world, visitor, code, 'jane')
  passTime(world)
  assert.ok('remember-device' in question.actions, question.says)
  const end = await visitor.act(question, 'remember-device', { decision })
  answerAt(end)
  return end
}

const asksForCode = (place: Place) => place.kind === 'asks' && 'totp' in place.actions
const begins = (t: Parameters<typeof start>[0], way: Way) => start(t, way, { files: newDevice })

const ends = {
  'locked for a while': async ({ app }: World) => {
    await app.accounts.setStatus('jane', 'locked')
    await app.accounts.setStatus('jane', 'active')
  },
  'signed out everywhere': ({ app }: World) => app.accounts.signOut('jane'),
  'made to register a factor anew': ({ app }: World) => app.accounts.resetFactor('jane', 'totp'),
} as const

for (const way of ways) {
  describe(`a remembered device, by ${way}`, () => {
    it('scenario 18: a new device asks for a code, a remembered one does not (W-25)', async (t) => {
      const { world, visitor } = await begins(t, way)
      const first = await world.thrift.redeem((await enterAnew(world, visitor, 'yes')).url)
      assert.deepEqual(first.claims.amr, ['pwd', 'otp', 'mfa'])
      const again = await enter(world, visitor)
      const second = await world.thrift.redeem(again.url)
      assert.equal(second.claims.sub, first.claims.sub)
      assert.deepEqual(second.claims.amr, ['pwd'], 'it is no factor, and no token says so (I-27)')
      assert.ok(asksForCode(await enter(world, visitorOf(world, way))), 'another browser')
      assert.deepEqual(world.reports, [])
    })

    it('is asked again by whoever said no', async (t) => {
      const { world, visitor } = await begins(t, way)
      await enterAnew(world, visitor, 'no')
      assert.deepEqual(await rowsOf(world.database, 'devices'), [])
      assert.ok(asksForCode(await enter(world, visitor)))
    })

    it('scenario 18: the cookie replayed for another person, or another application, is nothing (W-23)', async (t) => {
      const { world, visitor } = await begins(t, way)
      await enterAnew(world, visitor, 'yes')
      assert.ok(asksForCode(await enter(world, visitor, { by: world.vault })))
      const bo = await enter(world, visitor, { userName: 'bo' })
      assert.deepEqual(Object.keys(bo.actions)[0], 'enrol-totp', bo.says)
      const clone = visitorOf(world, way, await visitor.browser.clone())
      answerAt(await enter(world, clone))
    })

    it('security 150, W-23: what one organisation remembers is a new device in the other, under whatever name', async (t) => {
      const { world } = await start(t, way, { files: newDevice, others: ['acme'] })
      const organisations = { default: world, acme: await world.other('acme') }
      for (const [name, home] of Object.entries(organisations)) {
        const visitor = visitorOf(home, way)
        await enterAnew(world, visitor, 'yes', home.thrift)
        const kept = (await visitor.browser.cookies.serialize())!.cookies
        const { key, value } = kept.find((each) => String(each.key).endsWith(`-${name}-device`))!
        for (const [other, there] of Object.entries(organisations)) {
          for (const named of [String(key), String(key).replace(`-${name}-`, `-${other}-`)]) {
            const bearer = visitorOf(there, way)
            await bearer.browser.cookies.setCookie(`${named}=${value}; Path=/`, there.issuer.href)
            const place = await enter(world, bearer, { by: there.thrift })
            if (other === name) answerAt(place)
            else assert.ok(asksForCode(place), `${named} at ${other}`)
          }
        }
      }
    })

    it('the browser is known again by its cookie alone, and the server keeps but a fingerprint', async (t) => {
      const { world, visitor } = await begins(t, way)
      await enterAnew(world, visitor, 'yes')
      const kept = (await visitor.browser.cookies.serialize())!.cookies
      const cookie = kept.find(({ key }) => String(key).endsWith('-device'))
      assert.ok(cookie?.httpOnly && Number(cookie.maxAge) > 86_400 && cookie.sameSite === 'lax')
      const [row] = await rowsOf(world.database, 'devices')
      assert.notEqual(row?.secret_hash, cookie.value)
      for (const { domain, path, key } of kept) {
        if (key === cookie.key) continue
        await visitor.browser.cookies.store.removeCookie(String(domain), String(path), String(key))
      }
      answerAt(await enter(world, visitor))
      await visitor.browser.cookies.store.removeCookie('localhost', '/', String(cookie.key))
      assert.ok(asksForCode(await enter(world, visitor)))
    })

    it('gets another secret at each use: a copy of the old one is refused after a minute, which is for other tabs', async (t) => {
      const { world, visitor } = await begins(t, way)
      await enterAnew(world, visitor, 'yes')
      const copy = visitorOf(world, way, await visitor.browser.clone())
      const secretOf = async ({ browser }: Visitor) =>
        (await browser.cookies.serialize())!.cookies.find(({ key }) =>
          String(key).endsWith('-device'),
        )?.value
      const first = await secretOf(visitor)
      answerAt(await enter(world, visitor))
      const second = await secretOf(visitor)
      assert.notEqual(second, first)
      const tab = visitorOf(world, way, await copy.browser.clone())
      answerAt(await enter(world, tab))
      assert.equal(await secretOf(tab), first, 'it was replaced already')

      world.clock.aheadMs += 61_000
      assert.ok(asksForCode(await enter(world, copy)), 'the copy')
      answerAt(await enter(world, visitor))
      assert.notEqual(await secretOf(visitor), second)
      const rows = await rowsOf(world.database, 'devices')
      const life = rows.map((row) => Number(row.expires_ms) - Number(row.created_ms))
      assert.ok(Math.max(...life) <= 30 * 86_400_000, 'it is remembered no longer than before')
      assert.deepEqual(world.reports, [])
    })

    it('of two tabs that were begun with the same secret both get in, and the browser stays known', async (t) => {
      const { world, visitor } = await begins(t, way)
      await enterAnew(world, visitor, 'yes')
      const tabs = [visitor, visitorOf(world, way, visitor.browser)]
      const asked: [Visitor, Place][] = []
      for (const tab of tabs) {
        asked.push([tab, await tab.begin(await world.thrift.parameters({ prompt: 'login' }))])
      }
      for (const [tab, place] of asked) answerAt(await typePassword(tab, place, 'jane'))
      world.clock.aheadMs += 61_000
      answerAt(await enter(world, visitor))
    })

    it('a secret that was in the browser before is not the one that is remembered', async (t) => {
      const { world, visitor } = await begins(t, way)
      const planted = 'p'.repeat(43)
      const name = `sallyport-${world.issuer.port}-default-device`
      await visitor.browser.cookies.setCookie(`${name}=${planted}; Path=/`, world.issuer.href)
      await enterAnew(world, visitor, 'yes')
      const eve = visitorOf(world, way)
      await eve.browser.cookies.setCookie(`${name}=${planted}; Path=/`, world.issuer.href)
      assert.ok(asksForCode(await enter(world, eve)))
    })

    it('ends after its time', async (t) => {
      const { world, visitor } = await begins(t, way)
      await enterAnew(world, visitor, 'yes')
      const [row] = await rowsOf(world.database, 'devices')
      const livesMs = Number(row?.expires_ms) - Number(row?.created_ms)
      assert.ok(Math.abs(livesMs - 30 * 86_400_000) < 1000, String(livesMs))
      answerAt(await enter(world, visitor))
      const db = openDatabase({ url: world.database, durability: 'normal' })
      t.after(() => db.destroy())
      await db('devices').update({ expires_ms: Date.now() + world.clock.aheadMs })
      assert.ok(asksForCode(await enter(world, visitor)))
    })

    for (const [name, why] of Object.entries(ends)) {
      it(`security 35: ends when the account is ${name}`, async (t) => {
        const { world, visitor } = await begins(t, way)
        await enterAnew(world, visitor, 'yes')
        await why(world)
        assert.deepEqual(await rowsOf(world.database, 'devices'), [])
        const next = await enter(world, visitor)
        const asked = name === 'made to register a factor anew' ? 'enrol-totp' : 'totp'
        assert.ok(asked in next.actions, next.says)
      })
    }
  })
}

const threeSessions = {
  files: { 'thrift.yaml': example('concurrent-sessions', 'thrift') },
}

for (const way of ways) {
  describe(`concurrent sessions, by ${way}`, () => {
    const signIn = async (world: World, visitor = visitorOf(world, way)) => {
      const asked = await visitor.begin(await world.thrift.parameters({ state: 's' }))
      const code = await typePassword(visitor, asked, 'jane')
      const end = await typeCode(world, visitor, code, 'jane')
      passTime(world)
      return { visitor, end }
    }
    const isSignedIn = async (world: World, { visitor }: { visitor: Visitor }) => {
      const silent = await world.thrift.parameters({ prompt: 'none' })
      return 'code' in answerAt(await visitor.begin(silent))
    }

    it('scenario 18: one too many ends the oldest, or does not get in (W-20, W-25)', async (t) => {
      const { world } = await start(t, way, threeSessions)
      const three = [await signIn(world), await signIn(world), await signIn(world)]
      for (const { end } of three) answerAt(end)
      const fourth = await signIn(world)
      assert.deepEqual(fourth.end.actions['end-session'], ['which'])
      assert.match(fourth.end.body, /\d{4}-\d\d-\d\d \d\d:\d\d UTC/)

      const refused = await fourth.visitor.act(fourth.end, 'cancel')
      assert.equal(answerAt(refused).error, 'access_denied')
      assert.equal(await isSignedIn(world, three[0]!), true)

      const again = await signIn(world, fourth.visitor)
      answerAt(await fourth.visitor.act(again.end, 'end-session', { which: 'oldest' }))
      const left = await Promise.all(three.map((one) => isSignedIn(world, one)))
      assert.deepEqual(left, [false, true, true])
      assert.equal((await rowsOf(world.database, 'sessions')).length, 3)
      assert.deepEqual(world.reports.filter(isBug), [])
    })

    it('all others can be ended at once, and the own one is none of them', async (t) => {
      const { world } = await start(t, way, threeSessions)
      const three = [await signIn(world), await signIn(world), await signIn(world)]
      assert.equal(await isSignedIn(world, three[2]!), true, 'nothing is asked of who is there')
      const fourth = await signIn(world)
      answerAt(await fourth.visitor.act(fourth.end, 'end-session', { which: 'others' }))
      const left = await Promise.all([...three, fourth].map((one) => isSignedIn(world, one)))
      assert.deepEqual(left, [false, false, false, true])
    })

    it('are not ended by somebody who has proven one factor', async (t) => {
      const { world } = await start(t, way, threeSessions)
      for (let sessions = 0; sessions < 3; sessions++) await signIn(world)
      const eve = visitorOf(world, way)
      const code = await typePassword(eve, await eve.begin(await world.thrift.parameters()), 'jane')
      const forced = await eve.force(code, 'end-session', { which: 'others' })
      assert.equal(forced.status, 409)
      assert.equal((await rowsOf(world.database, 'sessions')).length, 3)
    })
  })
}

function isBug(error: unknown): boolean {
  return !(error instanceof Error && 'status' in error)
}
