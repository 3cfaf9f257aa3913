import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { readNetwork } from '../../src/language/network.ts'
import { Browser } from '../support/browser.ts'
import type { RelyingParty } from '../support/relying-party.ts'
import { rowsOf } from '../support/rows.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { startWorld, type World, type WorldOptions } from '../support/world.ts'
import { createPasskey, deviceFor, usePasskey } from './passkeys.ts'
import { answerAt, assertError, passTime, signIn, typeCode, typePassword } from './people.ts'

const folder = join(import.meta.dirname, '../../flows/examples/profiles')
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')

/** The example as the flow of an application of the world. */
function flowOf(name: string, application: 'thrift' | 'vault'): string {
  return textOf(`${name}.yaml`)
    .replace(/^flow: .*$/m, `flow: ${application}`)
    .replace(/^applications: .*$/m, `applications: [${application}]`)
}

/** Lets people add a passkey, who prove what they have before. */
const adding = `flow: vault
title: Another passkey
applications: [vault]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: second, exhausted: no } }
  second: { offer: [totp], on: { success: add, unavailable: add, exhausted: no } }
  add:
    offer: [{ enrol-passkey: { issuer: Vault } }]
    on: { success: done, conflict: no, unavailable: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

const onePassword = `flow: thrift
title: By a password alone
applications: [thrift]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: done, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

/** What the personnel office says; nothing at all where it says nothing. */
async function personnel(t: Pick<TestContext, 'after'>) {
  const state: { says: string | undefined } = { says: 'current' }
  const heard: unknown[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8')
    })
    request.on('end', () => {
      heard.push(JSON.parse(body))
      if (state.says === undefined) return request.socket.destroy()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ result: state.says }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const env = {
    PERSONNEL_URL: `http://127.0.0.1:${port}/standing`,
    PERSONNEL_TOKEN: 'personnel-token-of-some-length',
  }
  return { state, heard, env }
}

async function worldOf(
  t: Pick<TestContext, 'after'>,
  name: string,
  options: WorldOptions = {},
): Promise<World> {
  const files = {
    'thrift.yaml': flowOf(name, 'thrift'),
    'vault.yaml': adding,
    'services.yaml': textOf('services.yaml'),
    ...options.files,
  }
  const env = { PERSONNEL_TOKEN: 'personnel-token-of-some-length', ...options.env }
  return startWorld(t, { ...options, files, env })
}

/** At the method that comes after the password. */
async function afterPassword(
  world: World,
  visitor: Visitor,
  userName: string,
  application: RelyingParty = world.thrift,
): Promise<Place> {
  return typePassword(visitor, await visitor.begin(await application.parameters()), userName)
}

/** They have a passkey from then on. */
async function addPasskey(world: World, way: Way, userName: string) {
  const visitor = visitorOf(world, way)
  let place = await afterPassword(world, visitor, userName, world.vault)
  if ('totp' in place.actions) {
    place = await typeCode(world, visitor, place, userName)
    passTime(world)
  }
  const device = deviceFor(world)
  assert.ok('enrol-passkey' in place.actions, place.says)
  await createPasskey(visitor, place, device)
  return device
}

async function amrAt(world: World, place: Place): Promise<unknown> {
  assert.ok(answerAt(place).code, place.url)
  return (await world.thrift.redeem(place.url)).claims.amr
}

const methods = ({ actions }: Place) =>
  Object.keys(actions).filter((name) => !['back', 'cancel'].includes(name))

