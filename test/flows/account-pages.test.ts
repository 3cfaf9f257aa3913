import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { localPeople } from '../../src/cli/demo/people.ts'
import { openDatabase } from '../../src/store/open.ts'
import type { Browser, Page } from '../support/browser.ts'
import { insertConsent } from '../support/consent.ts'
import { countRows, rowsOf } from '../support/rows.ts'
import { signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import {
  codeFor,
  codeOf,
  shippedFile,
  startWorld,
  type World,
  type WorldOptions,
} from '../support/world.ts'

describe('the account pages', () => {
  it('scenario 15: jane signs in by her flow, sees what is on file and changes what is hers (A-54)', async (t) => {
    const { browser, page } = await enter(t)
    assert.deepEqual([page.status, page.title], [200, 'Profile'])
    assert.match(page.text, /User name: jane/)
    assert.match(page.text, /E-mail address jane@acme\.test Kept here/)
    const saved = await browser.submit(page.form('Save'), {
      name: 'Jane Married',
      'other.nickname': 'Janie',
    })
    assert.match(saved.text, /Saved\./)
    assert.equal(saved.form('Save').fields.name, 'Jane Married')
    const emptied = await browser.submit(saved.form('Save'), { 'other.nickname': '' })
    assert.equal(emptied.form('Save').fields['other.nickname'], '')
  })

  it('scenario 15: a session of somebody whom Google has brought opens none, with JIT on (A-55)', async (t) => {
    const world = await startWorld(t)
    const browser = await bringAnn(world)
    const page = await browser.open(`${world.issuer.origin}/account`)
    assert.match(page.url, /\/login\//)
    assert.doesNotMatch(page.body, /google/i)
    assert.deepEqual(
      (await rowsOf(world.database, 'audit_records'))
        .filter(({ action }) => action === 'login.end')
        .map(({ application }) => application),
      ['thrift'],
    )
  })

  it('scenario 15: with the policy changed she opens hers, and what Google says of her is no field (A-56, W-13)', async (t) => {
    const world = await startWorld(t, { files: open })
    const browser = await bringAnn(world)
    const page = await openByCode(world, browser)
    assert.equal(page.title, 'Profile')
    assert.match(page.text, /Name Ann Example From Google; it is changed there/)
    const form = page.form('Save')
    assert.equal(form.names.includes('name'), false)
    const forced = await browser.submit(form, {}, { extra: { name: 'Somebody Else' } })
    assert.deepEqual([forced.status, forced.title], [409, 'Error: Profile'])
    const kept = await browser.submit(form, { 'other.nickname': 'Annie' })
    assert.match(kept.text, /Name Ann Example From Google/)
  })

  it('scenario 15: a pass-through person is let in nowhere, whatever the policy (A-54)', async (t) => {
    const world = await startWorld(t, { files: open, env: { SALLYPORT_GITHUB_JIT: 'false' } })
    const browser = world.browser()
    const choice = await browser.open(`${world.issuer.origin}/account`)
    const away = await browser.submit(choice.form('Continue with GitHub'))
    const [gil] = [...world.github.people.values()]
    const refused = await signInAtGithub(gil!.login)(away, browser)
    assert.equal(refused.status, 403)
    assert.match(refused.text, /You have not been let in\. Code: access_denied/)
    const again = await browser.open(`${world.issuer.origin}/account/devices`)
    assert.match(again.url, /\/login\//)
  })
})

describe('what the account pages change', () => {
  it('is asked for with all that the account can give, once what was proven is old: then a name, then away with it (I-30)', async (t) => {
    const { world, browser } = await enter(t)
    world.clock.aheadMs += 6 * 60_000
    const ways = await browser.open(`${origin(world)}/account/ways`)
    assert.match(ways.text, /Password Since .{20,30} UTC Used last .{20,30} UTC/)
    const asked = await browser.open(`${origin(world)}${pathOf(ways, 'Password')}`)
    assert.match(asked.url, /\/login\//)
    const factor = await prove(world, browser, asked)
    assert.deepEqual([factor.status, factor.title], [200, 'Password'])
    const named = await browser.submit(factor.form('Save'), { name: 'The old one' })
    assert.match(named.text, /Saved\. .*Password: The old one/)

    const app = await browser.open(`${origin(world)}${pathOf(named, 'Authenticator app')}`)
    const gone = await browser.submit(app.form('Remove'))
    assert.match(gone.url, /\/login\//, 'every session has ended')
    const rows = await rowsOf(world.database, 'credentials')
    const [jane] = (await world.app.accounts.list()).filter(({ userName }) => userName === 'jane')
    const own = rows.filter(({ account_id }) => account_id === jane!.id)
    assert.deepEqual(
      own.map(({ kind, name }) => [kind, name]),
      [['password', 'The old one']],
    )
  })

  it('is never the last way in: a password that is all there is stays', async (t) => {
    const { world, browser } = await enter(t)
    const ways = await browser.open(`${origin(world)}/account/ways`)
    const password = await browser.open(`${origin(world)}${pathOf(ways, 'Password')}`)
    const refused = await browser.submit(password.form('Remove'))
    assert.deepEqual([refused.status, refused.title], [409, 'Error: Password'])
    const still = await browser.open(`${origin(world)}/account/ways`)
    assert.deepEqual([still.status, still.title], [200, 'Ways to sign in'])
  })

  it('is nothing for a form that was kept until the proof was old', async (t) => {
    const { world, browser } = await enter(t)
    const ways = await browser.open(`${origin(world)}/account/ways`)
    const app = await browser.open(`${origin(world)}${pathOf(ways, 'Authenticator app')}`)
    world.clock.aheadMs += 6 * 60_000
    const asked = await browser.submit(app.form('Remove'))
    assert.match(asked.url, /\/login\//)
    const back = await prove(world, browser, asked)
    assert.equal(back.title, 'Authenticator app')
    assert.equal((await credentialKinds(world)).includes('totp'), true)
  })

  it('goes through flows: other codes, another password; who stops on the way has changed nothing', async (t) => {
    const { world, browser } = await enter(t)
    const ways = await browser.open(`${origin(world)}/account/ways`)
    assert.deepEqual(
      ways.form('Add a passkey').buttons.map(({ text }) => text),
      ['Add a passkey', 'Get new recovery codes', 'Change your password'],
    )
    const left = await browser.submit(
      (await press(browser, ways, 'Change your password')).form('Cancel'),
    )
    assert.equal(left.status, 403)
    assert.match(left.text, /Nothing was changed/)
    const drawn = await press(browser, ways, 'Get new recovery codes')
    const back = await browser.submit(drawn.form('I have kept them'))
    assert.match(back.text, /That is done\. .*Recovery codes/)

    world.clock.aheadMs += 6 * 60_000
    const first = await press(browser, back, 'Change your password')
    const choose = await prove(world, browser, first)
    const password = 'another lantern of quartz'
    const changed = await browser.submit(choose.form('Save the password'), { password })
    assert.match(changed.text, /That is done\./)
  })

  it('by its owner alone: another account`s factor, session and device are not there', async (t) => {
    const { world, browser } = await enter(t)
    const credentials = await rowsOf(world.database, 'credentials')
    const [jane] = (await world.app.accounts.list()).filter(({ userName }) => userName === 'jane')
    const other = credentials.find(({ account_id }) => account_id !== jane!.id)
    assert.equal((await browser.open(`${origin(world)}/account/ways/${other!.id}`)).status, 404)
    const bobs = world.browser()
    await bobs.open(`${origin(world)}/account`)
    const elsewhere = world.browser()
    await prove(world, elsewhere, await elsewhere.open(`${origin(world)}/account`))
    const devices = await browser.open(`${origin(world)}/account/devices`)
    const form = devices.form('li form')
    const [{ uid } = {}] = await insertSession(world)
    await browser.submit(form, {}, { extra: { session: String(uid) } })
    assert.equal(
      (await rowsOf(world.database, 'sessions')).some((row) => row.uid === uid),
      true,
    )
  })

  it('are sessions: one elsewhere ends, then all others, and this one stays', async (t) => {
    const { world, browser } = await enter(t)
    const others = [world.browser(), world.browser()]
    for (const other of others) {
      await prove(world, other, await other.open(`${origin(world)}/account`))
    }
    const three = await browser.open(`${origin(world)}/account/devices`)
    assert.deepEqual([...three.text.matchAll(/(?:This|Another) browser/g)].map(String), [
      'This browser',
      'Another browser',
      'Another browser',
    ])
    const two = await browser.submit(
      three.forms.find(({ buttons }) => buttons[0]?.text === 'Sign out')!,
    )
    assert.equal([...two.text.matchAll(/Another browser/g)].length, 1)
    const one = await browser.submit(two.form('Sign out everywhere else'))
    assert.doesNotMatch(one.text, /Another browser/)
    for (const other of others) {
      const out = await other.open(`${origin(world)}/account`)
      assert.match(out.url, /\/login\//)
    }
  })

  it('are remembered devices: one that is forgotten is none any more', async (t) => {
    const { world, browser } = await enter(t)
    await insertDevice(world)
    const devices = await browser.open(`${origin(world)}/account/devices`)
    assert.match(devices.text, /Remembered devices Sign in to Thrift|Remembered devices Thrift/)
    await browser.submit(devices.form('Forget this device'))
    assert.deepEqual(await rowsOf(world.database, 'devices'), [])
  })

  it('are links and consents: ann takes hers back, and Google is unlinked only where another way is left', async (t) => {
    const world = await startWorld(t, { files: open })
    const browser = await bringAnn(world)
    await openByCode(world, browser)
    const [ann] = (await world.app.accounts.list()).filter(({ userName }) => userName === 'ann')
    await insertConsent(
      world.database,
      String((await rowsOf(world.database, 'associations'))[0]!.account_id),
    )
    assert.ok(ann)
    const linked = await browser.open(`${origin(world)}/account/connections`)
    assert.match(linked.text, /Google Since .* What you have agreed to Google Name/)
    const asked = await browser.follow(linked.link('Unlink'))
    const refused = await browser.submit(asked.form('Unlink'))
    assert.deepEqual([refused.status, refused.title], [409, 'Error: Unlink Google'])
    const out = await browser.submit(linked.form('Take back'))
    assert.match(out.url, /\/login\//, 'signed out everywhere')
    assert.deepEqual(await rowsOf(world.database, 'consents'), [])
  })

  it('lead out from every one of them', async (t) => {
    const { world, browser } = await enter(t)
    for (const path of ['', '/ways', '/connections', '/devices', '/activity']) {
      const { $ } = await browser.open(`${origin(world)}/account${path}`)
      const [link] = $('nav a[href$="/session/end"]').toArray()
      assert.equal($(link).text(), 'Sign out', path)
    }
  })

  it('is told of what happened: sign-ins by what was shown, and those that stopped at the second factor', async (t) => {
    const { world, browser } = await enter(t)
    const thief = world.browser()
    const { userName, password } = localPeople.find((person) => person.userName === 'jane')!
    const first = await thief.open(`${origin(world)}/account`)
    let second = await thief.submit(first.form('Sign in'), { username: userName, password })
    while (second.forms.some(({ names }) => names.includes('code'))) {
      second = await thief.submit(second.form('Verify'), { code: '000000' })
    }
    const page = await browser.open(`${origin(world)}/account/activity`)
    assert.match(
      page.text,
      /Not let in to Your account .* Signed in to Your account by password, by a code/,
    )
  })
})

describe('nobody else gets into the account pages', () => {
  it('by another site: no form without its token, and none that another page has sent (security 26)', async (t) => {
    const { world, browser, page } = await enter(t)
    const { 'form-token': token = '' } = page.form('Save').fields
    assert.match(token, /^[\w-]{43}$/)
    const held = ['credentials', 'sessions', 'provider_models', 'audit']
    const before = await countRows(world.database, held)
    for (const path of posts) {
      const form = { ...page.form('Save'), action: `${origin(world)}/account${path}` }
      const without = await browser.submit(form, {}, { extra: { 'form-token': '' } })
      assert.equal(without.status, 403, path)
      const guessed = await browser.submit(form, {}, { extra: { 'form-token': 'x'.repeat(43) } })
      assert.equal(guessed.status, 403, path)
      const foreign = await browser.submit(form, {}, { headers: { origin: 'https://evil.test' } })
      assert.equal(foreign.status, 403, path)
    }
    assert.deepEqual(await countRows(world.database, held), before)
  })

  it('by a cookie after the session has ended, the account was locked, or with no cookie at all (security 84)', async (t) => {
    const { world, browser } = await enter(t)
    const stolen = await browser.clone()
    const signOut = await browser.open(`${origin(world)}/session/end`)
    await browser.submit(signOut.form('Yes, sign out'))
    for (const path of ['', '/ways', '/devices', '/activity', '/connections']) {
      const page = await stolen.open(`${origin(world)}/account${path}`)
      assert.match(page.url, /\/login\//, path)
    }
    const again = world.browser()
    await prove(world, again, await again.open(`${origin(world)}/account`))
    await world.app.accounts.setStatus('jane', 'locked')
    assert.match((await again.open(`${origin(world)}/account`)).url, /\/login\//)
  })

  it('in another organisation: neither cookie nor code nor address of one is good in the other (A-11)', async (t) => {
    const { world, browser } = await enter(t, { others: ['acme'] })
    const { issuer } = await world.other('acme')
    const page = await browser.open(`${issuer.href}/account`)
    assert.match(page.url, /\/o\/acme\/login\//)
    const cookies = await browser.cookies.getCookies(origin(world))
    const [own] = cookies.filter(({ key }) => key.endsWith('-default-account'))
    const forged = `${own!.key.replace('-default-', '-acme-')}=${own!.value}; Path=/`
    await browser.cookies.setCookie(forged, origin(world))
    assert.match((await browser.open(`${issuer.href}/account`)).url, /\/o\/acme\/login\//)
  })

  it('by an answer that nobody awaits: it leads to the first page and gives nothing', async (t) => {
    const { world, browser } = await enter(t)
    const stranger = world.browser()
    for (const query of ['', '?code=x&state=y', '?error=access_denied&state=y', '?code=x']) {
      const page = await stranger.open(`${origin(world)}/account/callback${query}`)
      assert.match(page.url, /\/login\//, query)
      const own = await browser.open(`${origin(world)}/account/callback${query}`)
      assert.deepEqual([own.status, own.title], [200, 'Profile'], query)
    }
  })

  it('by an answer to something else, and no way back leads elsewhere', async (t) => {
    const { world } = await enter(t)
    const browser = world.browser()
    const base = `${origin(world)}/account`
    const leave = async () => {
      await browser.open(`${base}/ways`, { redirects: 0 })
      const cookies = await browser.cookies.getCookies(base)
      const { key, value } = cookies.find(({ key }) => key.endsWith('-account-sign-in'))!
      const pending = JSON.parse(Buffer.from(value, 'base64url').toString()) as { state: string }
      return { key, pending, right: { state: pending.state, iss: origin(world) } }
    }
    const comeBack = async (query: Record<string, string>) => {
      const address = `${base}/callback?${new URLSearchParams(query)}`
      const { status, headers } = await browser.open(address, { redirects: 0 })
      return status === 303 ? headers.location : status
    }
    const error = 'access_denied'
    assert.equal(await comeBack({ ...(await leave()).right, error }), 403, 'the answer itself')
    for (const wrong of [{ state: 'another' }, { iss: 'https://evil.test' }]) {
      assert.equal(await comeBack({ ...(await leave()).right, ...wrong, error }), base)
    }
    for (const [to, expected] of [
      ['/account/ways', `${base}/ways`],
      ['@evil.test/', base],
      ['/accounts', base],
    ]) {
      const { key, pending, right } = await leave()
      const forged = Buffer.from(JSON.stringify({ ...pending, to })).toString('base64url')
      await browser.cookies.setCookie(`${key}=${forged}; Path=/`, base)
      assert.equal(await comeBack({ ...right, code: 'x' }), expected, to)
    }
  })

  it('from a cache, a frame or a script: each answer says so', async (t) => {
    const { page } = await enter(t)
    assert.equal(page.headers['cache-control'], 'no-store')
    assert.equal(page.headers['x-frame-options'], 'DENY')
    const policy = String(page.headers['content-security-policy'])
    assert.match(policy, /default-src 'none'.*form-action 'self'/)
    assert.doesNotMatch(page.body, /<script/)
  })
})

/** Every address that takes a form. */
const posts = [
  '/profile',
  '/ways/change',
  '/ways/cred_1/name',
  '/ways/cred_1/remove',
  '/connections/google/unlink',
  '/consents/google/withdraw',
  '/sessions/end',
  '/sessions/end-others',
  '/devices/forget',
]

const origin = (world: World) => world.issuer.origin

/** The policy as its file says how to change it: whoever has an account may open it, however they come. */
const open = {
  'my-account.yaml': shippedFile('my-account.yaml')
    .replace('offer: [password, webauthn]', 'offer: [password, webauthn, google, github]')
    .replace(
      'password.success: second-factor',
      'success: second-factor\n      unknown: refused\n      denied: refused\n      blocked: refused',
    ),
}

/** Signs jane in to her account's pages. */
async function enter(t: Pick<TestContext, 'after'>, options: WorldOptions = {}) {
  const world = await startWorld(t, options)
  const browser = world.browser()
  const first = await browser.open(`${origin(world)}/account`)
  return { world, browser, page: await prove(world, browser, first) }
}

/** By her password and her app, where the flow asks for them. */
async function prove(world: World, browser: Browser, first: Page): Promise<Page> {
  const { userName, password } = localPeople.find((person) => person.userName === 'jane')!
  const second = await browser.submit(first.form('Sign in'), { username: userName, password })
  const form = second.forms.find(({ fields }) => fields.action === 'totp')!
  const page = await browser.submit(form, { code: codeOf('jane', world) })
  passTime(world)
  return page
}

function passTime(world: World): void {
  world.clock.aheadMs += 31_000
}

/** Ann signs in to Thrift by Google for the first time, and adds an app. */
async function bringAnn(world: World): Promise<Browser> {
  const browser = world.browser()
  const choice = await browser.open(
    `${origin(world)}/auth?${new URLSearchParams({ ...(await world.thrift.parameters()) })}`,
  )
  const away = await browser.submit(choice.form('Continue with Google'))
  const enrol = await signInAtGoogle('Ann Example')(away, browser)
  const secret = /\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/.exec(enrol.body)![0].replaceAll(' ', '')
  const codes = await browser.submit(enrol.form('Verify and save'), {
    code: codeFor(secret, world),
  })
  await browser.submit(codes.form('Not now'))
  passTime(world)
  annsSecret.set(world, secret)
  return browser
}

const annsSecret = new WeakMap<World, string>()

/** By the session that there is, and a code. */
async function openByCode(world: World, browser: Browser): Promise<Page> {
  const second = await browser.open(`${origin(world)}/account`)
  const code = codeFor(annsSecret.get(world)!, world)
  const page = await browser.submit(second.form('Verify'), { code })
  passTime(world)
  return page
}

/** Where a factor of this name is managed. */
function pathOf(ways: Page, name: string): string {
  const item = ways
    .$('li')
    .toArray()
    .map((each) => ways.$(each))
    .find((each) => each.text().includes(name))
  return new URL(item!.find('a').attr('href')!).pathname
}

/** One of several buttons of one form. */
async function press(browser: Browser, page: Page, text: string): Promise<Page> {
  const form = page.form(text)
  const button = form.buttons.find((each) => each.text === text)
  return browser.submit({ ...form, button })
}

async function credentialKinds(world: World): Promise<readonly unknown[]> {
  return (await rowsOf(world.database, 'credentials')).map(({ kind }) => kind)
}

/** A session of somebody who is not jane. */
async function insertSession(world: World) {
  const credentials = await rowsOf(world.database, 'credentials')
  const [jane] = (await rowsOf(world.database, 'accounts')).filter(
    ({ user_name }) => user_name === 'jane',
  )
  const account = credentials.find(({ account_id }) => account_id !== jane!.id)!.account_id
  return insert(world, 'sessions', {
    ...{ organisation: 'default', uid: 'uid_other', jti: 'jti_other', account_id: account },
    ...{ browser_hash: 'other', revision: 0, payload: '{}', proofs: '[]' },
    ...{ created_ms: Date.now(), expires_at: Math.floor(Date.now() / 1000) + 3600 },
  })
}

/** A browser that jane has had remembered on the way to Thrift. */
async function insertDevice(world: World) {
  const [jane] = (await rowsOf(world.database, 'accounts')).filter(
    ({ user_name }) => user_name === 'jane',
  )
  const now = Date.now() + world.clock.aheadMs
  return insert(world, 'devices', {
    ...{
      organisation: 'default',
      account_id: jane!.id,
      application: 'thrift',
      secret_hash: 'hash',
    },
    ...{ created_ms: now, used_ms: now, expires_ms: now + 86_400_000 },
  })
}

async function insert(world: World, table: string, row: Record<string, unknown>) {
  const db = openDatabase({ url: world.database, durability: 'normal' })
  try {
    await db(table).insert(row)
    return [row]
  } finally {
    await db.destroy()
  }
}
