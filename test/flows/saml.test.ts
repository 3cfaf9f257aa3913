import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allRows, rowsOf } from '../support/rows.ts'
import { published } from '../support/saml-keys.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { assertError } from './people.ts'
import { samlLies } from './saml-lies.ts'
import { oneLine, people, shared, start, subjects } from './saml-world.ts'

for (const way of ways) {
  describe(`a SAML connection, by ${way}`, () => {
    it('lets somebody in, who is the same person the next time (A-22)', async (t) => {
      const { world, enter, corp } = await start(t, way)
      const first = await enter('Sam')
      const { claims } = await world.thrift.redeem(arrived(first))
      const again = await enter('Sam')
      const second = await world.thrift.redeem(arrived(again))
      assert.equal(second.claims.sub, claims.sub)
      assert.deepEqual(await subjects(world), ['corp sam-4711'])
      assert.equal(second.userinfo.email, 'sam@corp.test')
      assert.equal(second.userinfo.name, 'Sam Corp')
      assert.deepEqual(claims.amr, ['fed'])
      const [asked] = corp.requests
      assert.equal(asked!.acs, `${world.issuer.origin}/login/callback/corp`)
      assert.equal(asked!.issuer, `${asked!.acs}/metadata`)
      assert.notEqual(asked!.id, corp.requests[1]!.id)
    })

    it('takes a no for an answer: nobody is made, and the application is told (scenario 3, A-36)', async (t) => {
      const { world, enter } = await start(t, way)
      assertError(await enter('No'), 'access_denied', 'of-No')
      assert.deepEqual(await subjects(world), [])
    })

    it('with a second factor there asks for none here only where it is believed (security 66)', async (t) => {
      const mfa = { context: 'https://refeds.org/profile/mfa' }
      const trusted = await start(t, way, { more: '    trustsAmr: [mfa]' })
      trusted.corp.lie(mfa)
      const { claims } = await trusted.world.thrift.redeem(arrived(await trusted.enter('Sam')))
      assert.deepEqual([claims.amr, claims.acr], [['fed', 'mfa'], 'urn:sallyport:acr:2'])

      const other = await start(t, way)
      other.corp.lie(mfa)
      const plain = await other.world.thrift.redeem(arrived(await other.enter('Sam')))
      assert.deepEqual([plain.claims.amr, plain.claims.acr], [['fed'], 'urn:sallyport:acr:1'])
    })

    describe('whose upstream sends', () => {
      const world = shared(way)
      // The callback is the same for both: what goes wrong after it is shown by pages alone.
      const lies = way === 'pages' ? Object.entries(samlLies) : []
      for (const [name, [reason, lie]] of lies) {
        it(`${name}: nobody is anybody, and the other ways are open (security 60)`, async () => {
          const { enter, corp, reports, known } = world()
          corp.lie(lie)
          reports.length = 0
          const still = await enter('Sam')
          assert.match(still.body, /not working just now/)
          assert.deepEqual(Object.keys(still.actions), ['password', 'corp', 'cancel'])
          assert.deepEqual(await known(), [])
          assert.equal(reports.length, 1, 'the operator is told')
          assert.match(String(reports[0]), new RegExp(`^\\w+: corp: UPSTREAM_\\w+: ${reason}$`))
        })
      }
    })
  })
}

