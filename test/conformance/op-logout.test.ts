/**
 * The modules of the OpenID Foundation's plans for logout and for configuration, by their own names.
 */
import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Page } from '../support/browser.ts'
import type { Parameters } from '../support/relying-party.ts'
import { type Op, signedOut, startOp, told } from './op.ts'

const back = signedOut

/** Signs in, and asks to be signed out. */
async function leave(op: Op, more: Parameters, hint?: (idToken: string) => string | undefined) {
  const { tokens } = await op.first.redeem(await op.signIn())
  const id_token = hint ? hint(tokens.id_token!) : tokens.id_token
  const address = new URL(`${op.issuer}/session/end`)
  for (const [name, value] of Object.entries({ ...more, id_token_hint: id_token })) {
    if (value !== undefined) address.searchParams.set(name, value)
  }
  return { tokens, page: await op.browser.open(address.href) }
}

/** The person is asked, and says yes. */
async function agree(op: Op, page: Page): Promise<Page> {
  assert.equal(page.status, 200, page.text)
  return op.browser.submit(page.form('Yes, sign out'))
}

async function isSignedOut(op: Op): Promise<boolean> {
  return told(await op.signIn({ prompt: 'none' })).error === 'login_required'
}

/** Nobody is sent to an address that has nothing to do with the application. */
async function staysHere(op: Op, page: Page): Promise<void> {
  assert.equal(page.left, false, page.url)
  const form = page.forms.length > 0
  const end = form ? await agree(op, page) : page
  assert.equal(end.left, false, end.url)
  if (form) assert.equal(await isSignedOut(op), true)
  else assert.equal(page.status, 400)
}

describe('oidcc-rp-initiated-logout-certification-test-plan', () => {
  it('oidcc-rp-initiated-logout-discovery-endpoint-verification', async (t) => {
    const op = await startOp(t)
    const { end_session_endpoint: address } = op.first.configuration.serverMetadata()
    assert.equal(address, `${op.issuer}/session/end`)
  })

  it('oidcc-rp-initiated-logout', async (t) => {
    const op = await startOp(t)
    const { page } = await leave(op, { post_logout_redirect_uri: back, state: 'bye' })
    const end = await agree(op, page)
    assert.equal(end.url, `${back}?state=bye`)
    assert.equal(await isSignedOut(op), true)
  })

  it('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', async (t) => {
    const op = await startOp(t)
    const { page } = await leave(op, { post_logout_redirect_uri: 'http://localhost:3001/other' })
    await staysHere(op, page)
  })

  it('oidcc-rp-initiated-logout-modified-id-token-hint', async (t) => {
    const op = await startOp(t)
    const unsign = (idToken: string) => {
      const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
      return `${header}.${idToken.split('.')[1]}.`
    }
    const { page } = await leave(op, { post_logout_redirect_uri: back }, unsign)
    await staysHere(op, page)
  })

  it('oidcc-rp-initiated-logout-no-id-token-hint', async (t) => {
    const op = await startOp(t)
    const { page } = await leave(op, { post_logout_redirect_uri: back }, () => undefined)
    await staysHere(op, page)
  })

  for (const [name, more] of [
    ['no-params', {}],
    ['only-state', { state: 'bye' }],
  ] as const) {
    it(`oidcc-rp-initiated-logout-${name}`, async (t) => {
      const op = await startOp(t)
      const { page } = await leave(op, more, () => undefined)
      const end = await agree(op, page)
      assert.match(end.text, /You are signed out/)
      assert.equal(await isSignedOut(op), true)
    })
  }

  it('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async (t) => {
    const op = await startOp(t)
    const { page } = await leave(op, { state: 'bye' })
    const end = await agree(op, page)
    assert.match(end.text, /You are signed out/)
    assert.equal(await isSignedOut(op), true)
  })

  it('oidcc-rp-initiated-logout-no-state', async (t) => {
    const op = await startOp(t)
    const { page } = await leave(op, { post_logout_redirect_uri: back })
    const end = await agree(op, page)
    assert.equal(end.url, back)
    assert.equal(await isSignedOut(op), true)
  })

  it('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', async (t) => {
    const op = await startOp(t)
    const { page } = await leave(op, { post_logout_redirect_uri: `${back}?foo=bar` })
    await staysHere(op, page)
  })

  it('oidcc-rp-initiated-logout-bad-id-token-hint', async (t) => {
    const op = await startOp(t)
    const { page } = await leave(op, { post_logout_redirect_uri: back }, signedByAnother)
    await staysHere(op, page)
  })
})

