import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { browserBinding } from '../../src/http/cookies.ts'
import { form, issuer, json, secret, worldOf } from './world.ts'

const secure = new URL('https://login.example')

describe('browser secret', () => {
  async function ensured(issuerUrl: URL, cookieHeader = '') {
    const settings = { issuer: issuerUrl, organisation: 'default' }
    const binding = browserBinding(settings)
    const { send } = worldOf({
      settings,
      provider: (ctx) => {
        ctx.body = [binding.ensureBrowserSecret(ctx), binding.ensureBrowserSecret(ctx)]
      },
    })
    const { headers, body } = await send('/auth', {
      headers: { host: issuerUrl.host, cookie: cookieHeader },
    })
    return { cookies: [headers['set-cookie'] ?? []].flat() as string[], secrets: JSON.parse(body) }
  }

  it('is 256 bits in a cookie that no script and no other site gets', async () => {
    const { cookies, secrets } = await ensured(secure)
    assert.equal(cookies.length, 1)
    assert.deepEqual(cookies[0]!.split('; '), [
      `__Host-sallyport-default-browser=${secrets[0]}`,
      'Path=/',
      'HttpOnly',
      'SameSite=Lax',
      'Secure',
    ])
    assert.equal(Buffer.from(secrets[0], 'base64url').length, 32)
    assert.equal(secrets[1], secrets[0])
  })

  it('has a name with port and organisation on plain http, where neither parts cookies', async () => {
    const { cookies } = await ensured(new URL(issuer))
    assert.match(
      cookies[0]!,
      /^sallyport-4000-default-browser=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/,
    )
  })

  it('stays the same for as long as the browser keeps it', async () => {
    const name = '__Host-sallyport-default-browser'
    const { cookies, secrets } = await ensured(secure, `a=b; ${name}=${secret}; c=d`)
    assert.deepEqual([cookies, secrets[0]], [[], secret])
  })

  const name = 'sallyport-4000-default-browser'
  const garbage = [
    '',
    'x',
    secret.slice(1),
    `${secret}x`,
    `"${secret}"`,
    `${secret.slice(1)}ä`,
    'x'.repeat(8000),
  ]
  for (const value of [
    ...garbage.map((g) => `${name}=${g}`),
    `${name}=${secret}; ${name}=${secret}`,
  ]) {
    it(`counts as absent when it is ${JSON.stringify(value.slice(name.length, name.length + 60))} (security 32)`, async () => {
      const { send, reports } = worldOf()
      const { statusCode } = await send('/login/lg_1', { headers: { cookie: value } })
      assert.equal(statusCode, 403)
      assert.equal(reports[0]!.supportId, undefined)
    })
  }

  it('of another organisation or server is not this one', async () => {
    const { send } = worldOf()
    for (const other of ['sallyport-4001-default-browser', 'sallyport-4000-other-browser']) {
      const { statusCode } = await send('/login/lg_1', {
        headers: { cookie: `${other}=${secret}` },
      })
      assert.equal(statusCode, 403)
    }
  })
})

describe('a POST', () => {
  const foreign: readonly Record<string, string>[] = [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:4001' },
    { origin: 'https://127.0.0.1:4000' },
    { origin: `${issuer}.evil.test` },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
    { origin: '', 'sec-fetch-site': 'cross-site' },
    { origin: '', 'sec-fetch-site': 'same-site' },
  ]
  const targets = [
    '/login/lg_1',
    '/login/lg_1/restart',
    '/flow-api/logins',
    '/flow-api/logins/lg_1/actions/totp',
    '/flow-api/logins/lg_1/restart',
  ]
  for (const headers of foreign) {
    it(`from elsewhere is refused: ${JSON.stringify(headers)} (security 24)`, async () => {
      const { send, submissions } = worldOf()
      for (const url of targets) {
        const sent = url.startsWith('/login')
          ? form({ seq: '1', action: 'totp' })
          : json({ seq: '1' })
        const { statusCode, body } = await send(url, {
          ...sent,
          headers: { ...sent.headers, ...headers },
        })
        assert.equal(statusCode, 403, url)
        assert.match(body, /CROSS_SITE/)
      }
      assert.equal(submissions.length, 0)
    })
  }

  it('of a page that does not say where it comes from is refused', async () => {
    const { send } = worldOf()
    assert.equal(
      (await send('/login/lg_1', form({ seq: '1', action: 'a' }, { origin: '' }))).statusCode,
      403,
    )
  })

  it('of a page is taken on the word of Sec-Fetch-Site when there is no Origin', async () => {
    const { send } = worldOf()
    for (const site of ['same-origin', 'none']) {
      const sent = form({ seq: '1', action: 'a' }, { origin: '', 'sec-fetch-site': site })
      assert.equal((await send('/login/lg_1', sent)).statusCode, 303)
    }
  })

  it('to the API needs neither from a program, and the right one from a browser', async () => {
    const { send } = worldOf()
    const url = '/flow-api/logins/lg_1/actions/totp'
    assert.equal((await send(url, json({ seq: '1' }))).statusCode, 200)
    const sameOrigin = { origin: issuer, 'sec-fetch-site': 'same-origin' }
    assert.equal((await send(url, json({ seq: '1' }, sameOrigin))).statusCode, 200)
  })
})
