/** The catalogue's group of attacks by, and on the way from, an upstream: over HTTP, by pages and API. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Lies } from '../steps/lying-upstream.ts'
import { nodesOfWorld } from '../support/nodes.ts'
import { metadataFaults, tokenFaults, troubles } from '../support/upstream-faults.ts'
import { type Place, type Visitor, visitorOf, ways } from '../support/visitor.ts'
import { assertOpen, faultyWorld, isFailure } from './faulty-world.ts'
import { addApp, answerAt, assertError, signIn, typePassword } from './people.ts'

/** What goes wrong after the callback, which is the same for both, is shown by pages alone. */
for (const way of ways) {
  describe(`an upstream over HTTP, by ${way}`, () => {
    const faulty = faultyWorld(way, 61 * 60_000)

    describe('is believed in nothing with', () => {
      for (const [name, fault] of way === 'pages' ? Object.entries(tokenFaults) : []) {
        it(`security ${fault.security}: ${name}`, async () => {
          const { leave, arrive, lie, upstream, unchanged, isAbsent } = faulty()
          const person = await leave()
          lie(fault)
          const still = await arrive(person)
          await unchanged()
          assertOpen(still)
          assert.ok(upstream.asked.includes('/token'), 'it was asked, and not believed')
          isAbsent('/evil')
        })
      }
    })

    describe('sends nobody anywhere with', () => {
      for (const [name, fault] of Object.entries(metadataFaults)) {
        it(`security ${fault.security}: ${name}`, async () => {
          const { begin, lie, upstream, unchanged } = faulty()
          lie(fault)
          const { visitor, place } = await begin()
          const still = await visitor.act(place, 'google')
          assertOpen(still)
          assert.deepEqual(upstream.asked, ['/.well-known/openid-configuration'])
          await unchanged()
        })
      }

      it('security 57: its metadata elsewhere', async () => {
        const { begin, upstream, unchanged } = faulty()
        const path = '/.well-known/openid-configuration'
        upstream.lies = {
          answers: {
            [path]: (_, response) => {
              response.writeHead(302, { location: `${upstream.url}/elsewhere` })
              response.end()
            },
          },
        }
        const { visitor, place } = await begin()
        assertOpen(await visitor.act(place, 'google'))
        assert.deepEqual(upstream.asked, [path])
        await unchanged()
      })
    })

    describe('costs nobody anything with', () => {
      const later = way === 'pages' ? ['/token', '/jwks'] : []
      for (const path of ['/.well-known/openid-configuration', ...later])
        for (const [name, { security, answer }] of Object.entries(troubles)) {
          it(`security ${security}: ${name} at ${path}`, async () => {
            const { begin, leave, arrive, upstream, unchanged, spent } = faulty()
            const lies = { answers: { [path]: answer } }
            const isLeaving = path.startsWith('/.well-known')
            let still: Place
            let visitor: Visitor
            if (isLeaving) {
              const person = await begin()
              visitor = person.visitor
              upstream.lies = lies
              still = await visitor.act(person.place, 'google')
            } else {
              const person = await leave()
              visitor = person.visitor
              upstream.lies = lies
              still = await arrive(person)
            }
            await unchanged()
            assertOpen(still)
            assert.equal(await spent(still), 0)
            // The login goes on by another way, and this one works again as soon as the upstream does.
            const second = await typePassword(visitor, still, 'jane')
            assert.ok('totp' in second.actions)
          })
        }
    })
  })
}

