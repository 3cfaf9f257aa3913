import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allRows, countRows } from '../support/rows.ts'
import {
  agreeAtGithub,
  denyAtGithub,
  denyAtGoogle,
  signInAtGithub,
  signInAtGoogle,
} from '../support/upstreams.ts'
import { type Visit, visitorOf, ways } from '../support/visitor.ts'
import { codeFor, startWorld } from '../support/world.ts'
import {
  addApp,
  answerAt,
  assertError,
  goTo,
  signIn,
  start,
  typeCode,
  typePassword,
} from './people.ts'

/** Where somebody would leave something behind. */
const kept = ['accounts', 'associations', 'account_groups', 'credentials'] as const
const given = ['AuthorizationCode', 'Grant', 'AccessToken', 'RefreshToken']

for (const way of ways) {
  describe(`thrift by ${way}`, () => {
    it('signs in by password and authenticator app, and tells what was done (A-15, A-25, A-35)', async (t) => {
      const { world, visitor } = await start(t, way)
      const before = Math.floor(Date.now() / 1000)
      const first = await visitor.begin(await world.thrift.parameters())
      assert.deepEqual(Object.keys(first.actions), ['password', 'google', 'github', 'cancel'])
      const second = await typePassword(visitor, first, 'jane')
      assert.deepEqual(second.actions, { totp: ['code'], back: [], cancel: [] })
      const { claims, userinfo } = await world.thrift.redeem(
        (await typeCode(world, visitor, second, 'jane')).url,
      )
      assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])
      assert.equal(claims.acr, 'urn:sallyport:acr:2')
      const authTime = Number(claims.auth_time)
      assert.ok(authTime >= before && authTime <= Date.now() / 1000, `auth_time ${authTime}`)
      assert.match(claims.sub, /^acc_/)
      assert.equal(userinfo.email, 'jane@acme.test')
      assert.deepEqual(userinfo.groups, ['admin'])
      assert.deepEqual(world.reports, [])
    })

    it('scenario 1: makes account, association and group in mid-flow, before the second factor, and only once (A-1, A-2, A-3, A-5, A-9, A-39, A-57)', async (t) => {
      const { world, visitor } = await start(t, way)
      const before = await countRows(world.database, kept)

      const choice = await visitor.begin(await world.thrift.parameters())
      const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Sam Staff'))
      assert.deepEqual(Object.keys(enrol.actions), ['enrol-totp', 'cancel'], 'no extra screen')
      const [made, ...others] = (await world.app.accounts.list()).filter(
        ({ source }) => source === 'google',
      )
      assert.deepEqual(others, [])
      assert.equal(made?.email, 'sam@thrift.example')
      assert.deepEqual(made?.groups, ['staff'])
      assert.deepEqual(made?.factors, [], 'nothing is enrolled before a right code')
      const { associations = [] } = await allRows(world.database)
      assert.deepEqual(
        associations.map(({ connection, subject, account_id }) => [
          connection,
          subject,
          account_id,
        ]),
        [['google', 'g-3', made?.id]],
      )

      const { secret, place } = await addApp(world, visitor, enrol)
      const first = await world.thrift.redeem(place.url)
      assert.equal(first.claims.sub, made?.id)
      assert.deepEqual(first.claims.amr, ['fed', 'otp', 'mfa'])
      assert.equal(first.claims.acr, 'urn:sallyport:acr:2')
      assert.deepEqual(first.userinfo.groups, ['staff'])
      await assert.rejects(world.thrift.redeem(place.url), { error: 'invalid_grant' })

      const after = await countRows(world.database, kept)
      assert.deepEqual(after, {
        accounts: before.accounts! + 1,
        associations: 1,
        account_groups: before.account_groups! + 1,
        credentials: before.credentials! + 1,
      })

      const later = visitorOf(world, way)
      const again = await later.begin(await world.thrift.parameters())
      const code = await goTo(later, again, 'google', signInAtGoogle('Sam Staff'))
      assert.deepEqual(Object.keys(code.actions), ['totp', 'back', 'cancel'])
      const end = await later.act(code, 'totp', { code: codeFor(secret, world) })
      const second = await world.thrift.redeem(end.url)
      assert.equal(second.claims.sub, first.claims.sub)
      assert.deepEqual(await countRows(world.database, kept), after)
      assert.deepEqual(world.reports, [])
    })

    it('scenario 1: gives staff to nobody whose address is not verified', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      await goTo(visitor, choice, 'google', signInAtGoogle('Una Verified'))
      const una = (await world.app.accounts.list()).find(({ source }) => source === 'google')
      assert.deepEqual(una?.groups, [])
    })

    it('scenario 7: an upstream that calls somebody jane makes nobody jane, and touches nothing of hers (CVE-2024-1524)', async (t) => {
      const { world, visitor } = await start(t, way)
      const before = await allRows(world.database)
      const ann = world.google.people.get('g-1')!
      for (const preferredUsername of ['jane', 'JANE']) {
        world.google.people.set('g-1', { ...ann, preferredUsername, email: 'jane@acme.test' })
        const person = visitorOf(world, way)
        const choice = await person.begin(await world.thrift.parameters({ state: 's' }))
        const end = await goTo(person, choice, 'google', signInAtGoogle('Ann Example'))
        assertError(end, 'account_exists', 's')
      }
      const after = await allRows(world.database)
      for (const table of kept) assert.deepEqual(after[table], before[table], table)
      assert.equal(answersOf(after), 0)
      answerAt(await signIn(world, visitor))
    })

    for (const [connection, deny] of [
      ['github', denyAtGithub('gil')],
      ['google', denyAtGoogle('Ann Example')],
    ] as const)
      it(`scenario 3: no at ${connection} goes back with access_denied and the state, and leaves nothing (A-36, A-37)`, async (t) => {
        const { world, visitor } = await start(t, way)
        const before = await allRows(world.database)
        const choice = await visitor.begin(await world.thrift.parameters({ state: 'of-thrift' }))
        const end = await goTo(visitor, choice, connection, deny)
        assertError(end, 'access_denied', 'of-thrift')

        const after = await allRows(world.database)
        for (const table of [...kept, 'guesses'])
          assert.deepEqual(after[table], before[table], table)
        assert.equal(after.sessions?.filter(({ account_id }) => account_id !== null).length, 0)
        assert.equal(answersOf(after), 0)
        assert.equal(
          after.login_events?.some(({ outcome }) => outcome === 'denied'),
          true,
          'the story says so',
        )

        const again = await visitor.begin(await world.thrift.parameters())
        const enrol = await goTo(visitor, again, 'google', signInAtGoogle('Ann Example'))
        const { place } = await addApp(world, visitor, enrol)
        await world.thrift.redeem(place.url)
        assert.deepEqual(world.reports, [])
      })

    it('A-38: whoever is signed in at the upstream is asked nothing there, and comes back at once', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assert.ok('enrol-totp' in enrol.actions, enrol.says)
      const again = await visitor.begin(await world.thrift.parameters())
      const away = await visitor.act(again, 'google')
      const back = away.kind === 'away' ? await visitor.visit(away, lookOnly) : away
      assert.ok('enrol-totp' in back.actions, `nothing was pressed at Google: ${back.says}`)
      const elsewhere = visitorOf(world, way)
      const asked = await elsewhere.begin(await world.thrift.parameters())
      const there = await elsewhere.act(asked, 'google')
      assert.match(there.page!.text, /^Sign in with Google/, 'another browser is asked there')
    })

    it('scenario 3: a failing upstream leaves the other ways open and costs nothing', async (t) => {
      const { world, visitor } = await start(t, way)
      world.github.faults.authorize = 'server_error'
      const choice = await visitor.begin(await world.thrift.parameters())
      const still = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      assert.deepEqual(Object.keys(still.actions).sort(), [
        'cancel',
        'github',
        'google',
        'password',
      ])
      assert.match(still.body, /not working just now/)
      const second = await typePassword(visitor, still, 'jane')
      await world.thrift.redeem((await typeCode(world, visitor, second, 'jane')).url)
    })

    it('scenario 3: a failing upstream that is the only way is told as temporarily_unavailable', async (t) => {
      const { world, visitor } = await start(t, way, { files: { 'thrift.yaml': onlyGithub } })
      world.github.faults.authorize = 'server_error'
      const before = await countRows(world.database, kept)
      const choice = await visitor.begin(await world.thrift.parameters({ state: 'of-thrift' }))
      const end = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      assertError(end, 'temporarily_unavailable', 'of-thrift')
      assert.deepEqual(await countRows(world.database, kept), before)
    })

    it('scenario 3: an upstream that is gone after the person said yes is no denial and no account', async (t) => {
      const { world, visitor } = await start(t, way)
      const before = await countRows(world.database, kept)
      const choice = await visitor.begin(await world.thrift.parameters())
      const away = await visitor.act(choice, 'github')
      const still = await visitor.visit(away, async (page, browser) => {
        const callback = await agreeAtGithub(page, browser, 'gil')
        world.github.faults.down = true
        return browser.open(callback)
      })
      assert.deepEqual(Object.keys(still.actions).sort(), [
        'cancel',
        'github',
        'google',
        'password',
      ])
      assert.deepEqual(await countRows(world.database, kept), before)
    })

    it('scenario 3: a callback with an unknown, used or expired state is refused and changes nothing (security 49, security 64)', async (t) => {
      const { world, visitor } = await start(t, way)
      const callback = `${world.issuer.origin}/login/callback/github`
      const refused = async (url: string) => {
        const before = await allRows(world.database)
        const page = await visitor.browser.open(url)
        assert.equal(page.status, 400, `${url}: ${page.text}`)
        assert.deepEqual(await allRows(world.database), before)
      }
      await refused(callback)
      await refused(`${callback}?code=x&state=`)
      await refused(`${callback}?code=x&state=nobody-has-this-one`)

      let arrived = ''
      const choice = await visitor.begin(await world.thrift.parameters())
      const away = await visitor.act(choice, 'github')
      const enrol = await visitor.visit(away, async (page, browser) => {
        const back = await signInAtGithub('gil')(page, browser)
        arrived = back.hops.find(({ url }) => url.startsWith(callback))!.url
        return back
      })
      assert.ok('enrol-totp' in enrol.actions)
      await refused(arrived)

      const other = visitorOf(world, way)
      const later = await other.act(await other.begin(await world.thrift.parameters()), 'github')
      let late = ''
      await other.visit(later, async (page, browser) => {
        late = await agreeAtGithub(page, browser, 'gil')
        return page
      })
      world.clock.aheadMs += 16 * 60_000
      const before = await allRows(world.database)
      const page = await other.browser.open(late)
      assert.equal(page.status, 410)
      assert.deepEqual(await allRows(world.database), before)
      const fresh = await other.browser.submit(page.form('Start again'))
      assert.match(fresh.text, /Sign in to Thrift/, 'late, and not lost')
    })
  })
}

