import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { Browser } from '../support/browser.ts'
import { allRows } from '../support/rows.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { cheapHash, type World } from '../support/world.ts'
import { answerAt, start } from './people.ts'

const folder = join(import.meta.dirname, '../../flows/examples/codes')
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')
const files = {
  'thrift.yaml': textOf('text-message.yaml')
    .replace(/^flow: .*$/m, 'flow: thrift')
    .replace(/^applications: .*$/m, 'applications: [thrift]'),
}
const password = 'seven amber kettles'
const number = '+12025550143'

for (const way of ways) {
  describe(`a code by text message, by ${way}`, () => {
    it('goes to the number of the account, and lets in whoever types it', async (t) => {
      const { world, visitor, asked } = await askedFor(t, way)
      await world.app.deliver()
      assert.deepEqual(
        world.mail.map(({ channel, to }) => [channel, to]),
        [['sms', number]],
      )
      const end = await visitor.act(asked, 'sms', { code: codeIn(world) })
      assert.ok(answerAt(end).code)
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual([claims.amr, claims.acr], [['pwd', 'sms', 'mfa'], 'urn:sallyport:acr:2'])
      assert.deepEqual(world.reports, [])
    })

    it('is sent when it is asked for, and to nobody who has not shown the password', async (t) => {
      const { world, visitor } = await somebody(t, way)
      const first = await visitor.begin(await world.thrift.parameters())
      const forced = await visitor.force(first, 'sms', {})
      assert.equal(forced.status, 409)
      const second = await visitor.act(first, 'password', { username: 'pat', password })
      assert.deepEqual(second.actions.sms, [])
      await world.app.deliver()
      assert.deepEqual(world.mail, [])
    })

    it('security 97: stands, like the number, in no page, answer, event, audit record or message that waits', async (t) => {
      const { world, visitor, asked } = await askedFor(t, way)
      const { outbox: waiting = [] } = await allRows(world.database)
      assert.equal(waiting.length, 1)
      assert.doesNotMatch(JSON.stringify(waiting), /2025550143|\b\d{6}\b.*is your code/)
      await world.app.deliver()
      const code = codeIn(world)
      const end = await visitor.act(asked, 'sms', { code })
      for (const { body, says, url } of [asked, end]) {
        for (const text of [body, says, url]) assert.ok(!text.includes(code))
        assert.ok(!body.includes(number) && !url.includes('2025550143'))
      }
      // What an account is, and what it can be found by.
      const { accounts, account_attributes: _index, ...rest } = await allRows(world.database)
      assert.ok(JSON.stringify(accounts).includes(number))
      const told = JSON.stringify(rest)
      assert.ok(!told.includes('2025550143') && !told.includes(`"${code}"`))
    })

    it('security 87: is guessed at no more than the account allows, over all logins (I-23)', async (t) => {
      const { world, visitor, asked } = await askedFor(t, way)
      await world.app.deliver()
      const right = codeIn(world)
      const wrong = right === '000000' ? '111111' : '000000'
      let place = asked
      for (let guess = 0; guess < 5; guess++) {
        place = await visitor.act(place, 'sms', { code: wrong })
      }
      const other = visitorOf(world, way)
      const next = await ask(world, other)
      await world.app.deliver()
      const late = await other.act(next, 'sms', { code: codeIn(world) })
      assert.ok('sms' in late.actions, 'the right one is refused as well')
    })
  })
}

for (const [wish, subject] of [
  ['de', 'Ihr Code'],
  ['ar', 'رمزك'],
  ['fr en', 'Your code'],
] as const) {
  it(`a message speaks the language of its login: ${wish}`, async (t) => {
    const { world, visitor } = await somebody(t, 'API')
    await ask(world, visitor, { ui_locales: wish })
    await world.app.deliver()
    assert.equal(world.mail.at(-1)?.subject, subject)
  })
}

for (const [wish, headers, subject] of [
  [{}, { 'accept-language': 'fr, de-AT;q=0.8, en;q=0.3' }, 'Ihr Code'],
  [{ ui_locales: 'ar' }, { 'accept-language': 'de' }, 'رمزك'],
  [{}, { 'accept-language': 'tlh' }, 'Your code'],
] as const) {
  it(`a message speaks the language of the browser where the application wishes none: ${JSON.stringify(headers)}`, async (t) => {
    const { world } = await somebody(t, 'pages')
    await ask(world, visitorOf(world, 'pages', new Browser({ headers })), wish)
    await world.app.deliver()
    assert.equal(world.mail.at(-1)?.subject, subject)
  })
}

it('a message speaks the language of the account where the login has none', async (t) => {
  const { world, visitor } = await somebody(t, 'API', { locale: 'de-CH' })
  await ask(world, visitor)
  await world.app.deliver()
  assert.equal(world.mail.at(-1)?.subject, 'Ihr Code')
})

async function somebody(t: TestContext, way: Way, more = {}) {
  const { world, visitor } = await start(t, way, { files })
  const other = { phone_number: number, phone_number_verified: true, ...more }
  await world.app.accounts.add(
    {
      userName: 'pat',
      claims: { name: 'Pat', other },
      groups: [],
      credentials: [{ kind: 'password', secret: await hashPassword(password, cheapHash) }],
    },
    Date.now(),
  )
  return { world, visitor }
}

async function ask(world: World, visitor: Visitor, more = {}): Promise<Place> {
  const first = await visitor.begin(await world.thrift.parameters(more))
  const second = await visitor.act(first, 'password', { username: 'pat', password })
  return visitor.act(second, 'sms', {})
}

async function askedFor(t: TestContext, way: Way) {
  const { world, visitor } = await somebody(t, way)
  const asked = await ask(world, visitor)
  assert.deepEqual(asked.actions.sms, ['code', 'again'])
  return { world, visitor, asked }
}

function codeIn(world: World): string {
  return /\b[0-9]{6}\b/.exec(world.mail.at(-1)?.body ?? '')?.[0] ?? 'nothing came'
}
