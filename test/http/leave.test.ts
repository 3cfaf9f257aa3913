import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { LoginView, Submission } from '../../src/engine/view.ts'
import { serverOptions } from '../../src/http/limits.ts'
import { Browser } from '../support/browser.ts'
import { type Behaviour, form, password, secret, totp, viewOf, worldOf } from './world.ts'

const upstream = 'https://accounts.example/authorize?state=s1&x=a"b'

describe('leaving a page by its form', () => {
  for (const status of ['awaiting_upstream', 'complete'] as const) {
    it(`goes on by a page of its own when it is ${status}, since Chromium holds redirects to form-action`, async () => {
      const { send } = worldOf({ act: () => viewOf({ status, redirect: upstream }) })
      const sent = form({ seq: '1', action: 'google' }, { 'sec-fetch-mode': 'navigate' })
      const { statusCode, headers, body } = await send('/login/lg_1', sent)
      assert.deepEqual([statusCode, headers.location], [200, undefined])
      assert.match(
        body,
        /<meta http-equiv="refresh" content="0; url=https:\/\/accounts.example\/authorize\?state=s1&#38;x=a%22b">/,
      )
      assert.match(body, /<a class="button" href="https:\/\/accounts.example/)
      assert.match(String(headers['content-security-policy']), /form-action 'self'$/)
    })

    it(`is a plain 303 for a program when it is ${status}`, async () => {
      const { send } = worldOf({ act: () => viewOf({ status, redirect: upstream }) })
      const { statusCode, headers } = await send(
        '/login/lg_1',
        form({ seq: '1', action: 'google' }),
      )
      assert.deepEqual([statusCode, headers.location], [303, new URL(upstream).href])
    })
  }

  it('is the same for a fresh start of a login that was too late', async () => {
    const { send } = worldOf()
    const address = 'http://127.0.0.1:4000/auth?request_uri=urn%3Afresh'
    const plain = await send('/login/lg_1/restart', form({ x: '' }))
    assert.deepEqual([plain.statusCode, plain.headers.location], [303, address])
    const page = await send(
      '/login/lg_1/restart',
      form({ x: '' }, { 'sec-fetch-mode': 'navigate' }),
    )
    assert.ok(page.body.includes(`content="0; url=${address}"`))
  })

  it('is 303 after every credential, never 307 (security 34)', async () => {
    const { send, submissions } = worldOf()
    const fields = { seq: '1', action: 'password', username: 'jane', password: 'pw' }
    const { statusCode, headers, body } = await send(
      '/login/lg_1',
      form(fields, { 'sec-fetch-mode': 'navigate' }),
    )
    assert.deepEqual(
      [statusCode, headers.location, body],
      [303, 'http://127.0.0.1:4000/login/lg_1', ''],
    )
    const [{ deviceSecret: _fresh, ...submission }, ...more] = submissions as [
      Submission,
      ...Submission[],
    ]
    assert.deepEqual(submission, {
      id: 'lg_1',
      browserSecret: secret,
      seq: '1',
      action: 'password',
      input: { username: 'jane', password: 'pw' },
      idempotencyKey: undefined,
      presented: {},
      source: '127.0.0.1',
    })
    assert.equal(more.length, 0)
  })

  it('never leads to an address that is not of the web (security 30)', async () => {
    for (const redirect of ['javascript:alert(1)', 'data:text/html,x', '//evil.test']) {
      const { send } = worldOf({ act: () => viewOf({ status: 'complete', redirect }) })
      for (const headers of [{}, { 'sec-fetch-mode': 'navigate' }]) {
        const { statusCode, body } = await send(
          '/login/lg_1',
          form({ seq: '1', action: 'a' }, headers),
        )
        assert.equal(statusCode, 500)
        assert.doesNotMatch(body, /javascript:|evil/)
      }
    }
  })

  it('does not trap the Back button: a finished login shows a link, and goes nowhere by itself (security 9)', async () => {
    const { send } = worldOf({ view: () => viewOf({ status: 'complete', redirect: upstream }) })
    const { statusCode, body } = await send('/login/lg_1')
    assert.equal(statusCode, 200)
    assert.doesNotMatch(body, /http-equiv="refresh"|<form/)
    assert.match(body, />Continue to Thrift<\/a>/)
  })

  it('does not trap who comes back from an upstream: every way is still there (security 10)', async () => {
    const { send } = worldOf({
      view: () => viewOf({ status: 'awaiting_upstream', redirect: upstream }),
    })
    const { body } = await send('/login/lg_1')
    assert.doesNotMatch(body, /http-equiv="refresh"/)
    assert.match(body, /are back before an answer came/)
    assert.match(body, /name="username"/)
  })
})

describe('a browser without script', () => {
  const world: { server?: Server; origin: string; elsewhere?: Server; away: string } = {
    origin: '',
    away: '',
  }
  before(async () => {
    world.elsewhere = createServer((_, response) => response.end('<title>elsewhere</title>'))
    world.away = await listen(world.elsewhere)
    world.server = createServer(serverOptions())
    world.origin = await listen(world.server)
    const listener = worldOf({
      ...oneLogin(`${world.away}/authorize`),
      settings: { issuer: new URL(world.origin) },
      provider: (ctx) => ctx.redirect(`${world.away}/application?code=c`),
    }).app.callback()
    world.server.on('request', listener)
  })
  after(() => {
    for (const server of [world.server, world.elsewhere]) {
      server?.close()
      server?.closeAllConnections()
    }
  })

  /** A password that is right the second time, then a code, then the provider. */
  function oneLogin(upstreamUrl: string): Behaviour {
    const logins = new Map<string, Partial<LoginView>>()
    const error = { level: 'error', option: 'password', attemptsLeft: 4 } as const
    return {
      view: (id) => viewOf({ id, ...logins.get(id) }),
      act: ({ id, action, input }) => {
        let now: Partial<LoginView>
        if (action === 'google') now = { status: 'awaiting_upstream', redirect: upstreamUrl }
        else if (action === 'totp')
          now = { status: 'complete', redirect: `${world.origin}/auth/uid` }
        else if (input.password === 'right') now = { options: [totp] }
        else now = { options: [password], messages: [{ ...error, code: 'password.invalid' }] }
        logins.set(id, now)
        return viewOf({ id, ...now })
      },
    }
  }

  it('signs in through two steps and arrives at the application', async () => {
    const browser = await browserAt(world.origin)
    try {
      const start = await browser.open(`${world.origin}/login/lg_1`)
      const wrong = await browser.submit(start.form('Sign in'), { username: 'jane', password: 'x' })
      assert.match(wrong.text, /That is not right/)
      assert.deepEqual(
        wrong.hops.map(({ status }) => status),
        [303, 200],
      )
      const code = await browser.submit(wrong.form('Sign in'), {
        username: 'jane',
        password: 'right',
      })
      const end = await browser.submit(code.form('Verify'), { code: '123456' })
      assert.equal(end.url, `${world.away}/application?code=c`)
      assert.equal(end.title, 'elsewhere')
    } finally {
      browser.close()
    }
  })

  it('leaves for an upstream whose address no policy names', async () => {
    const browser = await browserAt(world.origin)
    try {
      const start = await browser.open(`${world.origin}/login/lg_2`)
      const away = await browser.submit(start.form('Continue with Google'))
      assert.equal(away.url, `${world.away}/authorize`)
    } finally {
      browser.close()
    }
  })
})

async function browserAt(origin: string): Promise<Browser> {
  const browser = new Browser()
  const name = `sallyport-${new URL(origin).port}-default-browser`
  await browser.cookies.setCookie(`${name}=${secret}; Path=/; HttpOnly; SameSite=Lax`, origin)
  return browser
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
