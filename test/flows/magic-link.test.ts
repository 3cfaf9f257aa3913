import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { KnownError } from '../../src/kit/errors.ts'
import { allRows } from '../support/rows.ts'
import { type Place, visitorOf, type Way, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { answerAt, assertError, passTime, start } from './people.ts'

const example = join(import.meta.dirname, '../../flows/examples/codes/magic-link.yaml')
const files = {
  'thrift.yaml': readFileSync(example, 'utf8')
    .replace(/^flow: .*$/m, 'flow: thrift')
    .replace(/^applications: .*$/m, 'applications: [thrift]'),
}
/** The same, with a step after it that everybody has. */
const twoSteps = {
  'thrift.yaml': files['thrift.yaml']
    .replace('unavailable: done', 'unavailable: enrol')
    .replace(
      '  done: {',
      '  enrol: { offer: [enrol-totp], on: { success: done, conflict: refused, unavailable: refused, exhausted: refused } }\n\n  done: {',
    ),
}

for (const way of ways) {
  describe(`a link by mail, by ${way}`, () => {
    it('is opened on another device, and the login goes on where it began and only there', async (t) => {
      const { world, visitor, asked, link } = await askedFor(t, way)
      const elsewhere = world.browser()
      const form = (await elsewhere.open(link)).form('Confirm')
      const done = await elsewhere.submit(form, { number: numberIn(asked) })
      assert.match(done.text, /Go back to the other screen/)
      assert.doesNotMatch(JSON.stringify(done.headers), /session|set-cookie/i)

      const end = await visitor.act(asked, 'otp', { link: 'yes' })
      assert.ok(answerAt(end).code)
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual(claims.amr, ['otp'])

      passTime(world)
      const parameters = await world.thrift.parameters({ prompt: 'none' })
      const other = visitorOf(world, 'pages', elsewhere)
      assertError(await other.begin(parameters), 'login_required', parameters.state!)
      assert.deepEqual(world.reports, [])
    })

    it('takes the waiting login on when its page is asked for again, by its own browser alone', async (t) => {
      const { world, visitor, asked, link } = await askedFor(t, way)
      assert.deepEqual((await visitor.look(asked)).actions.otp, ['code', 'link', 'again'])
      await confirm(world, link, numberIn(asked))
      const before = await allRows(world.database)
      const address = way === 'pages' ? '/login' : '/flow-api/logins'
      const url = `${world.issuer.origin}${address}/${asked.loginId}`
      await visitor.browser.send(url, { method: 'HEAD' })
      const thief = visitorOf(world, way)
      assert.equal((await thief.look(asked)).kind, 'refused')
      assert.deepEqual((await allRows(world.database)).logins, before.logins)

      const end = await visitor.look(asked)
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual(claims.amr, ['otp'])
      assert.deepEqual(codesOf(world), ['BROWSER_MISMATCH'], 'of the thief')
    })

    it('takes two tabs on to the same place, and spends one try', async (t) => {
      const { world, visitor, asked, link } = await askedFor(t, way, twoSteps)
      await confirm(world, link, numberIn(asked))
      const places = await Promise.all([1, 2, 3].map(() => visitor.look(asked)))
      for (const place of places) assert.equal(place.kind, 'asks', place.says)
      assert.ok('enrol-totp' in (await visitor.look(asked)).actions)
      assert.deepEqual(world.reports, [])
    })

    it('is not used up by being opened: what scans links confirms nothing (I-38)', async (t) => {
      const { world, visitor, asked, link } = await askedFor(t, way)
      const before = await allRows(world.database)
      for (let time = 0; time < 3; time++) await world.browser().open(link)
      assert.deepEqual((await allRows(world.database)).logins, before.logins)
      const still = await visitor.act(asked, 'otp', { link: 'yes' })
      assert.deepEqual(still.actions.otp, ['code', 'link', 'again'])
      assert.match(still.body, /Nobody has typed the number|otp\.link-waiting/)
      await confirm(world, link, numberIn(still))
      assert.ok(answerAt(await visitor.act(still, 'otp', { link: 'yes' })).code)
    })

    it('has one try at the number: a wrong one uses it up, and tells nobody', async (t) => {
      const { world, visitor, asked, link } = await askedFor(t, way)
      const number = numberIn(asked)
      const wrong = await confirm(world, link, number === '42' ? '43' : '42')
      const right = await confirm(world, link, number)
      assert.equal(wrong.text, right.text)
      const stays = await visitor.look(asked)
      assert.deepEqual(stays.actions.otp, ['code', 'link', 'again'])
      assert.deepEqual((await visitor.act(stays, 'otp', { link: 'yes' })).kind, 'asks')
    })

    it('is worth nothing after its time, after another was sent, or once the login has moved on (I-22)', async (t) => {
      const { world, visitor, asked, link } = await askedFor(t, way)
      const again = await visitor.act(asked, 'otp', { again: 'yes' })
      assert.match((await confirm(world, link, numberIn(asked))).text, /CALLBACK_REFUSED/)
      const newer = await linkTo(world)
      await confirm(world, newer, numberIn(again))
      world.clock.aheadMs += 10 * 60_000
      const late = await visitor.act(again, 'otp', { link: 'yes' })
      assert.deepEqual(late.actions.otp, ['code', 'link', 'again'])
    })

    it('of one login opens no other (I-22)', async (t) => {
      const { world, asked, link } = await askedFor(t, way)
      const thief = visitorOf(world, way)
      const theirs = await ask(world, thief)
      await confirm(world, link, numberIn(asked))
      const stays = await thief.act(theirs, 'otp', { link: 'yes' })
      assert.deepEqual(stays.actions.otp, ['code', 'link', 'again'])
    })

    it('security 97: has a token that is kept nowhere, and its number is not in the mail', async (t) => {
      const { world, asked, link } = await askedFor(t, way)
      const token = link.slice(link.lastIndexOf('/') + 1)
      assert.ok(token.length >= 43)
      assert.ok(!JSON.stringify(await allRows(world.database)).includes(token))
      assert.ok(!asked.body.includes(token))
      const body = world.mail
        .at(-1)!
        .body.replace(link, '')
        .replace(/\b\d{6}\b|10 minutes/g, '')
      assert.doesNotMatch(body, new RegExp(`\\b${numberIn(asked)}\\b`))
    })

    it('is shown alike to whoever has no account (I-36, security 122)', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const seen: unknown[] = []
      for (const name of ['bo', 'nobody-of-that-name']) {
        const place = await ask(world, visitor, name)
        const waiting = await visitor.act(place, 'otp', { link: 'yes' })
        const says = (each: Place) => each.says.replaceAll(numberIn(place), '##')
        seen.push([place.actions, says(place), waiting.actions, says(waiting)])
      }
      assert.deepEqual(seen[0], seen[1])
    })
  })
}

