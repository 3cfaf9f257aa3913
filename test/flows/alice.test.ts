/**
 * Alice signs in to a web service by a password and a code by text message. Both the password and the number are in a
 * real OpenLDAP; here is only that there is a number.
 */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { readNetwork } from '../../src/language/network.ts'
import { Browser } from '../support/browser.ts'
import {
  type Ldap,
  personLdif,
  searcher,
  startOpenldap,
  suffix,
  withoutOpenldap,
} from '../support/openldap.ts'
import { allRows, rowsOf } from '../support/rows.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { shippedFile, startWorld, type World } from '../support/world.ts'
import { answerAt, assertError } from './people.ts'

const flow = `flow: thrift
title: Sign in
applications: [thrift]
start: pre-authorization
policy:
  acr:
    urn:sallyport:acr:1: { factors: 1 }
    urn:sallyport:acr:2: { factors: 2 }
  floor: urn:sallyport:acr:2
states:
  pre-authorization:
    decide:
      - { when: "network.address.inNetwork('203.0.113.0/24')", to: not-allowed, because: nobody signs in there }
      - to: password
    on: { error: not-allowed }
  password:
    offer: [credentials]
    on:
      success: [{ when: identity.kind == 'account', to: sms, because: the session has it }, { to: ldap1 }]
      exhausted: refused
  ldap1:
    call: shared/try-domain
    with: { directory: ldap1 }
    on: { success: sync, rejected: password }
  sync: { run: sync, on: { success: sms } }
  sms:
    offer: [{ sms: { minutes: 5, sends: 2 } }]
    attempts: 3
    on: { success: done, unavailable: no-number, exhausted: refused }
  done: { end: success }
  not-allowed: { end: failure, error: not_allowed }
  no-number: { end: failure, error: login_unavailable }
  refused: { end: failure, error: access_denied }
`
const digits = '31600000001'
const password = 'alice is in the directory'

let ldap: Ldap

async function open(t: TestContext, way: Way, address = '198.51.100.7') {
  const people = [
    personLdif('alice', password, { telephoneNumber: '+31 6 0000 0001', mail: 'alice@acme.test' }),
    personLdif('bob', password, { mail: 'bob@acme.test' }),
  ]
  ldap = await startOpenldap(people.join(''))
  t.after(() => ldap.close())
  const directories = `directories:
  internal: { title: Ours, kind: local }
  ldap1:
    title: The directory
    kind: enterprise
    store: ldap
    url: ${ldap.url}
    startTls: false
    bindDn: ${searcher.dn}
    bindPassword: \${env:LDAP_PASSWORD}
    bases: ['ou=people,${suffix}']
    reads: [mail]
    attributes: { email: claims.mail }
    phone: telephoneNumber
    jit: true
    timeoutMs: 5000
`
  const world = await startWorld(t, {
    files: {
      'thrift.yaml': flow,
      'directories.yaml': directories,
      'shared/try-domain.yaml': shippedFile('examples/directories/shared/try-domain.yaml'),
    },
    env: { LDAP_PASSWORD: searcher.password },
    trustedProxies: ['127.0.0.0/8', '::1/128'].map((text) => readNetwork(text)!),
  })
  return { world, visitor: visitorAt(t, world, way, address) }
}

function visitorAt(t: TestContext, world: World, way: Way, address = '198.51.100.7'): Visitor {
  const headers = { 'x-forwarded-for': address }
  const browser = new Browser({ stopAt: ['http://localhost:3001/'], headers })
  t.after(() => browser.close())
  return visitorOf(world, way, browser)
}

async function typesPassword(
  world: World,
  visitor: Visitor,
  username = 'alice',
  typed = password,
): Promise<Place> {
  const form = await visitor.begin(await world.thrift.parameters())
  return visitor.act(form, 'credentials', { username, password: typed })
}

/** Has a code sent. */
async function asks(world: World, visitor: Visitor): Promise<Place> {
  return visitor.act(await typesPassword(world, visitor), 'sms', {})
}

