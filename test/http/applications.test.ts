/** What somebody can try who stands between an application and us: security.md, group C. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inject } from 'light-my-request'
import * as client from 'openid-client'
import { openApp } from '../../src/app.ts'
import { Secret } from '../../src/kit/secret.ts'
import { loadFlows } from '../../src/language/load.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { answerAt, assertError, passwordOf, signIn, start } from '../flows/people.ts'
import { rowsOf } from '../support/rows.ts'
import { type Visitor, visitorOf } from '../support/visitor.ts'
import { cheapHash, filesWith, type World } from '../support/world.ts'

const callback = 'http://localhost:3001/callback'

/** Each differs from what is registered by what somebody might hope is overlooked. */
const almost = [
  ...['/', '//', '/x', '/../callback', '/%2e%2e/callback', '%2F', '?', '?a=b', '#', '#x', '&a=b'],
  ...['%00', '%0d%0a', ' ', '\\', ';x', '.', '@evil.test', '/.', '/./', '%23', '%3F', '\t'],
].map((end) => `${callback}${end}`)
const elsewhere = [
  'http://localhost:3001/Callback',
  'http://LOCALHOST:3001/callback',
  'http://localhost/callback',
  'http://localhost:3002/callback',
  'http://127.0.0.1:3001/callback',
  'http://[::1]:3001/callback',
  'https://localhost:3001/callback',
  'http://localhost:3001/',
  'http://localhost:3001',
  'http://localhost:3001/vault/callback',
  'http://localhost:3001@evil.test/callback',
  'http://evil.test/http://localhost:3001/callback',
  'http://evil.test#http://localhost:3001/callback',
  'http://evil.test?http://localhost:3001/callback',
  'http://evil.test\\@localhost:3001/callback',
  'http://localhost:3001.evil.test/callback',
  'http://localhost.evil.test:3001/callback',
  'http://user@localhost:3001/callback',
  'http://user:pass@localhost:3001/callback',
  'http://löcalhost:3001/callback',
  'http://xn--lcalhost-n4a:3001/callback',
  '//localhost:3001/callback',
  '///localhost:3001/callback',
  '/callback',
  'callback',
  '.',
  '*',
  '',
  'javascript:alert(1)',
  'data:text/html,x',
  'urn:ietf:wg:oauth:2.0:oob',
  'com.example:/callback',
  'http:localhost:3001/callback',
  'HTTP://localhost:3001/callback',
  ' http://localhost:3001/callback',
  'http://localhost:3001/callbac',
  'http://localhost:3001/callback/callback',
  `${callback} ${callback}`,
]

describe('an application', () => {
  it('security 36: is answered at the address that it registered, letter for letter, and nowhere else', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const all = [...almost, ...elsewhere]
    assert.ok(all.length >= 60, String(all.length))
    for (const redirect_uri of all) {
      const asked = await world.thrift.parameters({ redirect_uri })
      const address = `${world.issuer.origin}/auth?${new URLSearchParams(asked)}`
      const answer = await visitor.browser.send(address)
      assert.equal(answer.status, 400, `"${redirect_uri}"`)
      assert.equal(answer.headers.location, undefined, redirect_uri)
    }
    assert.deepEqual(await rowsOf(world.database, 'logins'), [])
  })

  it('security 39: gets no code without PKCE by SHA-256, and no token without the verifier', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const asked = await world.thrift.parameters({ state: 's' })
    const { code_challenge: _, code_challenge_method: __, ...without } = asked
    assertError(await visitor.begin(without), 'invalid_request', 's')
    const { code_challenge_method: ___, ...byDefault } = asked
    assertError(await visitor.begin(byDefault), 'invalid_request', 's')
    const plain = { ...asked, code_challenge_method: 'plain' }
    assertError(await visitor.begin(plain), 'invalid_request', 's')

    for (const code_verifier of [undefined, '', 'x'.repeat(43)]) {
      const fresh = visitorOf(world, 'pages')
      const { code } = answerAt(await signIn(world, fresh))
      const answer = await exchange(world, fresh, { code, code_verifier })
      assert.equal(answer.status, 400, String(code_verifier))
      assert.match(answer.body, /invalid_grant|invalid_request/)
    }
  })

  it('security 42: an interaction is finished by the browser that it began in, for its application', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const end = await visitor.begin(await world.thrift.parameters())
    const [login] = await rowsOf(world.database, 'logins')
    const address = `${world.issuer.origin}/auth/${login?.interaction_uid}`
    const eve = visitorOf(world, 'pages')
    await signIn(world, eve, 'jane', world.vault)
    for (const browser of [world.browser(), eve.browser]) {
      const answer = await browser.send(address)
      assert.equal(answer.status, 403)
      assert.equal(answer.headers.location, undefined)
    }
    const own = await visitor.browser.send(address)
    assert.match(String(own.headers.location), new RegExp(`/login/${end.loginId}$`))
  })

  it('security 45: is who it says by its own secret, and by nothing else', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const { code } = answerAt(await signIn(world, visitor))
    const basic = (user: string, pass: string) => ({
      authorization: `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`,
    })
    const ways: [string, Record<string, string>, Record<string, string>][] = [
      ['no secret', {}, { client_id: 'thrift' }],
      ['an empty secret', basic('thrift', ''), {}],
      ['an empty secret in the body', {}, { client_id: 'thrift', client_secret: '' }],
      ['a wrong secret', basic('thrift', 'thrift-secreT'), {}],
      ['the secret of another', basic('thrift', 'vault-secret'), {}],
      ['nobody', basic('nobody', 'thrift-secret'), {}],
      ['two at once', basic('thrift', 'thrift-secret'), { client_id: 'vault' }],
    ]
    for (const [name, headers, more] of ways) {
      const answer = await exchange(world, visitor, { code, ...more }, headers)
      assert.ok([400, 401].includes(answer.status), `${name}: ${answer.status}`)
      assert.match(answer.body, /invalid_client|invalid_request/, name)
    }
  })

  it('security 47: its ID token says what the login has proven, and nothing that it has not', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const { claims } = await world.thrift.redeem((await signIn(world, visitor)).url)
    const [login] = await rowsOf(world.database, 'logins')
    const events = await rowsOf(world.database, 'login_events')
    const proven = events
      .filter(({ login_id, option_id }) => login_id === login?.id && option_id !== 'assign')
      .filter(({ outcome }) => outcome === 'success')
    assert.deepEqual(
      proven.map(({ option_id }) => option_id),
      ['password', 'totp'],
    )
    assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])
    assert.equal(claims.acr, 'urn:sallyport:acr:2')
    const last = Math.max(...proven.map(({ at_ms }) => Number(at_ms)))
    assert.equal(claims.auth_time, Math.floor(last / 1000))
    const jane = (await world.app.accounts.list()).find(({ userName }) => userName === 'jane')
    assert.deepEqual([claims.sub, claims.aud], [jane?.id, 'thrift'])
  })
})