describe('what a SAML connection posts', () => {
  it('binds to the browser that left: in another one it is nothing (security 29, security 49)', async (t) => {
    const { world, leave, corp } = await start(t, 'pages')
    const { posted, relayState, callback } = await leave()
    const before = await allRows(world.database)
    const other = world.browser()
    const sent = await other.send(callback, post({ SAMLResponse: posted, RelayState: relayState }))
    assert.equal(sent.status, 303)
    assert.equal(sent.headers['set-cookie'], undefined)
    const page = await other.open(String(sent.headers.location))
    assert.equal(page.status, 403)
    const after = await allRows(world.database)
    assert.deepEqual(after.accounts, before.accounts)
    assert.equal(corp.requests.length, 1)
  })

  it('is kept sealed, and forgotten as soon as it was looked at', async (t) => {
    const { world, leave, visitor } = await start(t, 'pages')
    const { posted, relayState, callback } = await leave()
    const kept = async () => (await rowsOf(world.database, 'logins'))[0]!.sealed_posted
    const sent = await world
      .browser()
      .send(callback, post({ SAMLResponse: posted, RelayState: relayState }))
    const sealed = await kept()
    assert.ok(String(sealed).length > posted.length)
    assert.doesNotMatch(String(sealed), new RegExp(posted.slice(0, 40).replaceAll('+', '\\+')))
    arrived(await visitor.browser.open(String(sent.headers.location)))
    assert.equal(await kept(), null)
  })

  it('counts as it came first: nothing posted later takes its place', async (t) => {
    const { world, leave, visitor, corp } = await start(t, 'pages')
    const { posted, relayState, callback } = await leave()
    const eves = corp.respond(corp.requests[0]!, people.Eve)
    const browser = world.browser()
    await browser.send(callback, post({ SAMLResponse: posted, RelayState: relayState }))
    const sent = await browser.send(callback, post({ SAMLResponse: eves, RelayState: relayState }))
    arrived(await visitor.browser.open(String(sent.headers.location)))
    assert.deepEqual(await subjects(world), ['corp sam-4711'])
  })

  it('works once: neither again at its own login, nor at another one (I-22)', async (t) => {
    const { world, leave, visitor } = await start(t, 'pages')
    const first = await leave()
    const deliver = async (relayState: string) =>
      world
        .browser()
        .send(first.callback, post({ SAMLResponse: first.posted, RelayState: relayState }))
    const sent = await deliver(first.relayState)
    arrived(await visitor.browser.open(String(sent.headers.location)))
    assert.equal((await deliver(first.relayState)).status, 400)

    // The same assertion, now for a login that has asked by itself.
    const other = visitorOf(world, 'pages')
    const second = await leave(other)
    const replayed = await deliver(second.relayState)
    const page = await other.browser.open(String(replayed.headers.location))
    assert.match(page.text, /not working just now/)
  })

  it('is nothing where nobody has asked: no answer without a request (security 64)', async (t) => {
    const { world, leave } = await start(t, 'pages')
    const { posted, callback } = await leave()
    const before = await allRows(world.database)
    const browser = world.browser()
    const refused = [
      { SAMLResponse: posted },
      { SAMLResponse: posted, RelayState: '' },
      { SAMLResponse: posted, RelayState: 'nobody-has-this-one' },
    ]
    for (const form of refused) {
      assert.equal((await browser.send(callback, post(form))).status, 400)
    }
    assert.deepEqual(await allRows(world.database), before)
  })

  it('is nothing in the other organisation, whose login waits for an answer as well (A-11, security 150)', async (t) => {
    const { world, leave, corp } = await start(t, 'pages', { others: ['acme'] })
    const organisations = [world, await world.other('acme')]
    for (const home of organisations) {
      const there = organisations.find((each) => each !== home)!
      const theirs = await leave(visitorOf(home, 'pages'), home)
      const visitor = visitorOf(there, 'pages')
      const ours = await leave(visitor, there)
      assert.notEqual(theirs.callback, ours.callback)
      const before = await allRows(world.database)
      const known = await subjects(world)
      const form = (relayState: string, posted = theirs.posted) =>
        post({ SAMLResponse: posted, RelayState: relayState })

      const led = await visitor.browser.send(ours.callback, form(theirs.relayState))
      const met = led.headers.location && (await visitor.browser.open(led.headers.location))
      assert.equal(met ? met.status : led.status, 400, 'with the state that it was given')
      assert.deepEqual(await allRows(world.database), before)

      const sent = await visitor.browser.send(ours.callback, form(ours.relayState))
      const page = await visitor.browser.open(String(sent.headers.location))
      assert.match(page.text, /not working just now/, 'with the state of the login that waits')
      assert.deepEqual(await subjects(world), known)

      const own = await leave(visitor, there)
      const right = await visitor.browser.send(own.callback, form(own.relayState, own.posted))
      await visitor.browser.open(String(right.headers.location))
      assert.equal((await subjects(world)).length, known.length + 1, 'its own answer is good')
    }
    assert.equal(corp.requests.length, 6)
  })

  it('is refused at the callback of another connection, and by a GET alone (security 51)', async (t) => {
    const { world, leave, visitor } = await start(t, 'pages')
    const { posted, relayState, callback } = await leave()
    const elsewhere = callback.replace('corp', 'google')
    const form = post({ SAMLResponse: posted, RelayState: relayState })
    assert.equal((await world.browser().send(elsewhere, form)).status, 400)
    const page = await visitor.browser.open(`${callback}?state=${relayState}`)
    assert.match(page.text, /not working just now/, 'a GET without a post is no answer')
  })

  it('is refused when it is too long, and kept from filling the disk (security 61)', async (t) => {
    const { world, leave } = await start(t, 'pages')
    const { relayState, callback } = await leave()
    const form = post({ SAMLResponse: 'A'.repeat(257 * 1024), RelayState: relayState })
    assert.equal((await world.browser().send(callback, form)).status, 413)
  })

  it('is of no use once the connection is switched off (security 15)', async (t) => {
    const { world, leave, visitor } = await start(t, 'pages')
    const { posted, relayState, callback } = await leave()
    await world.app.overlays.set('corp', { enabled: false }, Date.now())
    world.clock.aheadMs += 2000
    const sent = await world
      .browser()
      .send(callback, post({ SAMLResponse: posted, RelayState: relayState }))
    await visitor.browser.open(String(sent.headers.location))
    assert.deepEqual(await subjects(world), [])
  })
})

