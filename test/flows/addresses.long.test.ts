import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hashPassword } from '../../src/steps/password/hash.ts'
import type { Browser, Page } from '../support/browser.ts'
import { rowsOf } from '../support/rows.ts'
import { cheapHash, codeOf, shippedFile, startWorld, type World } from '../support/world.ts'
import { passTime, passwordOf } from './people.ts'

describe('where an account is reached, from its pages', () => {
  it('is another address, by its code and all that the account can prove; the old one is told (I-30)', async (t) => {
    const world = await startWorld(t)
    const browser = world.browser()
    const page = await browser.open(accountOf(world))
    const second = await signIn(browser, page, 'jane', passwordOf('jane'))
    const profile = await typeIn(browser, second, 'totp', codeOf('jane', world))
    passTime(world)
    world.clock.aheadMs += 6 * 60_000
    const asked = await press(browser, profile, 'Change your e-mail address')
    const again = await signIn(browser, asked, 'jane', passwordOf('jane'))
    const form = await typeIn(browser, again, 'totp', codeOf('jane', world))
    const sent = await browser.submit(form.form('Continue'), { email: 'jane@new.test' })
    await world.app.deliver()
    const [message] = world.mail
    assert.deepEqual([message?.to, message?.subject], ['jane@new.test', 'Your code'])
    const done = await browser.submit(sent.form('Continue'), { code: codeIn(world) })
    assert.match(done.text, /That is done\. .*E-mail address jane@new\.test/)
    await world.app.deliver()
    const [, told, ...others] = world.mail
    const expected = ['jane@acme.test', 'Your e-mail address was changed']
    assert.deepEqual([told?.to, told?.subject], expected)
    assert.deepEqual(others, [])
  })

  it('is no address that somebody else has: their mailbox is told, and no code is right', async (t) => {
    const world = await startWorld(t)
    const browser = world.browser()
    const profile = await signIn(
      browser,
      await browser.open(accountOf(world)),
      'bo',
      passwordOf('bo'),
    )
    const form = await press(browser, profile, 'Change your e-mail address')
    const sent = await browser.submit(form.form('Continue'), { email: 'jane@acme.test' })
    assert.match(sent.text, /A message is on its way to that address/)
    await world.app.deliver()
    assert.equal(world.mail.at(-1)?.subject, 'This address has an account')
    const refused = await browser.submit(sent.form('Continue'), { code: '123456' })
    assert.match(refused.text, /That is not right/)
    const owners = (await rowsOf(world.database, 'accounts')).filter(({ claims }) =>
      String(claims).includes('jane@acme.test'),
    )
    assert.equal(owners.length, 1)
  })

  it('is another number, by its code and the one there is, which stands for nothing any more', async (t) => {
    const world = await startWorld(t, { files })
    await addPat(world)
    const browser = world.browser()
    const page = await browser.open(accountOf(world))
    const profile = await signIn(browser, page, 'pat', password)
    const asked = await press(browser, profile, 'Change your telephone number')
    const first = await browser.submit(formOf(asked, 'sms'))
    const form = await typeIn(browser, first, 'sms', await textTo(world, old))
    const sent = await browser.submit(form.form('Continue'), { phone: '+1 202 555 0199' })
    const done = await typeIn(browser, sent, 'enrol-phone', await textTo(world, '+12025550199'))
    assert.match(done.text, /That is done\. .*Telephone number \+12025550199/)
    await world.app.deliver()
    const last = world.mail.at(-1)
    assert.deepEqual([last?.channel, last?.to], ['sms', old])
    assert.match(last?.body ?? '', /^The telephone number of your account was changed/)
  })
})

const password = 'seven amber kettles'
const old = '+12025550143'

/** The shipped files, and the number's flow from the examples. */
const files = {
  'senders.yaml': shippedFile('examples/codes/senders.yaml'),
  'account-phone.yaml': shippedFile('examples/codes/account-phone.yaml'),
  'applications.yaml': `${shippedFile('applications.yaml')}
  account-phone: { title: Number, flow: account-phone, portal: enrol-phone }
`,
}

const accountOf = (world: World) => `${world.issuer.origin}/account`

async function addPat(world: World): Promise<void> {
  const secret = await hashPassword(password, cheapHash)
  const other = { phone_number: old, phone_number_verified: true }
  const credentials = [{ kind: 'password', secret }]
  await world.app.accounts.add(
    { userName: 'pat', claims: { name: 'Pat', other }, groups: [], credentials },
    Date.now(),
  )
}

async function signIn(browser: Browser, page: Page, username: string, word: string): Promise<Page> {
  return browser.submit(page.form('Sign in'), { username, password: word })
}

async function typeIn(browser: Browser, page: Page, step: string, code: string): Promise<Page> {
  const form = page.forms.find(
    ({ fields, names }) => fields.action === step && names.includes('code'),
  )
  assert.ok(form, page.text)
  return browser.submit(form, { code })
}

function formOf(page: Page, step: string) {
  const form = page.forms.find(({ fields }) => fields.action === step)
  assert.ok(form, page.text)
  return form
}

async function press(browser: Browser, page: Page, text: string): Promise<Page> {
  const form = page.form(text)
  const button = form.buttons.find((each) => each.text === text)
  return browser.submit({ ...form, button })
}

function codeIn(world: World): string {
  return /\b\d{6}\b/.exec(world.mail.at(-1)?.body ?? '')?.[0] ?? ''
}

async function textTo(world: World, number: string): Promise<string> {
  await world.app.deliver()
  const { to } = world.mail.at(-1)!
  assert.equal(to, number)
  return codeIn(world)
}