describe('oidcc-backchannel-rp-initiated-logout-certification-test-plan', () => {
  it('oidcc-backchannel-logout-discovery-endpoint-verification', async (t) => {
    const metadata = (await startOp(t)).first.configuration.serverMetadata()
    assert.equal(metadata.backchannel_logout_supported, true)
    assert.equal(metadata.backchannel_logout_session_supported, true)
    assert.ok(metadata.end_session_endpoint)
  })

  it('oidcc-backchannel-rp-initiated-logout', async (t) => {
    const op = await startOp(t)
    const { page, tokens } = await leave(op, { post_logout_redirect_uri: back, state: 'bye' })
    assert.equal((await agree(op, page)).url, `${back}?state=bye`)
    assert.equal(await op.world.app.deliver(), 1)
    assert.equal(op.heard.length, 1)
    const { header, claims } = await verified(op, op.heard[0]!)
    const { sid, sub } = tokens.claims()!
    assert.ok(sid, 'the ID token says which session it is of')
    assert.equal(header.typ, 'logout+jwt')
    assert.deepEqual([claims.sid, claims.sub], [sid, sub])
    assert.deepEqual([claims.iss, claims.aud], [op.issuer, 'thrift'])
    assert.deepEqual(claims.events, { 'http://schemas.openid.net/event/backchannel-logout': {} })
    assert.ok(Number(claims.exp) > Number(claims.iat) && typeof claims.jti === 'string')
    assert.equal('nonce' in claims, false)
    assert.equal(await isSignedOut(op), true)
  })
})

describe('oidcc-config-certification-test-plan', () => {
  it('oidcc-discovery-endpoint-verification', async (t) => {
    const op = await startOp(t)
    const answer = await op.browser.send(`${op.issuer}/.well-known/openid-configuration`)
    assert.equal(answer.status, 200)
    assert.match(String(answer.headers['content-type']), /^application\/json/)
    const metadata = answer.json<Record<string, unknown>>()
    assert.equal(metadata.issuer, op.issuer)
    for (const name of ['authorization', 'token', 'userinfo']) {
      assert.ok(URL.canParse(String(metadata[`${name}_endpoint`])), name)
    }
    for (const [name, value] of [
      ['response_types_supported', 'code'],
      ['subject_types_supported', 'public'],
      ['id_token_signing_alg_values_supported', 'RS256'],
      ['scopes_supported', 'openid'],
      ['claims_supported', 'sub'],
      ['grant_types_supported', 'authorization_code'],
      ['token_endpoint_auth_methods_supported', 'client_secret_basic'],
      ['code_challenge_methods_supported', 'S256'],
    ] as const) {
      assert.ok((metadata[name] as string[]).includes(value), name)
    }
    // What it says nothing of would count as offered (Discovery 1.0, section 3).
    assert.equal(metadata.request_uri_parameter_supported, false)
    const keys = (await op.browser.send(String(metadata.jwks_uri))).json<{
      keys: Record<string, unknown>[]
    }>()
    for (const key of keys.keys) {
      assert.ok(key.kid && key.kty)
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) {
        assert.equal(secret in key, false, `a published key has no ${secret}`)
      }
    }
  })
})

/** The same claims under a key that is nobody's here. */
function signedByAnother(idToken: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const [header, payload] = idToken.split('.')
  const signature = sign('sha256', Buffer.from(`${header}.${payload}`), privateKey)
  return `${header}.${payload}.${signature.toString('base64url')}`
}

async function verified(op: Op, token: string) {
  const { keys } = (await op.browser.send(`${op.issuer}/jwks`)).json<{ keys: Jwk[] }>()
  const [header, payload, signature] = token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url'))
  const read = (part: Buffer | undefined) => JSON.parse(String(part)) as Record<string, unknown>
  const key = keys.find(({ kid }) => kid === read(header).kid)
  assert.ok(key)
  const signed = Buffer.from(token.slice(0, token.lastIndexOf('.')))
  assert.equal(verify('sha256', signed, createPublicKey({ key, format: 'jwk' }), signature!), true)
  return { header: read(header), claims: read(payload) }
}

type Jwk = JsonWebKey & { readonly kid: string }