describe('what a SAML connection says of an address', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['is verified where it says so', '', true],
    ['is not where the connection is not believed', '    emailVerified: never', false],
  ]
  for (const [name, more, verified] of cases) {
    it(name, async (t) => {
      const { world, enter } = await start(t, 'pages', { more })
      const { userinfo } = await world.thrift.redeem(arrived(await enter('Sam')))
      assert.deepEqual([userinfo.email, userinfo.email_verified], ['sam@corp.test', verified])
    })
  }

  it('is not where it says nothing, unless the connection speaks for all of them', async (t) => {
    for (const [more, verified] of [
      ['', false],
      ['    emailVerified: always', true],
    ] as const) {
      const { world, enter } = await start(t, 'pages', { more })
      const { userinfo } = await world.thrift.redeem(arrived(await enter('Eve')))
      assert.deepEqual([userinfo.email, userinfo.email_verified], ['eve@corp.test', verified])
    }
  })
})

describe('what a SAML connection is told of us', () => {
  it('stands at its callback, with the certificate that its requests are signed with', async (t) => {
    const signing = [
      `    signingKey: $\{env:CORP_KEY}`,
      `    signingCertificate: ${oneLine(published.certificate)}`,
    ].join('\n')
    const env = { CORP_KEY: published.key }
    const { world, enter, corp } = await start(t, 'pages', { more: signing, env })
    const callback = `${world.issuer.origin}/login/callback/corp`
    const answer = await world.browser().send(`${callback}/metadata`)
    assert.equal(answer.status, 200)
    assert.match(String(answer.headers['content-type']), /^application\/samlmetadata\+xml/)
    assert.ok(answer.body.includes(`entityID="${callback}/metadata"`))
    assert.ok(answer.body.includes(`Location="${callback}"`))
    assert.ok(answer.body.includes('WantAssertionsSigned="true"'))
    assert.ok(answer.body.includes('AuthnRequestsSigned="true"'))
    assert.doesNotMatch(answer.body, /PRIVATE/)
    arrived(await enter('Sam'))
    assert.equal(corp.requests[0]!.signed, true)
  })

  it('is nothing for a connection of another kind, or for none', async (t) => {
    const { world } = await start(t, 'pages')
    for (const id of ['google', 'nope']) {
      const address = `${world.issuer.origin}/login/callback/${id}/metadata`
      assert.equal((await world.browser().send(address)).status, 404)
    }
  })
})

function post(form: Readonly<Record<string, string>>) {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://idp.test' },
    body: String(new URLSearchParams(form)),
  }
}

/** @returns the application's callback, where somebody must be */
function arrived({ url }: { readonly url: string }): string {
  assert.ok(new URL(url).searchParams.has('code'), `no code at ${url}`)
  return url
}
