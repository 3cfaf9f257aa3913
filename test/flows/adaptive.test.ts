import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { Moment, weekdays } from '../../src/language/moment.ts'
import { readNetwork } from '../../src/language/network.ts'
import { Browser } from '../support/browser.ts'
import { rowsOf } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { codeFor, type World } from '../support/world.ts'
import { answerAt, assertError, goTo } from './people.ts'
import { password, secret, template, textOf } from './templates.ts'

/** The proxy in front of the server is on this machine. */
const behindProxy = { trustedProxies: ['127.0.0.0/8', '::1/128'].map((text) => readNetwork(text)!) }

/** Somebody who comes by a proxy that says where from. @param from what it says; absent: nothing */
function visitorFrom(t: TestContext, world: World, way: Way, from?: string): Visitor {
  const browser = new Browser({
    stopAt: ['http://localhost:3001/'],
    ...(from === undefined ? {} : { headers: { 'x-forwarded-for': from } }),
  })
  t.after(() => browser.close())
  return visitorOf(world, way, browser)
}

async function typePassword(world: World, visitor: Visitor, more = {}): Promise<Place> {
  const place = await visitor.begin({ ...(await world.thrift.parameters()), ...more })
  return visitor.act(place, 'password', { username: 'pat', password })
}

async function typeCode(world: World, visitor: Visitor, place: Place): Promise<Place> {
  assert.deepEqual(Object.keys(place.actions).slice(0, 1), ['totp'], place.says)
  return visitor.act(place, 'totp', { code: codeFor(secret, world) })
}

async function amrAt(world: World, place: Place): Promise<unknown> {
  assert.ok(answerAt(place).code, place.url)
  return (await world.thrift.redeem(place.url)).claims.amr
}

const one = ['pwd']
const two = ['pwd', 'otp', 'mfa']

/**
 * `by-time` for a place where it is this hour now, and with today among the days of its weekend or not. (The
 * server's clock can be moved by minutes only: what the OpenID provider keeps goes by the real one.)
 */
function whereItIs(hour: number, isWeekend: boolean): string {
  // Signs are turned round there: from 14 hours ahead of Greenwich to 12 behind.
  const zones = Array.from({ length: 27 }, (_, at) => `Etc/GMT${at < 14 ? '' : '+'}${at - 14}`)
  const now = new Moment(Date.now())
  const zone = zones.find((name) => now.hour(name) === hour)!
  const today = now.weekday(zone)
  const days = weekdays.filter((day) => isWeekend === (day === today)).slice(0, 2)
  return textOf('by-time.yaml')
    .replaceAll('Europe/Zurich', zone)
    .replaceAll("['saturday', 'sunday']", `[${days.map((day) => `'${day}'`).join(', ')}]`)
}

const madeElsewhere = `flow: vault
title: Make an account
applications: [vault]
start: sign-in
states:
  sign-in:
    offer: [google]
    on: { success: done, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: no, rejected: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

/** A risk service that says what it is told to, or does nothing at all. */
async function riskService(t: TestContext) {
  const heard: unknown[] = []
  const state: { says: unknown } = { says: undefined }
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8')
    })
    request.on('end', () => {
      heard.push({ authorization: request.headers.authorization, ...JSON.parse(body) })
      if (state.says === undefined) return
      const status = state.says === 'broken' ? 500 : 200
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(state.says))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    heard,
    says(answer: unknown) {
      state.says = answer
    },
    env: { RISK_URL: `http://127.0.0.1:${port}/score`, RISK_TOKEN: 'risk-token-of-sixteen' },
  }
}

