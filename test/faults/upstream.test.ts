import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { startLyingUpstream } from '../steps/lying-upstream.ts'
import { Browser, type Page } from '../support/browser.ts'
import { startWorld } from '../support/world.ts'
import { finishSteps, isBug, jane, told } from './acts.ts'
import { count, openBeside } from './rows.ts'

const message = 'This way is not working just now.'

describe('an upstream that hangs', () => {
  it('while the person comes back: holds nobody else up, and then costs nothing (security 60, security 61)', async (t) => {
    const { world, upstream, goAway, spent, arrive } = await start(t)
    const hanging = hang(upstream.lies, '/token')
    const person = await goAway()
    const coming = arrive(person)
    await hanging.asked

    // Others sign in meanwhile, and this browser is told where it stands.
    const other = world.browser()
    const end = await other.open(await finishSteps(other, world.thrift, world))
    assert.ok(told(end.url).code)
    const beside = await person.browser.submit(person.page.form('Sign in'), jane)
    assert.equal(beside.status, 409)

    hanging.letGo()
    const page = await coming
    assert.match(page.text, new RegExp(message))
    assert.equal(await spent(), 0)
    page.form('Sign in')
    assert.ok(world.reports.length > 0, 'the operator is told')
  })

  it('while the person leaves for it: holds nobody else up, and then costs nothing (security 61)', async (t) => {
    const { world, upstream, spent } = await start(t)
    const hanging = hang(upstream.lies, '/.well-known/openid-configuration')
    const browser = world.browser()
    const page = await browser.open(await world.thrift.authorize())
    const leaving = browser.submit(page.form('Continue with Google'))
    await hanging.asked
    const other = world.browser()
    const end = await other.open(await finishSteps(other, world.thrift, world))
    assert.ok(told(end.url).code)

    hanging.letGo()
    const stays = await leaving
    assert.match(stays.text, new RegExp(message))
    assert.equal(await spent(), 0)
    const second = await browser.submit(stays.form('Sign in'), jane)
    second.form('Verify')
  })
})

describe('an upstream that lies', () => {
  it('gives back no attempt that was spent on something else (I-09)', async (t) => {
    const { upstream, goAway, spent, arrive } = await start(t)
    const person = await goAway(async (browser, page) =>
      browser.submit(page.form('Sign in'), { ...jane, password: 'wrong' }),
    )
    assert.equal(await spent(), 1)
    upstream.lies = { otherKey: true }
    await arrive(person)
    assert.equal(await spent(), 1)
  })

  const lies = {
    'signs with another key': { otherKey: true },
    'answers for another application': { claims: { aud: 'somebody-else' } },
    'answers another question': { claims: { nonce: 'another' } },
    'answers for another provider': { claims: { iss: 'https://evil.test' } },
    'has an answer of long ago': { claims: { iat: 1, exp: 2 } },
    'gives no token': { token: { id_token: undefined } },
    'names nobody': { claims: { sub: undefined } },
  }
  for (const [name, lie] of Object.entries(lies)) {
    it(`${name}: nobody is anybody, nothing is spent, the other ways are open (security 60)`, async (t) => {
      const { world, db, upstream, goAway, spent, arrive } = await start(t)
      const accounts = await count(db, 'accounts')
      const person = await goAway()
      upstream.lies = lie
      const page = await arrive(person)
      assert.match(page.text, new RegExp(message))
      assert.equal(await spent(), 0)
      assert.equal(await count(db, 'accounts'), accounts)
      const second = await person.browser.submit(page.form('Sign in'), jane)
      second.form('Verify')
      for (const { status } of page.hops) assert.ok(status < 500, String(status))
      assert.ok(world.reports.filter(isBug).length > 0, 'the operator is told')
    })
  }
})

describe('a callback', () => {
  it('that comes ten times at once is taken once (I-15, I-22, I-39)', async (t) => {
    const { db, upstream, goAway } = await start(t)
    const accounts = await count(db, 'accounts')
    const { browser, callback } = await goAway()
    const answers = await browser.sendTogether(
      Array.from({ length: 10 }, () => ({ url: callback })),
    )
    assert.equal(answers.filter(({ status }) => status === 303).length, 1)
    for (const { status } of answers) assert.ok(status < 500, String(status))
    assert.equal(upstream.asked.filter((path) => path === '/token').length, 1)
    assert.equal(await count(db, 'accounts'), accounts + 1)
    assert.equal(await count(db, 'associations'), 1)
  })
})

async function start(t: TestContext) {
  const upstream = await startLyingUpstream(Date.now)
  t.after(() => upstream.close())
  const world = await startWorld(t, { env: { GOOGLE_ISSUER: upstream.url } })
  const db = openBeside(t, world.database)
  return {
    world,
    db,
    upstream,
    async spent() {
      const row = await db('logins').select('spent').orderBy('created_ms').first()
      return JSON.parse(row.spent)['sign-in'] ?? 0
    },
    /** As far as the upstream, which says yes at once. */
    async goAway(before = async (_browser: Browser, page: Page) => page) {
      const browser = world.browser()
      const page = await before(browser, await browser.open(await world.thrift.authorize()))
      const stopping = new Browser({ stopAt: [upstream.url] }, browser.cookies)
      const away = new URL((await stopping.submit(page.form('Continue with Google'))).url)
      stopping.close()
      const asked = (name: string) => away.searchParams.get(name) ?? ''
      upstream.nonce = asked('nonce')
      const callback = new URL(asked('redirect_uri'))
      callback.search = String(
        new URLSearchParams({ code: 'code-1', state: asked('state'), iss: upstream.url }),
      )
      return { browser, page, callback: callback.href }
    },
    arrive({ browser, callback }: { browser: Browser; callback: string }) {
      return browser.open(callback)
    },
  }
}

/** Has a path hang until it is let go, and then break. */
function hang(lies: { answers?: Readonly<Record<string, unknown>> }, path: string) {
  const held: ServerResponse[] = []
  let tell: () => void
  const asked = new Promise<void>((resolve) => {
    tell = resolve
  })
  lies.answers = {
    [path]: (_request: unknown, response: ServerResponse) => {
      held.push(response)
      tell()
    },
  }
  return {
    asked,
    letGo() {
      for (const response of held) response.destroy()
    },
  }
}