/** At the token endpoint, as thrift unless said otherwise. */
async function exchange(
  world: World,
  { browser }: Visitor,
  more: Readonly<Record<string, string | undefined>>,
  headers?: Readonly<Record<string, string>>,
) {
  const own = `Basic ${Buffer.from('thrift:thrift-secret').toString('base64')}`
  const given = Object.entries({
    grant_type: 'authorization_code',
    redirect_uri: callback,
    code_verifier: client.randomPKCECodeVerifier(),
    ...more,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return browser.send(`${world.issuer.origin}/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(headers ?? { authorization: own }),
    },
    body: new URLSearchParams(given).toString(),
  })
}

const password = `flow: thrift
title: A password will do
applications: [thrift]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: done, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

describe('cookies under https', () => {
  it('security 22: are for this host alone: a sibling can set none that counts', async (t) => {
    const { send, close } = await underHttps()
    t.after(close)
    const challenge = await client.calculatePKCECodeChallenge('v'.repeat(43))
    const asked = new URLSearchParams({
      client_id: 'thrift',
      redirect_uri: callback,
      response_type: 'code',
      scope: 'openid',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const begun = await send(`/auth?${asked}`)
    const page = await send(String(begun.headers.location))
    const seq = /name="seq" value="([^"]+)"/.exec(page.body)?.[1]
    assert.ok(seq, page.body)
    const form = { seq, action: 'password', username: 'jane', password: passwordOf('jane') }
    const proven = await send(String(begun.headers.location), form)
    assert.match(String(proven.headers.location), /code=/)

    const set = [begun, page, proven].flatMap(({ headers }) => headers['set-cookie'] ?? [])
    const kept = set.filter((cookie) => !/expires=Thu, 01 Jan 1970/i.test(cookie))
    const names = kept.map((cookie) => cookie.split('=')[0]!)
    for (const what of ['browser', 'session']) {
      assert.ok(names.includes(`__Host-sallyport-default-${what}`), names.join())
    }
    for (const cookie of kept) {
      assert.match(cookie, /^__(?:Host|Secure)-/)
      assert.match(cookie, /; ?secure/i)
      assert.match(cookie, /; ?httponly/i)
      assert.match(cookie, /; ?samesite=lax/i)
      assert.doesNotMatch(cookie, /; ?domain=/i)
      if (cookie.startsWith('__Host-')) assert.match(cookie, /; ?path=\/(?:;|$)/i)
    }
  })
})

/** A server whose issuer is https, asked without a socket, with the cookies that it has set. */
async function underHttps() {
  const issuer = new URL('https://login.test')
  const steps = listStepTypes({ issuer, hashCost: cheapHash })
  const env = Object.fromEntries(
    ['THRIFT', 'VAULT', 'GOOGLE', 'GITHUB'].flatMap((name) => [
      [`${name}_CLIENT_SECRET`, 'secret'],
      [`${name}_CLIENT_ID`, 'id'],
    ]),
  )
  const { organisation, problems } = loadFlows(filesWith({ 'thrift.yaml': password }), steps, env)
  assert.ok(organisation, JSON.stringify(problems))
  const app = await openApp({
    issuer,
    database: 'sqlite::memory:',
    durability: 'normal',
    secret: new Secret(new Uint8Array(32).fill(5)),
    organisation,
    steps,
    now: Date.now,
    report: () => {},
  })
  const secret = await hashPassword(passwordOf('jane'), cheapHash)
  const credentials = [{ kind: 'password', secret }]
  await app.accounts.add({ userName: 'jane', claims: {}, groups: [], credentials }, Date.now())
  const [listener] = app.server.listeners('request') as Parameters<typeof inject>[0][]
  const jar = new Map<string, string>()

  async function send(address: string, form?: Readonly<Record<string, string>>) {
    const { pathname, search } = new URL(address, issuer)
    const answer = await inject(listener!, {
      method: form ? 'POST' : 'GET',
      url: pathname + search,
      headers: {
        host: issuer.host,
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form && {
          origin: issuer.origin,
          'content-type': 'application/x-www-form-urlencoded',
        }),
      },
      ...(form && { payload: new URLSearchParams(form).toString() }),
    })
    for (const cookie of [answer.headers['set-cookie'] ?? []].flat()) {
      const [name, value] = cookie.split(';')[0]!.split('=') as [string, string]
      jar.set(name, value)
    }
    return answer
  }
  return { send, close: () => app.close() }
}