const of = async ({ database }: World) =>
  (await rowsOf(database, 'accounts')).filter(({ source }) => source === 'ldap1')
const codeIn = ({ mail }: World) => /\b[0-9]{6}\b/.exec(mail.at(-1)?.body ?? '')?.[0] ?? 'none'
const wrongOf = (code: string) => (code === '000000' ? '111111' : '000000')
const alicesEntry = `dn: uid=alice,ou=people,${suffix}\nchangetype: modify\n`

async function assertNowhere(world: World, ...places: readonly Place[]): Promise<void> {
  const told = places.flatMap(({ body, says, url }) => [body, says, url])
  const all = [JSON.stringify(await allRows(world.database)), inspect(world.reports, { depth: 9 })]
  for (const text of [...told, ...all]) {
    assert.doesNotMatch(text, /31[ %20]?6[ %20]?0000[ %20]?0001/)
  }
}

describe('Alice', { skip: withoutOpenldap }, () => {
  for (const way of ways) {
    it(`scenario 26, O-19 to O-36: signs in by ${way}, and her number stands in no table, event, error or answer`, async (t) => {
      const { world, visitor } = await open(t, way)
      const first = await visitor.begin(await world.thrift.parameters())
      assert.deepEqual(first.actions.credentials, ['username', 'password'])
      assert.deepEqual(await of(world), [])

      const second = await visitor.act(first, 'credentials', { username: 'alice', password })
      assert.deepEqual(second.actions.sms, [])
      const [alice, ...others] = await of(world)
      assert.equal(others.length, 0)
      assert.equal(alice?.user_name, 'alice')
      assert.equal(JSON.parse(String(alice?.claims)).hasPhone, true)
      await world.app.deliver()
      assert.deepEqual(world.mail, [], 'nothing is sent before she asks for it')

      const third = await visitor.act(second, 'sms', {})
      await assertNowhere(world, first, second, third)
      await world.app.deliver()
      assert.deepEqual(
        world.mail.map(({ channel, to }) => [channel, to]),
        [['sms', `+${digits}`]],
      )
      const end = await visitor.act(third, 'sms', { code: codeIn(world) })
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual(claims.amr, ['pwd', 'sms', 'mfa'])
      assert.equal(claims.sub, alice?.id)
      assert.ok(!JSON.stringify(claims).includes('phone'))
      await assertNowhere(world, end)
      assert.deepEqual(world.reports, [])
    })

    it(`scenario 26: a wrong password by ${way} makes, deletes and sends nothing`, async (t) => {
      const { world, visitor } = await open(t, way)
      const place = await typesPassword(world, visitor, 'alice', 'another one')
      assert.ok('credentials' in place.actions)
      await world.app.deliver()
      assert.deepEqual([await of(world), world.mail], [[], []])

      await typesPassword(world, visitorAt(t, world, way))
      const before = await of(world)
      assert.equal(before.length, 1)
      await typesPassword(world, visitorAt(t, world, way), 'alice', 'another one')
      assert.deepEqual(await of(world), before)
    })

    it(`scenario 26: from a network that is shut out she sees no page by ${way}`, async (t) => {
      const { world, visitor } = await open(t, way, '203.0.113.9')
      const parameters = await world.thrift.parameters()
      assertError(await visitor.begin(parameters), 'not_allowed', parameters.state!)
      assert.deepEqual(await of(world), [])
    })

    it(`scenario 26: a code that is wrong or late can be typed again by ${way}, three times`, async (t) => {
      const { world, visitor } = await open(t, way)
      const asked = await asks(world, visitor)
      await world.app.deliver()
      const wrong = await visitor.act(asked, 'sms', { code: wrongOf(codeIn(world)) })
      assert.ok('sms' in wrong.actions)
      world.clock.aheadMs += 5 * 60_000 + 1
      const late = await visitor.act(wrong, 'sms', { code: codeIn(world) })
      assert.ok('sms' in late.actions)
      const over = await visitor.act(late, 'sms', { code: wrongOf(codeIn(world)) })
      assert.equal(answerAt(over).error, 'access_denied')
    })

    it(`scenario 26: a gateway that fails lets nobody by ${way} past it, and the code arrives once it works`, async (t) => {
      const { world, visitor } = await open(t, way)
      const asked = await asks(world, visitor)
      const { mail } = world
      const down = () => {
        throw new Error('the gateway is down')
      }
      Object.defineProperty(mail, 'push', { value: down, configurable: true })
      await world.app.deliver()
      assert.deepEqual(world.mail, [])
      const still = await visitor.act(asked, 'sms', { code: '' })
      assert.ok('sms' in still.actions, still.says)
      Reflect.deleteProperty(mail, 'push')
      world.clock.aheadMs += 10_000
      await world.app.deliver()
      const end = await visitor.act(still, 'sms', { code: codeIn(world) })
      assert.ok(answerAt(end).code)
      await assertNowhere(world, asked, still, end)
    })

    it(`scenario 27, O-21, O-24: Bob, who has no number, gets no code by ${way}`, async (t) => {
      const { world, visitor } = await open(t, way)
      const place = await typesPassword(world, visitor, 'bob')
      assert.equal(answerAt(place).error, 'login_unavailable')
      const [bob] = await of(world)
      assert.equal(JSON.parse(String(bob?.claims)).hasPhone, false)
      await world.app.deliver()
      assert.deepEqual(world.mail, [])
    })

    it(`O-34: the number is the one that the directory has when it is sent, by ${way}`, async (t) => {
      const { world, visitor } = await open(t, way)
      await asks(world, visitor)
      ldap.change(`${alicesEntry}replace: telephoneNumber\ntelephoneNumber: +31 (6) 0000-0002\n`)
      await world.app.deliver()
      assert.deepEqual(
        world.mail.map(({ to }) => to),
        ['+31600000002'],
      )
    })

    it(`O-34: a number that has gone meanwhile is none by ${way}, and nothing is sent`, async (t) => {
      const { world, visitor } = await open(t, way)
      const place = await typesPassword(world, visitor)
      ldap.change(`${alicesEntry}delete: telephoneNumber\n`)
      assert.equal(answerAt(await visitor.act(place, 'sms', {})).error, 'login_unavailable')
      await world.app.deliver()
      assert.deepEqual(world.mail, [])
      const again = await typesPassword(world, visitorAt(t, world, way))
      assert.equal(answerAt(again).error, 'login_unavailable')
      assert.equal(JSON.parse(String((await of(world))[0]?.claims)).hasPhone, false)
    })

    it(`O-34: a directory that is down when a code is asked for is an error by ${way}, and not a person without a number`, async (t) => {
      const { world, visitor } = await open(t, way)
      const place = await typesPassword(world, visitor)
      const kept = await of(world)
      await ldap.stop()
      const failed = await visitor.act(place, 'sms', {})
      assert.equal(answerAt(failed).error, 'temporarily_unavailable')
      assert.match(inspect(world.reports), /ldap1: UPSTREAM_UNREACHABLE/)
      await world.app.deliver()
      assert.deepEqual([await of(world), world.mail], [kept, []])
      await assertNowhere(world, failed)
      await ldap.start()
      const asked = await asks(world, visitorAt(t, world, way))
      assert.deepEqual(asked.actions.sms, ['code', 'again'])
    })
  }

  it('O-34: a message waits while the directory is down, and goes out once it answers', async (t) => {
    const { world, visitor } = await open(t, 'API')
    const asked = await asks(world, visitor)
    await ldap.stop()
    await world.app.deliver()
    assert.deepEqual(world.mail, [])
    await ldap.start()
    world.clock.aheadMs += 10_000
    await world.app.deliver()
    assert.ok(answerAt(await visitor.act(asked, 'sms', { code: codeIn(world) })).code)
    await assertNowhere(world)
  })
})