for (const way of ways) {
  describe(`several accepted sequences, by ${way}`, () => {
    it('P-2, O-29: are a choice for whoever has them all; the only one that is left is chosen', async (t) => {
      const world = await worldOf(t, 'sequences')
      const one = visitorOf(world, way)
      const asked = await afterPassword(world, one, 'jane')
      assert.deepEqual(methods(asked), ['totp'])
      assert.deepEqual(await amrAt(world, await typeCode(world, one, asked, 'jane')), [
        'pwd',
        'otp',
        'mfa',
      ])
      passTime(world)

      const device = await addPasskey(world, way, 'jane')
      const both = visitorOf(world, way)
      const choice = await afterPassword(world, both, 'jane')
      assert.deepEqual(new Set(methods(choice)), new Set(['totp', 'webauthn']))
      const chosen = await usePasskey(both, choice, device)
      assert.deepEqual(await amrAt(world, chosen), ['pwd', 'swk', 'user', 'mfa'])

      const other = visitorOf(world, way)
      const first = await other.begin(await world.thrift.parameters())
      assert.deepEqual(await amrAt(world, await usePasskey(other, first, device)), ['swk', 'user'])
    })

    it('scenario 27, P-3: none of them is for whoever lacks a method of each, and no code is given', async (t) => {
      const world = await worldOf(t, 'sequences')
      const visitor = visitorOf(world, way)
      const parameters = await world.thrift.parameters()
      const place = await typePassword(visitor, await visitor.begin(parameters), 'bo')
      assertError(place, 'login_unavailable', parameters.state!)
      const kept = await rowsOf(world.database, 'provider_models')
      assert.deepEqual(
        kept.filter(({ model }) => model === 'AuthorizationCode'),
        [],
      )
    })

    it('scenario 27, P-3: fall back from the preferred to another that is accepted', async (t) => {
      const world = await worldOf(t, 'fallback')
      const jane = visitorOf(world, way)
      const fallen = await afterPassword(world, jane, 'jane')
      assert.deepEqual(methods(fallen), ['totp'])
      answerAt(await typeCode(world, jane, fallen, 'jane'))
      passTime(world)
      const device = await addPasskey(world, way, 'jane')
      const again = visitorOf(world, way)
      const preferred = await afterPassword(world, again, 'jane')
      assert.deepEqual(methods(preferred), ['webauthn'])
      answerAt(await usePasskey(again, preferred, device))

      const bo = visitorOf(world, way)
      const none = await afterPassword(world, bo, 'bo')
      assert.equal(answerAt(none).error, 'login_unavailable')
    })

    it('scenario 27, O-24: a method that is missing is passed over only where that is written', async (t) => {
      const world = await worldOf(t, 'skipping')
      const bo = visitorOf(world, way)
      assert.deepEqual(await amrAt(world, await afterPassword(world, bo, 'bo')), ['pwd'])
      const jane = visitorOf(world, way)
      const asked = await afterPassword(world, jane, 'jane')
      assert.deepEqual(methods(asked), ['totp'])
    })

    it('P-15, P-16: a session that has proven one is enough; less than one is asked for the rest', async (t) => {
      const files = { 'vault.yaml': flowOf('sequences', 'vault') }
      const silent = { prompt: 'none' }
      const world = await worldOf(t, 'sequences', { files })
      const jane = visitorOf(world, way)
      answerAt(await signIn(world, jane))
      const covered = await jane.begin(await world.vault.parameters(silent))
      assert.ok(answerAt(covered).code, covered.url)

      const less = await worldOf(t, 'sequences', {
        files: { ...files, 'thrift.yaml': onePassword },
      })
      const half = visitorOf(less, way)
      answerAt(await afterPassword(less, half, 'jane'))
      const passive = await half.begin(await less.vault.parameters(silent))
      assert.equal(answerAt(passive).error, 'login_required')
      const asked = await half.begin(await less.vault.parameters())
      assert.deepEqual(methods(asked), ['totp'])
      assert.ok(answerAt(await typeCode(less, half, asked, 'jane')).code)
    })

    it('P-19: can be left at each method, and the application is told', async (t) => {
      const world = await worldOf(t, 'sequences')
      const visitor = visitorOf(world, way)
      const parameters = await world.thrift.parameters()
      const first = await visitor.begin(parameters)
      assertError(await visitor.act(first, 'cancel'), 'access_denied', parameters.state!)
      const again = await world.thrift.parameters()
      const second = await typePassword(visitor, await visitor.begin(again), 'jane')
      assertError(await visitor.act(second, 'cancel'), 'access_denied', again.state!)
    })
  })

  describe(`gates before and after the methods, by ${way}`, () => {
    const behindProxy = {
      trustedProxies: ['127.0.0.0/8', '::1/128'].map((text) => readNetwork(text)!),
    }
    const from = (t: TestContext, world: World, address: string) => {
      const headers = { 'x-forwarded-for': address }
      const browser = new Browser({ stopAt: ['http://localhost:3001/'], headers })
      t.after(() => browser.close())
      return visitorOf(world, way, browser)
    }

    it('P-13, O-28: who is shut out is told so before any method, and sees no page', async (t) => {
      const { env, heard } = await personnel(t)
      const world = await worldOf(t, 'gates', { ...behindProxy, env })
      const parameters = await world.thrift.parameters()
      const place = await from(t, world, '203.0.113.9').begin(parameters)
      assertError(place, 'not_allowed', parameters.state!)
      assert.deepEqual(heard, [])
    })

    it('P-13, P-23: one sequence is forced outside of the office, and inside a password is enough', async (t) => {
      const { env } = await personnel(t)
      const world = await worldOf(t, 'gates', { ...behindProxy, env })
      const inside = from(t, world, '192.0.2.7')
      assert.deepEqual(await amrAt(world, await afterPassword(world, inside, 'jane')), ['pwd'])
      const outside = from(t, world, '198.51.100.7')
      const forced = await afterPassword(world, outside, 'jane')
      assert.deepEqual(methods(forced), ['totp'])
      assert.ok(answerAt(await typeCode(world, outside, forced, 'jane')).code)
      const bo = from(t, world, '198.51.100.7')
      assert.equal(answerAt(await afterPassword(world, bo, 'bo')).error, 'login_unavailable')
    })

    it('P-14, P-17: what is gathered once it is known who they are decides before there is a code', async (t) => {
      const { env, heard, state } = await personnel(t)
      const world = await worldOf(t, 'gates', { ...behindProxy, env })
      const attempt = async () =>
        answerAt(await afterPassword(world, from(t, world, '192.0.2.7'), 'jane'))
      assert.ok((await attempt()).code)
      assert.deepEqual(heard, [{ 'application.id': 'thrift', 'account.groups': ['admin'] }])
      state.says = 'gone'
      assert.equal((await attempt()).error, 'not_allowed')
      for (const says of [undefined, 'something else']) {
        state.says = says
        assert.equal((await attempt()).error, 'temporarily_unavailable')
      }
      const codes = (await rowsOf(world.database, 'provider_models')).filter(
        ({ model }) => model === 'AuthorizationCode',
      )
      assert.equal(codes.length, 1)
    })
  })
}