for (const way of ways) {
  describe(`an answer that is not the awaited one, by ${way}`, () => {
    const faulty = faultyWorld(way)

    const forged: Readonly<Record<string, (query: URLSearchParams) => void>> = {
      'security 49: without state': (query) => query.delete('state'),
      'security 49: with an empty state': (query) => query.set('state', ''),
      'security 49: with a state of nobody': (query) => query.set('state', 'x'.repeat(43)),
      'security 49: with two states': (query) => query.append('state', query.get('state')!),
      'security 49: with two codes': (query) => query.append('code', 'another'),
    }
    for (const [name, forge] of Object.entries(forged)) {
      it(`${name} is refused, asks nothing and changes nothing`, async () => {
        const { leave, upstream, rows } = faulty()
        const { visitor, callback } = await leave()
        const before = await rows()
        forge(callback.searchParams)
        const page = await visitor.browser.open(callback.href)
        assert.equal(page.status, 400)
        assert.deepEqual(await rows(), before)
        assert.ok(!upstream.asked.includes('/token'))
      })
    }

    it('security 49: with the state of another browser is refused, and theirs still works', async () => {
      const { leave, arrive, upstream, rows } = faulty()
      const mallory = await leave()
      const victim = await leave()
      const before = await rows()
      const page = await victim.visitor.browser.open(mallory.callback.href)
      assert.equal(page.status, 403)
      assert.deepEqual(await rows(), before)
      assert.ok(!upstream.asked.includes('/token'))
      upstream.lies = { claims: { sub: `of-${way}` } }
      upstream.nonce = victim.nonce
      assert.ok('enrol-totp' in (await arrive(victim)).actions)
    })

    it('security 49: a second time is refused, and no code is redeemed again', async () => {
      const { leave, arrive, upstream, rows } = faulty()
      const person = await leave()
      upstream.lies = { claims: { sub: `twice-${way}` } }
      await arrive(person)
      const before = await rows()
      const page = await person.visitor.browser.open(person.callback.href)
      assert.equal(page.status, 400)
      assert.deepEqual(await rows(), before)
      assert.equal(upstream.asked.filter((path) => path === '/token').length, 1)
    })

    it('security 51: from another issuer, or from nobody knows whom, is not redeemed', async () => {
      const { leave, arrive, upstream, unchanged } = faulty()
      for (const iss of ['https://evil.test', undefined]) {
        const person = await leave()
        if (iss) person.callback.searchParams.set('iss', iss)
        else person.callback.searchParams.delete('iss')
        assertOpen(await arrive(person))
        assert.ok(!upstream.asked.includes('/token'))
      }
      await unchanged()
    })

    it("security 51: at another connection's callback is refused, and asks neither of the two", async () => {
      const { world, leave, upstream, rows } = faulty()
      const { visitor, callback } = await leave()
      const before = await rows()
      const elsewhere = callback.href.replace('/callback/google', '/callback/github')
      assert.equal((await visitor.browser.open(elsewhere)).status, 400)
      assert.deepEqual(await rows(), before)
      assert.ok(!upstream.asked.includes('/token'))
      assert.deepEqual(world.reports.filter(isFailure), [])
    })

    it('security 52, scenario 14: a connection of another application is not offered here, nor answered for', async () => {
      const { begin, rows, world } = faulty()
      const { visitor, place } = await begin()
      const before = await rows()
      const refused = await visitor.force(place, 'corp', {})
      assert.equal(refused.status, 403)
      assert.match(refused.body, /CONNECTION_NOT_OFFERED/)
      const answer = `${world.issuer.origin}/login/callback/corp?code=c&state=${'x'.repeat(43)}`
      assert.equal((await visitor.browser.open(answer)).status, 400)
      assert.deepEqual(await rows(), before)
      assert.deepEqual((await visitor.look(place)).actions, place.actions)
      // It is there, and vault's: nothing but the application keeps it from this login.
      const other = visitorOf(world, way)
      const vault = await other.begin(await world.vault.parameters())
      assert.ok('corp' in vault.actions)
    })

    it('security 64: of which nothing was asked is refused, with whatever it brings', async () => {
      const { world, rows } = faulty()
      const before = await rows()
      const browser = world.browser()
      const callback = `${world.issuer.origin}/login/callback/google`
      for (const query of ['', '?code=c', '?code=c&state=s', '?error=access_denied&state=s']) {
        assert.equal((await browser.open(`${callback}${query}`)).status, 400, query)
      }
      const form = {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }
      const posted = await browser.send(callback, { ...form, body: 'code=c&state=s&RelayState=s' })
      assert.equal(posted.status, 400)
      assert.deepEqual(await rows(), before)
    })

    it('security 65: what a client says of itself is nobody: identity comes by the callback alone', async () => {
      const { begin, leave, arrive, upstream, accounts } = faulty()
      const self = {
        subject: 'victim',
        sub: 'victim',
        connection: 'google',
        email: 'victim@x.test',
        idp: 'google',
        external_id: 'victim',
        'identity.subject': 'victim',
      }
      const { visitor, place } = await begin()
      const forced = await visitor.force(place, 'password', {
        ...self,
        username: 'jane',
        password: 'x',
      })
      assert.ok(!('totp' in forced.actions))
      const person = await leave()
      upstream.lies = { claims: { sub: `real-${way}`, email: `real-${way}@x.test` } }
      for (const [name, value] of Object.entries(self))
        person.callback.searchParams.set(name, value)
      assert.ok('enrol-totp' in (await arrive(person)).actions)
      const subjects = (await accounts()).map(({ subject }) => subject)
      assert.ok(subjects.includes(`real-${way}`))
      assert.ok(!subjects.includes('victim'))
    })
  })

  describe(`an upstream as time goes by, by ${way}`, () => {
    const faulty = faultyWorld(way)

    it('security 59: may change its key just before it signs, and a flood of made-up keys costs it one request of each node in half a minute', async () => {
      const { world, leave, arrive, upstream, pass } = faulty()
      const enter = async (lies: Lies) => {
        const person = await leave()
        upstream.lies = lies
        return arrive(person)
      }
      const assertOfEachNode = (times: number) => {
        const asked = upstream.asked.filter((path) => path === '/jwks').length
        assert.ok(asked >= times && asked <= times * nodesOfWorld(), `asked ${asked} times`)
      }
      const right = { claims: { sub: `rotates-${way}` } }
      assert.ok('enrol-totp' in (await enter(right)).actions)
      upstream.rotate()
      const entered = await enter(right)
      assert.ok('enrol-totp' in entered.actions, 'rotated, and believed at once')
      assertOfEachNode(2)
      for (let made = 0; made < 20; made++) await enter({ header: { kid: `made-up-${made}` } })
      assertOfEachNode(2)
      pass(30_000)
      for (let made = 0; made < 20; made++) await enter({ header: { kid: `made-up-${made}` } })
      assertOfEachNode(3)
      assert.ok(world.reports.filter(isFailure).length >= 40)
    })

    it('security 62: whom it lets in no more comes in no more, and the same address for somebody else is somebody else', async () => {
      const { world, leave, arrive, upstream, accounts } = faulty()
      const address = `gone-${way}@x.test`
      const first = await leave()
      upstream.lies = {
        claims: { sub: `gone-${way}`, email: address, preferred_username: `g-${way}` },
      }
      const enrol = await arrive(first)
      const { secret, place } = await addApp(world, first.visitor, enrol)
      answerAt(place)
      assert.ok(secret)

      const refused = await leave()
      refused.callback.searchParams.delete('code')
      refused.callback.searchParams.set('error', 'access_denied')
      assertError(await arrive(refused), 'access_denied', 'of-thrift')

      const again = await leave()
      upstream.lies = {
        claims: { sub: `back-${way}`, email: address, preferred_username: `b-${way}` },
      }
      const other = await arrive(again)
      // A second factor of their own to add: not the one of who was there before.
      assert.ok('enrol-totp' in other.actions, other.says)
      const of = (await accounts()).filter(({ subject }) => /^(?:gone|back)-/.test(String(subject)))
      assert.equal(new Set(of.map(({ account_id }) => account_id)).size, of.length)
    })

    it('security 66: says that it has asked for a second factor, and is asked for one here all the same', async () => {
      const { leave, arrive, upstream } = faulty()
      const person = await leave()
      upstream.lies = {
        claims: {
          sub: `mfa-${way}`,
          email: `mfa-${way}@x.test`,
          amr: ['mfa'],
          acr: 'urn:sallyport:acr:2',
        },
      }
      assert.ok('enrol-totp' in (await arrive(person)).actions)
    })

    it('security 15: answers for a connection that was switched off meanwhile: nobody comes in', async () => {
      const { world, leave, arrive, upstream, accounts, pass } = faulty()
      const person = await leave()
      await world.app.overlays.set('google', { enabled: false }, Date.now())
      pass(2000)
      upstream.lies = { claims: { sub: `off-${way}`, email: `off-${way}@x.test` } }
      const still = await arrive(person)
      assert.equal(still.kind, 'asks')
      assert.ok(!upstream.asked.includes('/token'), 'and was not asked')
      assert.ok(!(await accounts()).some(({ subject }) => subject === `off-${way}`))

      // Nor is anybody sent there any more; the page says so before it is tried.
      const { visitor, place } = await faulty().begin()
      assert.match(place.body, /not working just now|"troubled":true/)
      upstream.asked.length = 0
      assertOpen(await visitor.act(place, 'google'))
      assert.deepEqual(upstream.asked, [])
      assert.ok(world.reports.some((report) => /UPSTREAM_OFF/.test(String(report))))

      await world.app.overlays.set('google', { enabled: true }, Date.now())
      pass(2000)
      upstream.lies = { claims: { sub: `off-${way}`, email: `off-${way}@x.test` } }
      assert.ok('enrol-totp' in (await arrive(await leave())).actions)
    })

    it('security 61: hangs for many, and others sign in by password meanwhile', async () => {
      const { world, leave, upstream } = faulty()
      const people = await Promise.all(Array.from({ length: 20 }, () => leave()))
      const hung: (() => void)[] = []
      upstream.lies = {
        answers: { '/token': (_, response) => hung.push(() => response.destroy()) },
      }
      const coming = people.map(({ visitor, callback }) => visitor.browser.open(callback.href))
      const jane = visitorOf(world, way)
      answerAt(await signIn(world, jane))
      await Promise.all(coming)
      for (const end of hung) end()
    })
  })
}
