import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { drawCodes, hashCodes } from '../../src/steps/recovery-code/codes.ts'
import type { Browser, Page } from '../support/browser.ts'
import { rowsOf } from '../support/rows.ts'
import { cheapHash, codeFor, startWorld } from '../support/world.ts'
import { passwordOf } from './people.ts'

describe('whoever has lost the phone', () => {
  it('gets in by a recovery code, each once, and is told by mail how many are left (security 121, I-22)', async (t) => {
    const { world, codes } = await start(t)
    const browser = world.browser()
    const end = await typeCode(
      browser,
      await enter(browser, await world.thrift.authorize()),
      codes[0],
    )
    const { claims } = await world.thrift.redeem(end.url)
    assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])
    await world.app.deliver()
    const [told, ...others] = world.mail.filter(({ to }) => to === 'lea@x.test')
    assert.equal(told?.subject, 'A recovery code was used')
    assert.match(told.body, /on \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Codes that are left: 9\./)
    assert.ok(!codes.some((code) => told.body.includes(code)))
    assert.deepEqual(others, [])

    const elsewhere = world.browser()
    const second = await enter(elsewhere, await world.vault.authorize())
    const again = await typeCode(elsewhere, second, codes[0])
    assert.match(again.text, /That code is not right/)
    const vault = await typeCode(elsewhere, again, codes[1])
    assert.ok(new URL(vault.url).searchParams.get('code'), vault.text)
  })

  it('takes the lost app off the account and adds another, by a code each time; the others go on counting', async (t) => {
    const { world, codes } = await start(t)
    const browser = world.browser()
    const account = `${world.issuer.origin}/account`
    const opened = await typeCode(browser, await enter(browser, account), codes[0])
    assert.equal(opened.title, 'Profile')
    const ways = await browser.open(`${account}/ways`)
    assert.match(ways.text, /Recovery codes Since .{20,40} Used last .{20,40} Codes left: 9/)
    const lost = ways.$('a[aria-label="Rename or remove: Authenticator app"]').attr('href')
    const app = await browser.open(lost!)
    const out = await browser.submit(app.form('Remove'))

    const asked = await enter(browser, out.url)
    assert.equal(asked.forms.filter(({ fields }) => fields.action === 'totp').length, 0)
    const back = await typeCode(browser, asked, codes[1])
    const form = (await browser.open(`${account}/ways`)).form('Add an authenticator app')
    const button = form.buttons.find(({ text }) => text === 'Add an authenticator app')
    assert.equal(back.status, 200)
    const enrol = await browser.submit({ ...form, button })
    const secret = /\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/.exec(enrol.body)![0].replaceAll(' ', '')
    const done = await browser.submit(enrol.form('Verify and save'), {
      code: codeFor(secret, world),
    })
    assert.match(done.text, /That is done\. .*Codes left: 8/, 'no other codes are offered')
  })

  it('draws new codes by one that is left, and has proven as much as before', async (t) => {
    const { world, codes } = await start(t)
    const browser = world.browser()
    const account = `${world.issuer.origin}/account`
    await typeCode(browser, await enter(browser, account), codes[0])
    const form = (await browser.open(`${account}/ways`)).form('Get new recovery codes')
    const button = form.buttons.find(({ text }) => text === 'Get new recovery codes')
    const drawn = await browser.submit({ ...form, button })
    const [fresh = ''] = /[0-9](?:-[0-9A-Z]{4}){4}/.exec(drawn.text) ?? []
    const done = await browser.submit(drawn.form('I have kept them'))
    assert.match(done.text, /That is done\. .*Codes left: 10/)
    const [session] = await rowsOf(world.database, 'sessions')
    const proofs = JSON.parse(String(session?.proofs)) as readonly { factor: string }[]
    assert.deepEqual(
      new Set(proofs.map(({ factor }) => factor)),
      new Set(['knowledge', 'possession']),
    )

    const elsewhere = world.browser()
    const second = await enter(elsewhere, await world.vault.authorize())
    const old = await typeCode(elsewhere, second, codes[1])
    assert.match(old.text, /That code is not right/)
    const vault = await typeCode(elsewhere, old, fresh)
    assert.ok(new URL(vault.url).searchParams.get('code'), vault.text)
  })
})

describe('recovery codes', () => {
  it('are nothing for an account without a second factor: it would be asked for one at each sign-in', async (t) => {
    const { world } = await start(t)
    const browser = world.browser()
    const account = `${world.issuer.origin}/account`
    const first = await browser.open(account)
    await browser.submit(first.form('Sign in'), { username: 'bo', password: passwordOf('bo') })
    const ways = await browser.open(`${account}/ways`)
    const form = ways.form('Add a passkey')
    assert.ok(!form.buttons.some(({ text }) => text === 'Get new recovery codes'))
    const forced = await browser.submit(form, {}, { extra: { what: 'enrol-recovery-codes' } })
    assert.match(forced.text, /Nothing was changed/)
  })
})

/** Lea has a password, an app whose phone is gone, and ten codes on paper. */
async function start(t: Pick<TestContext, 'after'>) {
  const world = await startWorld(t)
  const codes = drawCodes((bytes) => new Uint8Array(randomBytes(bytes)))

  const lea = {
    userName: 'lea',
    claims: { name: 'Lea', email: 'lea@x.test', emailVerified: true },
    groups: [],
    credentials: [
      { kind: 'password', secret: await hashPassword(password, cheapHash) },
      { kind: 'totp', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
      { kind: 'recovery-code', secret: await hashCodes(codes, cheapHash) },
    ],
  } as const
  await world.app.accounts.add(lea, Date.now())
  return { world, codes }
}

const password = 'nine copper lanterns'

async function enter(browser: Browser, address: string): Promise<Page> {
  const first = await browser.open(address)
  return browser.submit(first.form('Sign in'), { username: 'lea', password })
}

/** By the form of recovery codes, among those of what else there is. */
async function typeCode(browser: Browser, page: Page, code = ''): Promise<Page> {
  const form = page.forms.find(({ fields }) => fields.action === 'recovery-code')
  assert.ok(form, page.text)
  return browser.submit(form, { code })
}
