import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import type { ConnectionScheme } from '../../src/language/facts.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { allRows, rowsOf } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import { filesWith, type World } from '../support/world.ts'
import { answerAt, assertError, goTo, passwordOf, start } from './people.ts'

const flows = join(import.meta.dirname, '../../flows')
const connections = readFileSync(join(flows, 'connections.yaml'), 'utf8')

/** One way in for every scheme, and a second step that a guard skips for whoever is new. */
const flow = `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
weaker:
  - ways: [google]
    because: Google is asked for that
states:
  sign-in:
    offer: [password, google]
    on:
      success: second
      google.success: agreed
      unknown: just-in-time
      denied: left
      blocked: no
      exhausted: no
  agreed:
    skip:
      - when: account.agreed
        to: second
        because: all of it was agreed to
    offer: [consent]
    on: { success: second, denied: left, exhausted: no }
  just-in-time:
    call: shared/just-in-time
    on: { success: second, denied: left, disabled: no, conflict: taken, rejected: no, exhausted: no }
  second:
    skip:
      - when: identity.connection == 'google'
        to: done
        because: Google is asked for that
    offer: [totp]
    on: { success: done, unavailable: done, exhausted: no }
  done: { end: success }
  left: { end: failure, error: access_denied }
  taken: { end: failure, error: account_exists }
  no: { end: failure, error: access_denied }
`

function filesOf(scheme: ConnectionScheme): Readonly<Record<string, string>> {
  const google = `    title: Google\n    scheme: ${scheme}\n`
  return {
    'thrift.yaml': flow,
    'connections.yaml': connections.replace('    title: Google\n', google),
  }
}

const chosen = 'seven quiet harbours'
const tables = ['accounts', 'associations', 'account_groups', 'credentials', 'consents'] as const

describe('the flow that asks by scheme', () => {
  it('breaks nothing that the checker can prove', () => {
    const { organisation, problems } = loadFlows(filesWith(filesOf('consent')), stepTypes)
    assert.deepEqual(problems, [])
    const declarations = stepTypes.map(({ declaration }) => declaration)
    const report = check(organisation!, declarations).find(({ flow }) => flow === 'thrift')!
    const broken = report.verdicts.filter(({ verdict }) => verdict !== 'holds')
    assert.deepEqual(
      broken.map(({ property, verdict }) => `${property} ${verdict}`),
      [],
    )
  })
})

