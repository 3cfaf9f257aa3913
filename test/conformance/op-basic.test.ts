/**
 * The modules of the OpenID Foundation's plan for Basic OpenID Providers, by their own names. What each
 * looks at is what the suite says that it looks at; `op.md` says which plan has it.
 */
import assert from 'node:assert/strict'
import type { JsonWebKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import * as client from 'openid-client'
import { passwordOf } from '../flows/people.ts'
import type { Parameters, RelyingParty } from '../support/relying-party.ts'
import { type Op, startOp, told } from './op.ts'

const later = (op: Op, seconds: number) => {
  op.world.clock.aheadMs += seconds * 1000
}

/** The whole way: a code, its tokens, a valid ID token, the user info. */
async function succeeds(op: Op, more: Parameters = {}, by: RelyingParty = op.first) {
  const redeemed = await by.redeem(await op.signIn(more, by))
  assert.match(redeemed.claims.sub, /^acc_/)
  assert.equal(redeemed.claims.iss, op.issuer)
  assert.deepEqual(op.world.reports, [])
  return redeemed
}

/** An authorization request that goes nowhere: a page of ours says why, and the application is told nothing. */
async function refusedHere(op: Op, parameters: Readonly<Record<string, string>>, says: RegExp) {
  const page = await op.browser.open(`${op.issuer}/auth?${new URLSearchParams(parameters)}`)
  assert.equal(page.left, false, page.url)
  assert.equal(page.status, 400)
  assert.match(page.text, says)
}

describe('oidcc-basic-certification-test-plan', () => {
  it('oidcc-server', async (t) => {
    const op = await startOp(t)
    const { claims, tokens, userinfo } = await succeeds(op)
    assert.equal(tokens.token_type, 'bearer')
    assert.ok(Number(tokens.expires_in) > 0)
    assert.equal(claims.aud, 'thrift')
    assert.ok(Math.abs(claims.iat - Date.now() / 1000) < 60 && claims.exp > claims.iat)
    assert.equal(userinfo.sub, claims.sub)
  })

  it('oidcc-response-type-missing', async (t) => {
    const op = await startOp(t)
    const { response_type: _, ...rest } = await op.first.parameters({ state: 's' })
    const page = await op.browser.open(`${op.issuer}/auth?${new URLSearchParams(rest)}`)
    const { error, state } = told(page.url)
    assert.deepEqual([error, state], ['invalid_request', 's'])
  })

  it('oidcc-idtoken-signature', async (t) => {
    const op = await startOp(t)
    const { tokens } = await succeeds(op)
    const [header] = tokens.id_token!.split('.')
    const { alg, kid } = JSON.parse(Buffer.from(header!, 'base64url').toString())
    assert.equal(alg, 'RS256')
    const jwks = (await op.browser.send(`${op.issuer}/jwks`)).json<{ keys: Key[] }>()
    const key = jwks.keys.find((each) => each.kid === kid)
    assert.ok(key, 'the key that has signed is published')
    assert.equal(await verifies(tokens.id_token!, key), true)
  })

  it('oidcc-userinfo-get', async (t) => {
    const op = await startOp(t)
    const { tokens, claims } = await succeeds(op)
    const answer = await op.browser.send(`${op.issuer}/me`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.json<{ sub: string }>().sub, claims.sub)
  })

  it('oidcc-userinfo-post-header', async (t) => {
    const op = await startOp(t)
    const { tokens, claims } = await succeeds(op)
    const answer = await op.browser.send(`${op.issuer}/me`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.json<{ sub: string }>().sub, claims.sub)
  })

  it('oidcc-userinfo-post-body', async (t) => {
    const op = await startOp(t)
    const { tokens, claims } = await succeeds(op)
    const answer = await op.browser.send(`${op.issuer}/me`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ access_token: tokens.access_token }).toString(),
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.json<{ sub: string }>().sub, claims.sub)
  })

  it('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async (t) => {
    const op = await startOp(t)
    const verifier = client.randomPKCECodeVerifier()
    const { nonce: _, ...parameters } = await op.first.parameters({
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
    })
    const page = await op.browser.open(`${op.issuer}/auth?${new URLSearchParams(parameters)}`)
    const end = await op.browser.submit(page.form('Sign in'), jane)
    const tokens = await client.authorizationCodeGrant(op.first.configuration, new URL(end.url), {
      pkceCodeVerifier: verifier,
      expectedState: parameters.state!,
      idTokenExpected: true,
    })
    assert.equal(tokens.claims()!.nonce, undefined)
  })

  it('oidcc-scope-profile', async (t) => {
    const op = await startOp(t)
    const { userinfo } = await succeeds(op, { scope: 'openid profile' })
    assert.equal(userinfo.name, 'Jane Doe')
    assert.equal(userinfo.preferred_username, 'jane')
    assert.equal('email' in userinfo, false)
  })

  it('oidcc-scope-email', async (t) => {
    const op = await startOp(t)
    const { userinfo, claims } = await succeeds(op, { scope: 'openid email' })
    assert.equal(userinfo.email, 'jane@acme.test')
    assert.equal(userinfo.email_verified, true)
    assert.equal('email' in claims, false, 'with the user info, not in the ID token')
  })

  for (const scope of ['address', 'phone']) {
    it(`oidcc-scope-${scope}`, async (t) => {
      const op = await startOp(t)
      const { userinfo } = await succeeds(op, { scope: `openid ${scope}` })
      assert.deepEqual(Object.keys(userinfo), ['sub'], 'no account of ours has any')
    })
  }

  it('oidcc-scope-all', async (t) => {
    const op = await startOp(t)
    const { userinfo } = await succeeds(op, { scope: 'openid profile email address phone' })
    assert.equal(userinfo.name, 'Jane Doe')
    assert.equal(userinfo.email, 'jane@acme.test')
  })

  it('oidcc-alternate-happy-flow', async (t) => {
    const op = await startOp(t)
    const asked = await op.first.parameters({ scope: 'email profile openid' })
    const turned = Object.fromEntries(Object.entries(asked).reverse())
    const page = await op.browser.open(`${op.issuer}/auth?${new URLSearchParams(turned)}`)
    const { url } = await op.browser.submit(page.form('Sign in'), jane)
    const { userinfo } = await op.first.redeem(url)
    assert.equal(userinfo.email, 'jane@acme.test')
  })

  for (const display of ['page', 'popup']) {
    it(`oidcc-display-${display}`, async (t) => {
      const op = await startOp(t)
      const place = await op.asks({ display })
      await op.first.redeem(await op.typePassword(place))
    })
  }

  it('oidcc-prompt-login', async (t) => {
    const op = await startOp(t)
    const first = await succeeds(op)
    later(op, 30)
    const place = await op.asks({ prompt: 'login' })
    const again = await op.first.redeem(await op.typePassword(place))
    assert.equal(again.claims.sub, first.claims.sub)
    assert.ok(Number(again.claims.auth_time) > Number(first.claims.auth_time))
  })

  it('oidcc-prompt-none-not-logged-in', async (t) => {
    const op = await startOp(t)
    const { error, state, code } = told(await op.signIn({ prompt: 'none', state: 's' }))
    assert.deepEqual([error, state, code], ['login_required', 's', undefined])
  })

  it('oidcc-prompt-none-logged-in', async (t) => {
    const op = await startOp(t)
    const first = await succeeds(op)
    later(op, 30)
    const again = await succeeds(op, { prompt: 'none' })
    assert.equal(again.claims.sub, first.claims.sub)
    assert.equal(again.claims.auth_time, first.claims.auth_time)
  })

  it('oidcc-max-age-1', async (t) => {
    const op = await startOp(t)
    const first = await succeeds(op)
    later(op, 2)
    const place = await op.asks({ max_age: '1' })
    const again = await op.first.redeem(await op.typePassword(place))
    assert.equal(again.claims.sub, first.claims.sub)
    assert.ok(Number(again.claims.auth_time) > Number(first.claims.auth_time))
  })

  it('oidcc-max-age-10000', async (t) => {
    const op = await startOp(t)
    const first = await succeeds(op, { max_age: '15000' })
    assert.ok(Number(first.claims.auth_time) > 0)
    later(op, 60)
    const silent = told(await op.signIn({ max_age: '10000', prompt: 'none', state: 's' }))
    assert.ok(silent.code, 'nobody was asked')
    const again = await succeeds(op, { max_age: '10000' })
    assert.equal(again.claims.sub, first.claims.sub)
    assert.equal(again.claims.auth_time, first.claims.auth_time)
  })

  it('oidcc-ensure-request-with-unknown-parameter-succeeds', async (t) => {
    const op = await startOp(t)
    await succeeds(op, { extra: 'foobar' })
  })

  it('oidcc-id-token-hint', async (t) => {
    const op = await startOp(t)
    const first = await succeeds(op)
    later(op, 30)
    const hint = { id_token_hint: first.tokens.id_token!, prompt: 'none' }
    const again = await succeeds(op, hint)
    assert.equal(again.claims.sub, first.claims.sub)
    assert.equal(again.claims.auth_time, first.claims.auth_time)
  })

  for (const [name, more] of [
    ['login-hint', { login_hint: 'buffy@localhost' }],
    ['ui-locales', { ui_locales: 'se' }],
    ['claims-locales', { claims_locales: 'se' }],
  ] as const) {
    it(`oidcc-${name}`, async (t) => {
      await succeeds(await startOp(t), more)
    })
  }

  it('oidcc-ensure-request-with-acr-values-succeeds', async (t) => {
    const op = await startOp(t)
    const { acr_values_supported: all } = op.first.configuration.serverMetadata()
    const values = all as string[]
    assert.ok(values.length > 1)
    const { claims } = await succeeds(op, { acr_values: values.join(' ') })
    assert.ok(values.includes(String(claims.acr)), String(claims.acr))
  })

  it('oidcc-codereuse', async (t) => {
    const op = await startOp(t)
    const url = await op.signIn()
    await op.first.exchange(url)
    await assert.rejects(op.first.exchange(url), { error: 'invalid_grant' })
  })

  it('oidcc-codereuse-30seconds', async (t) => {
    const op = await startOp(t)
    const url = await op.signIn()
    const { tokens, claims } = await op.first.redeem(url)
    later(op, 30)
    await assert.rejects(op.first.exchange(url), { error: 'invalid_grant' })
    await assert.rejects(
      op.first.userinfo(tokens.access_token, claims.sub),
      'the access token is revoked',
    )
  })

  it('oidcc-ensure-registered-redirect-uri', async (t) => {
    const op = await startOp(t)
    const asked = await op.first.parameters({ redirect_uri: 'http://localhost:3001/callback/x' })
    await refusedHere(op, asked, /redirect_uri/)
  })

  it('oidcc-ensure-post-request-succeeds', async (t) => {
    const op = await startOp(t)
    const asked = await op.first.parameters()
    const answer = await op.browser.send(`${op.issuer}/auth`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(asked).toString(),
    })
    assert.equal(answer.status, 303)
    const page = await op.browser.open(new URL(answer.headers.location!, op.issuer).href)
    const { url } = await op.browser.submit(page.form('Sign in'), jane)
    await op.first.redeem(url)
  })

  it('oidcc-server-client-secret-post', async (t) => {
    const op = await startOp(t)
    const { claims } = await succeeds(op, {}, op.second)
    assert.equal(claims.aud, 'post')
  })

  it('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async (t) => {
    const op = await startOp(t)
    const server = createServer((_request, response) => {
      hits++
      response.end(unsigned({ client_id: 'thrift' }))
    })
    let hits = 0
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    t.after(() => new Promise((done) => server.close(done)))
    const { port } = server.address() as AddressInfo
    const asked = await op.first.parameters({
      state: 's',
      request_uri: `http://127.0.0.1:${port}/request.jwt`,
    })
    const page = await op.browser.open(`${op.issuer}/auth?${new URLSearchParams(asked)}`)
    const error = page.left ? told(page.url).error : page.text
    assert.match(String(error), /request_uri_not_supported|invalid_request_uri/)
    assert.equal(hits, 0, 'nothing is fetched (security 44)')
  })

  it('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async (t) => {
    const op = await startOp(t)
    const request = unsigned({ ...(await op.first.parameters()), iss: 'thrift', aud: op.issuer })
    const url = await op.signIn({ state: 's', request })
    assert.deepEqual([told(url).error, told(url).state], ['request_not_supported', 's'])
  })

  it('oidcc-claims-essential', async (t) => {
    const op = await startOp(t)
    const wanted = JSON.stringify({ userinfo: { name: { essential: true } } })
    const { userinfo } = await succeeds(op, { scope: 'openid', claims: wanted })
    assert.equal(userinfo.name, 'Jane Doe')
  })

  it('oidcc-ensure-request-object-with-redirect-uri', async (t) => {
    const op = await startOp(t)
    const asked = await op.first.parameters({ redirect_uri: 'http://localhost:3001/callback/x' })
    const request = unsigned({ ...(await op.first.parameters()), iss: 'thrift', aud: op.issuer })
    await refusedHere(op, { ...asked, request }, /request_not_supported|redirect_uri/)
  })

  it('oidcc-refresh-token', async (t) => {
    const op = await startOp(t)
    const scope = 'openid offline_access'
    const { tokens, claims } = await succeeds(op, { scope, prompt: 'consent' })
    const refreshed = await client.refreshTokenGrant(op.first.configuration, tokens.refresh_token!)
    const fresh = refreshed.claims()!
    assert.deepEqual(
      [fresh.sub, fresh.iss, fresh.aud, fresh.auth_time],
      [claims.sub, claims.iss, claims.aud, claims.auth_time],
    )
    assert.notEqual(refreshed.access_token, tokens.access_token)
    await op.first.userinfo(refreshed.access_token, claims.sub)
    await assert.rejects(
      client.refreshTokenGrant(op.second.configuration, refreshed.refresh_token!),
      { error: 'invalid_grant' },
      'it is of the first client',
    )
  })

  it('oidcc-ensure-request-with-valid-pkce-succeeds', async (t) => {
    const op = await startOp(t)
    const asked = await op.first.parameters()
    assert.equal(asked.code_challenge_method, 'S256')
    await succeeds(op)
  })
})

const jane = { username: 'jane', password: passwordOf('jane') }

type Key = JsonWebKey & { readonly kid: string }

async function verifies(token: string, key: Key): Promise<boolean> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('jwk', key, algorithm, false, ['verify'])
  const [header, payload, signature] = token.split('.') as [string, string, string]
  return crypto.subtle.verify(
    algorithm,
    imported,
    Buffer.from(signature, 'base64url'),
    Buffer.from(`${header}.${payload}`),
  )
}

function unsigned(claims: Readonly<Record<string, string>>): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.`
}