async function ask(world: World, visitor: ReturnType<typeof visitorOf>, username = 'bo') {
  const first = await visitor.begin(await world.thrift.parameters())
  return visitor.act(first, 'otp', { username })
}

async function askedFor(t: TestContext, way: Way, shipped = files) {
  const { world, visitor } = await start(t, way, { files: shipped })
  const asked = await ask(world, visitor)
  assert.deepEqual(asked.actions.otp, ['code', 'link', 'again'])
  return { world, visitor, asked, link: await linkTo(world) }
}

async function linkTo(world: World): Promise<string> {
  await world.app.deliver()
  return /http\S+\/login\/link\/[\w-]+/.exec(world.mail.at(-1)?.body ?? '')?.[0] ?? 'no link came'
}

function codesOf({ reports }: World): unknown[] {
  return reports.map((thrown) => (thrown instanceof KnownError ? thrown.code : thrown))
}

async function confirm(world: World, link: string, number: string) {
  const browser = world.browser()
  return browser.submit((await browser.open(link)).form('Confirm'), { number })
}

/** What stands beside the form, in its two renderings. */
function numberIn({ body, login }: Place): string {
  const exhibits = login?.actions.flatMap((action) => action.exhibits ?? []) ?? []
  const shown = exhibits.find(({ kind }) => kind === 'text') as { text?: string } | undefined
  return shown?.text ?? />\s*(\d{2})\s*</.exec(body)?.[1] ?? 'no number is shown'
}