for (const way of ways) {
  describe(`provisioning by a scheme, by ${way}`, () => {
    it('scenario 17: silent asks nothing (W-1, A-9)', async (t) => {
      const { world, visitor } = await start(t, way, { files: filesOf('silent') })
      const end = await come(world, visitor)
      assert.equal((await world.thrift.redeem(end.url)).userinfo.preferred_username, 'ann')
    })

    it('scenario 17: consent asks that, makes the account and records the yes, with the second step skipped (W-1)', async (t) => {
      const { world, visitor } = await start(t, way, { files: filesOf('consent') })
      const before = await held(world)
      const agree = await come(world, visitor)
      assert.deepEqual(Object.keys(agree.actions).includes('consent'), true)
      for (const told of ['ann@x.test', 'Ann Example'])
        assert.ok(agree.body.includes(told), `it says that ${told} is asked for (A-30)`)
      assert.deepEqual(await held(world), before)
      const end = await visitor.act(agree, 'consent', { decision: 'yes' })
      const { claims } = await world.thrift.redeem(end.url)
      assert.ok((await world.app.accounts.list()).some(({ id }) => id === claims.sub))
      const [kept, ...others] = await rowsOf(world.database, 'consents')
      assert.deepEqual(others, [])
      assert.deepEqual(
        [kept?.account_id, kept?.connection, kept?.application, kept?.organisation],
        [claims.sub, 'google', 'thrift', 'default'],
      )
      assert.deepEqual(JSON.parse(String(kept?.attributes)).slice(0, 2), ['email', 'name'])
      assert.ok(Math.abs(Number(kept?.agreed_ms) - (Date.now() + world.clock.aheadMs)) < 60_000)
      const events = await rowsOf(world.database, 'login_events')
      assert.ok(events.some(({ reason }) => reason === 'Google is asked for that'))
      assert.deepEqual((await come(world, visitorOf(world, way))).kind, 'back', 'asked once')
    })

    it('scenario 17: asks again when Google says more than was agreed to, and once it was withdrawn, and not otherwise (W-1)', async (t) => {
      const { world, visitor } = await start(t, way, { files: filesOf('consent') })
      const kept = async () =>
        (await rowsOf(world.database, 'consents')).map((row) => row.attributes)
      const returns = async (decision: 'yes' | 'no') => {
        const later = visitorOf(world, way)
        const asked = await come(world, later)
        assert.ok('consent' in asked.actions, asked.says)
        return later.act(asked, 'consent', { decision })
      }
      await visitor.act(await come(world, visitor), 'consent', { decision: 'yes' })
      const before = await kept()
      assert.equal((await come(world, visitorOf(world, way))).kind, 'back')

      world.google.people.set('g-1', { ...world.google.people.get('g-1')!, groups: ['sailors'] })
      assert.equal(answerAt(await returns('no')).error, 'access_denied')
      assert.deepEqual(await kept(), before)
      await returns('yes')
      const [now] = await kept()
      assert.ok(JSON.parse(String(now)).includes('groups'))
      assert.equal((await come(world, visitorOf(world, way))).kind, 'back')

      assert.equal(await world.app.accounts.withdrawConsent('ann', 'google'), 'changed')
      assert.deepEqual(await kept(), [])
      assert.equal(await world.app.accounts.withdrawConsent('ann', 'google'), 'not-agreed')
      assert.equal((await returns('yes')).kind, 'back')
      assert.deepEqual(await kept(), [now])
    })

    for (const scheme of ['consent', 'password-consent', 'username-password-consent'] as const) {
      it(`scenario 17: with ${scheme} who declines goes back with access_denied, and nothing is stored (W-1)`, async (t) => {
        const { world, visitor } = await start(t, way, { files: filesOf(scheme) })
        const before = await held(world)
        const parameters = await world.thrift.parameters()
        const agree = await come(world, visitor, parameters)
        const end = await visitor.act(agree, 'consent', { decision: 'no' })
        assertError(end, 'access_denied', parameters.state!)
        assert.deepEqual(await held(world), before)
      })
    }

    it('scenario 17: password and consent make an account that its password lets in as well (W-1)', async (t) => {
      const { world, visitor } = await start(t, way, { files: filesOf('password-consent') })
      const agree = await come(world, visitor)
      const password = await visitor.act(agree, 'consent', { decision: 'yes' })
      assert.deepEqual(password.actions['enrol-password'], ['password'])
      const weak = await visitor.act(password, 'enrol-password', { password: 'short' })
      assert.deepEqual(weak.actions['enrol-password'], ['password'], weak.says)
      const end = await visitor.act(weak, 'enrol-password', { password: chosen })
      const { claims } = await world.thrift.redeem(end.url)

      const local = visitorOf(world, way)
      const choice = await local.begin(await world.thrift.parameters())
      const signedIn = await local.act(choice, 'password', { username: 'ann', password: chosen })
      assert.equal((await world.thrift.redeem(signedIn.url)).claims.sub, claims.sub)
    })

    it('scenario 17: a user name is asked for first, and jane keeps hers (W-1, WSO2-2021-1573, WSO2-2021-1605)', async (t) => {
      const { world, visitor } = await start(t, way, {
        files: filesOf('username-password-consent'),
      })
      const before = await held(world)
      const agree = await come(world, visitor)
      let name = await visitor.act(agree, 'consent', { decision: 'yes' })
      for (const username of ['jane', 'JANE', 'admin', 'jane\u200b']) {
        name = await visitor.act(name, 'collect', { username })
        assert.deepEqual(name.actions.collect, ['username'], name.says)
      }
      assert.deepEqual(await held(world), before)
      const password = await visitor.act(name, 'collect', { username: 'Annie' })
      const end = await visitor.act(password, 'enrol-password', { password: chosen })
      const { userinfo } = await world.thrift.redeem(end.url)
      assert.deepEqual([userinfo.preferred_username, userinfo.groups], ['annie', []])

      const local = visitorOf(world, way)
      const choice = await local.begin(await world.thrift.parameters())
      const jane = { username: 'jane', password: passwordOf('jane') }
      const second = await local.act(choice, 'password', jane)
      assert.ok('totp' in second.actions, 'her password and her app are still hers')
    })

    it('scenario 17: a password is put on no account that has one, and on none but the own', async (t) => {
      const { world, visitor } = await start(t, way, { files: filesOf('password-consent') })
      const agree = await come(world, visitor)
      const first = await visitor.act(agree, 'consent', { decision: 'yes' })
      const credentials = await rowsOf(world.database, 'credentials')
      await visitor.act(first, 'enrol-password', { password: chosen })
      const added = (await rowsOf(world.database, 'credentials')).filter(
        ({ id }) => !credentials.some((each) => each.id === id),
      )
      const ann = (await world.app.accounts.list()).find(({ userName }) => userName === 'ann')
      assert.deepEqual(
        added.map(({ account_id, kind }) => [account_id, kind]),
        [[ann?.id, 'password']],
      )
      const again = await visitor.force(first, 'enrol-password', {
        password: 'another long word of mine',
      })
      assert.notEqual(again.kind, 'asks', again.says)
    })
  })
}

async function come(world: World, visitor: Visitor, parameters?: Readonly<Record<string, string>>) {
  const choice = await visitor.begin(parameters ?? (await world.thrift.parameters()))
  return goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
}

async function held({ database }: World) {
  const all = await allRows(database)
  return Object.fromEntries(tables.map((name) => [name, all[name]]))
}