/** How many codes, grants and tokens there are. */
function answersOf({ provider_models = [] }: Awaited<ReturnType<typeof allRows>>): number {
  return provider_models.filter(({ model }) => given.includes(String(model))).length
}

describe('thrift', () => {
  it('scenario 1: a flow that would provision into a directory that it cannot have is refused', async (t) => {
    const files = { 'thrift.yaml': intoNope }
    await assert.rejects(startWorld(t, { files }), /`provision` has no parameter `directory`/)
  })

  it('lets one generic client through flows that it does not know (A-15, A-25)', async (t) => {
    const world = await startWorld(t)
    const api = world.api()
    const { claims } = await api.signIn(world.thrift, {
      answers: {
        username: () => 'bo',
        password: () => 'seven quiet herons',
        code: (action) => codeFor(secretIn(action.exhibits), world),
        kept: () => 'yes',
      },
    })
    assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])
  })

  it('is one login by pages and by the API: what one begins the other ends', async (t) => {
    const { world, visitor } = await start(t, 'API')
    const first = await visitor.begin(await world.thrift.parameters())
    const pages = visitorOf(world, 'pages', visitor.browser)
    const second = await typePassword(pages, await pages.look(first), 'jane')
    const end = await typeCode(world, visitor, await visitor.look(second), 'jane')
    await world.thrift.redeem(end.url)
  })
})

/** Presses nothing. */
const lookOnly: Visit = async (page) => page

const onlyGithub = `flow: thrift
title: Only GitHub
applications: [thrift]
start: sign-in
within: 15m
weaker:
  - ways: [github]
    because: it is the only one
policy:
  acr:
    urn:sallyport:acr:1: { factors: 1 }
states:
  sign-in:
    offer: [github]
    on: { success: done, unknown: done, denied: denied, blocked: denied, exhausted: denied }
  done: { end: success }
  denied: { end: failure, error: access_denied }
`

const intoNope = onlyGithub.replace('unknown: done', 'unknown: provision').replace(
  '  done:',
  `  provision:
    run: { provision: { directory: NOPE } }
    on: { success: done, disabled: done, conflict: denied, rejected: denied }
  done:`,
)

function secretIn(exhibits: readonly Readonly<Record<string, unknown>>[] | undefined): string {
  return String(exhibits?.[0]?.secretText).replaceAll(' ', '')
}