for (const way of ways) {
  describe(`adaptive templates, by ${way}`, () => {
    it('scenario 18, W-25: by network, outside of the office a code is asked for', async (t) => {
      const world = await template(t, 'by-network', {}, behindProxy)
      const office = visitorFrom(t, world, way, '192.0.2.77')
      assert.deepEqual(await amrAt(world, await typePassword(world, office)), one)
      const [skipped] = (await rowsOf(world.database, 'login_events')).filter(
        ({ reason }) => reason === 'it is a network of the office',
      )
      assert.ok(skipped)
      const home = visitorFrom(t, world, way, '198.51.100.9')
      const asked = await typePassword(world, home)
      assert.deepEqual(await amrAt(world, await typeCode(world, home, asked)), two)
    })

    it('scenario 18, W-25, I-29: by network, a place that is not known is outside of the office', async (t) => {
      const world = await template(t, 'by-network', {}, behindProxy)
      for (const from of [undefined, 'unknown', '192.0.2.77, 198.51.100.9', '192.0.2.77:443']) {
        const asked = await typePassword(world, visitorFrom(t, world, way, from))
        assert.ok('totp' in asked.actions, String(from))
      }
    })

    it('W-25: by group, its members are asked for a code and others are not', async (t) => {
      const others = await template(t, 'by-group', { groups: ['buyers', 'finances'] })
      const buyer = visitorOf(others, way)
      assert.deepEqual(await amrAt(others, await typePassword(others, buyer)), one)
      const world = await template(t, 'by-group', { groups: ['buyers', 'finance'] })
      const member = visitorOf(world, way)
      const asked = await typePassword(world, member)
      assert.deepEqual(await amrAt(world, await typeCode(world, member, asked)), two)
    })

    it('W-25: members only, nobody else gets in, whatever they prove', async (t) => {
      const world = await template(t, 'members-only', { groups: ['staffing'] })
      const parameters = await world.thrift.parameters()
      const visitor = visitorOf(world, way)
      const place = await visitor.begin(parameters)
      const end = await visitor.act(place, 'password', { username: 'pat', password })
      assertError(end, 'not_a_member', parameters.state!)
      const staff = await template(t, 'members-only', { groups: ['staff'] })
      const member = visitorOf(staff, way)
      const asked = await typePassword(staff, member)
      assert.deepEqual(await amrAt(staff, await typeCode(staff, member, asked)), two)
    })

    it('W-25: adults only, by a date of birth and not without one', async (t) => {
      const year = new Date().getUTCFullYear()
      for (const birthdate of [undefined, `${year - 17}-01-01`, '0000-01-01', `${year - 30}`]) {
        const world = await template(t, 'adults-only', birthdate === undefined ? {} : { birthdate })
        const parameters = await world.thrift.parameters()
        const visitor = visitorOf(world, way)
        const place = await visitor.begin(parameters)
        const end = await visitor.act(place, 'password', { username: 'pat', password })
        assertError(end, 'too_young', parameters.state!)
      }
      const world = await template(t, 'adults-only', { birthdate: `${year - 19}-01-01` })
      const visitor = visitorOf(world, way)
      const asked = await typePassword(world, visitor)
      assert.deepEqual(await amrAt(world, await typeCode(world, visitor, asked)), two)
    })

    it('W-25: by time, a code at night and at weekends, by the clock of the place', async (t) => {
      const at = async (hour: number, isWeekend: boolean) => {
        const world = await template(t, 'by-time', {}, {}, whereItIs(hour, isWeekend))
        return { world, place: await typePassword(world, visitorOf(world, way)) }
      }
      const { world, place } = await at(10, false)
      assert.deepEqual(await amrAt(world, place), one)
      for (const [hour, isWeekend] of [
        [20, false],
        [5, false],
        [10, true],
      ] as const) {
        const { place: asked } = await at(hour, isWeekend)
        assert.ok('totp' in asked.actions, `at ${hour}, weekend: ${isWeekend}`)
      }
    })

    it('scenario 18, W-25: by option, a password asks for a code, and Google for no more', async (t) => {
      // Another application makes the account: the example lets in only whoever has one.
      const files = { 'vault.yaml': madeElsewhere }
      const world = await template(t, 'by-option', {}, { files })
      const local = visitorOf(world, way)
      const asked = await typePassword(world, local)
      assert.deepEqual(await amrAt(world, await typeCode(world, local, asked)), two)

      const byGoogle = async (application: World['thrift']) => {
        const visitor = visitorOf(world, way)
        const place = await visitor.begin(await application.parameters())
        return goTo(visitor, place, 'google', signInAtGoogle('Ann Example'))
      }
      assert.equal(answerAt(await byGoogle(world.thrift)).error, 'access_denied')
      // It asks for more than Google proves; the account stays.
      await byGoogle(world.vault)
      assert.equal((await rowsOf(world.database, 'associations')).length, 1)
      assert.deepEqual(await amrAt(world, await byGoogle(world.thrift)), ['fed'])
      assert.deepEqual(world.reports, [])
    })

    it('W-25: by level, the application asks for two factors and gets them', async (t) => {
      const world = await template(t, 'by-level')
      const visitor = visitorOf(world, way)
      assert.deepEqual(await amrAt(world, await typePassword(world, visitor)), one)
      const again = visitorOf(world, way)
      const asked = await typePassword(world, again, { acr_values: 'urn:sallyport:acr:2' })
      assert.deepEqual(await amrAt(world, await typeCode(world, again, asked)), two)
    })

    it('scenario 18, W-21, W-25: by risk, the service decides between in, more and out', async (t) => {
      const risk = await riskService(t)
      const world = await template(t, 'by-risk', {}, { ...behindProxy, env: risk.env })
      risk.says({ result: 'low', score: 3 })
      const low = visitorFrom(t, world, way, '192.0.2.77')
      assert.deepEqual(await amrAt(world, await typePassword(world, low)), one)
      assert.deepEqual(risk.heard, [
        {
          authorization: 'Bearer risk-token-of-sixteen',
          'application.id': 'thrift',
          'identity.connection': 'local',
          'network.address': '192.0.2.77',
        },
      ])
      risk.says({ result: 'medium', score: 3 })
      const medium = visitorOf(world, way)
      const asked = await typePassword(world, medium)
      assert.deepEqual(await amrAt(world, await typeCode(world, medium, asked)), two)
      risk.says({ result: 'high', score: 90 })
      assert.equal(
        answerAt(await typePassword(world, visitorOf(world, way))).error,
        'access_denied',
      )
      assert.equal(risk.heard.length, 3)
      const stored = JSON.stringify(await rowsOf(world.database, 'login_events'))
      assert.doesNotMatch(stored, /risk-token/)
    })

    it('W-21: a service is asked once, and outside of the transaction that makes the account', async (t) => {
      const risk = await riskService(t)
      const text = `flow: thrift
title: Sign in
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [google]
    on: { success: risk, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: risk, disabled: no, conflict: no, rejected: no }
  risk: { run: http, with: { service: risk }, on: { success: known, error: no, timeout: no } }
  known: { decide: [{ when: service.result == 'low', to: done }, { to: no }] }
  done: { end: success }
  no: { end: failure, error: access_denied }
`
      const world = await template(t, 'by-risk', {}, { env: risk.env }, text)
      const visitor = visitorOf(world, way)
      risk.says({ result: 'low' })
      const place = await visitor.begin(await world.thrift.parameters())
      const end = await goTo(visitor, place, 'google', signInAtGoogle('Ann Example'))
      assert.deepEqual(await amrAt(world, end), ['fed'])
      assert.equal(risk.heard.length, 1)
      const made = (await rowsOf(world.database, 'accounts')).filter(
        ({ source }) => source === 'google',
      )
      assert.equal(made.length, 1)
    })

    it('scenario 18, W-21, I-29: by risk, a service that is late or not well is a step up', async (t) => {
      const risk = await riskService(t)
      const world = await template(t, 'by-risk', {}, { env: risk.env })
      const bad: readonly unknown[] = [undefined, 'broken', { result: 'LOW' }, { result: 'low' }]
      for (const answer of bad) {
        risk.says(answer)
        const asked = await typePassword(world, visitorOf(world, way))
        assert.ok('totp' in asked.actions, `${JSON.stringify(answer)}: ${asked.says}`)
      }
      const nowhere = await template(
        t,
        'by-risk',
        {},
        {
          env: { ...risk.env, RISK_URL: 'http://127.0.0.1:1/' },
        },
      )
      const asked = await typePassword(nowhere, visitorOf(nowhere, way))
      assert.ok('totp' in asked.actions)
      assert.ok(nowhere.reports.some((report) => /UPSTREAM_UNREACHABLE/.test(String(report))))
    })
  })
}
