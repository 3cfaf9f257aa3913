import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OidcPerson } from '../../src/cli/demo/people.ts'
import { allRows } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { assertError, goTo, start } from './people.ts'

/** Asks for what is missing, whether an account may be made, and how it is to be called. */
const flow = `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [password, google]
    on: { success: done, unknown: more, denied: no, blocked: no, exhausted: no }
  more:
    skip:
      - when: identity.?name.hasValue() && identity.?email.hasValue()
        to: agree
        because: nothing is missing
    offer: [{ collect: { name: true, email: true } }]
    on: { success: agree, exhausted: no }
  agree:
    offer: [consent]
    on: { success: pick, denied: no, exhausted: no }
  pick:
    offer: [{ collect: { username: true } }]
    on: { success: provision, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: taken, rejected: no }
  done: { end: success }
  taken: { end: failure, error: account_exists }
  no: { end: failure, error: access_denied }
`
const files = { files: { 'thrift.yaml': flow } }
const kept = ['accounts', 'associations', 'account_groups', 'credentials'] as const

for (const way of ways) {
  describe(`provisioning that asks, by ${way}`, () => {
    it('scenario 17: shows what is known, asks, and makes the account of what was agreed to (W-1)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const agree = await comeAs(world, visitor, {})
      assert.deepEqual(
        agree.actions.consent,
        ['decision'],
        'nothing was missing, so that is skipped',
      )
      for (const told of ['Ann Example', 'ann@x.test']) assert.ok(agree.body.includes(told), told)
      const pick = await visitor.act(agree, 'consent', { decision: 'yes' })
      assert.deepEqual(pick.actions.collect, ['username'])
      const end = await visitor.act(pick, 'collect', { username: 'Annie' })
      const { userinfo } = await world.thrift.redeem(end.url)
      assert.equal(userinfo.preferred_username, 'annie')
      const { login_events = [] } = await allRows(world.database)
      const story = login_events.map(({ option_id, outcome }) => `${option_id} ${outcome}`)
      assert.ok(story.includes('consent success'), 'the consent is on record')

      const again = await comeAs(world, visitorOf(world, way), {})
      assert.equal(again.kind, 'back', 'nobody is asked twice')
      assert.deepEqual(world.reports, [])
    })

    it('scenario 17: who declines is told to the application as denied, and nothing is stored of them', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const before = await allRows(world.database)
      const parameters = await world.thrift.parameters()
      const agree = await comeAs(world, visitor, {}, parameters)
      const end = await visitor.act(agree, 'consent', { decision: 'no' })
      assertError(end, 'access_denied', parameters.state!)
      const after = await allRows(world.database)
      for (const table of kept) assert.deepEqual(after[table], before[table], table)
    })

    for (const username of ['jane', 'JANE', ' Ｊａｎｅ ']) {
      it(`scenario 17: nobody gets jane's account by asking to be called ${JSON.stringify(username)} (WSO2-2021-1573)`, async (t) => {
        const { world, visitor } = await start(t, way, files)
        const before = await allRows(world.database)
        const agree = await comeAs(world, visitor, {})
        const pick = await visitor.act(agree, 'consent', { decision: 'yes' })
        const refused = await visitor.act(pick, 'collect', { username })
        assert.deepEqual(refused.actions.collect, ['username'])
        assert.match(refused.says, /Somebody has that user name|collect\.taken/)
        const after = await allRows(world.database)
        for (const table of kept) assert.deepEqual(after[table], before[table], table)
        const end = await visitor.act(refused, 'collect', { username: 'ann' })
        const { userinfo } = await world.thrift.redeem(end.url)
        assert.deepEqual([userinfo.preferred_username, userinfo.groups], ['ann', []])
      })
    }

    it('scenario 17: a name that somebody else has got while the page was open is refused', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const agree = await comeAs(world, visitor, {})
      const pick = await visitor.act(agree, 'consent', { decision: 'yes' })
      const other = { userName: 'quick', claims: {}, groups: ['admin'], credentials: [] }
      await world.app.accounts.add(other, Date.now())
      const refused = await visitor.act(pick, 'collect', { username: 'quick' })
      assert.deepEqual(refused.actions.collect, ['username'])
    })

    it('asks once for an address that is missing, and takes it for unverified (A-8, W-15, security 74)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const more = await comeAs(world, visitor, { email: undefined })
      assert.deepEqual(more.actions.collect, ['email'], 'the name is known')
      const wrong = await visitor.act(more, 'collect', { email: 'no address' })
      assert.deepEqual(wrong.actions.collect, ['email'])
      const agree = await visitor.act(wrong, 'collect', { email: 'jane@acme.test' })
      const pick = await visitor.act(agree, 'consent', { decision: 'yes' })
      const end = await visitor.act(pick, 'collect', { username: 'annie' })
      const { userinfo } = await world.thrift.redeem(end.url)
      assert.deepEqual([userinfo.email, userinfo.email_verified], ['jane@acme.test', false])

      const later = await comeAs(world, visitorOf(world, way), { email: undefined })
      assert.equal(later.kind, 'back', 'not asked again')
      const again = (await world.thrift.redeem(later.url)).userinfo
      assert.deepEqual([again.sub, again.email], [userinfo.sub, 'jane@acme.test'])
    })
  })
}

/** Ann of Google comes, of whom Google says this. */
async function comeAs(
  world: World,
  visitor: Visitor,
  said: { readonly email?: undefined },
  parameters?: Readonly<Record<string, string>>,
) {
  const ann = { ...world.google.people.get('g-1')!, ...said }
  world.google.people.set('g-1', ann as OidcPerson)
  const choice = await visitor.begin(parameters ?? (await world.thrift.parameters()))
  return goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
}
