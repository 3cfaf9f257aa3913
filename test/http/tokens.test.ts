/** What an application is given, for how long, and what no other one can do with it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as client from 'openid-client'
import { openDatabase } from '../../src/store/open.ts'
import { answerAt, passTime, signIn, start, typeCode, typePassword } from '../flows/people.ts'
import { rowsOf } from '../support/rows.ts'
import { visitorOf } from '../support/visitor.ts'
import type { World } from '../support/world.ts'

const evil = 'https://evil.test'

describe('an application, and its sessions', () => {
  /** One server for all of them: each comes with a browser of its own. */
  let world: World
  const closing: (() => unknown)[] = []
  before(async () => {
    const after = (close?: unknown) => void closing.push(close as () => unknown)
    ;({ world } = await start({ after }, 'pages'))
  })
  after(async () => {
    for (const close of closing.reverse()) await close()
  })

  it('is answered with a code alone, and has no grant by a password', async () => {
    const visitor = visitorOf(world, 'pages')
    for (const response_type of ['token', 'id_token', 'id_token token', 'code token', 'none']) {
      const asked = await world.thrift.parameters({ response_type, nonce: 'n' })
      const address = `${world.issuer.origin}/auth?${new URLSearchParams(asked)}`
      const { headers } = await visitor.browser.send(address)
      const told = new URL(headers.location!)
      assert.match(told.search + told.hash, /error=unsupported_response_type/, response_type)
    }
    const own = world.thrift.configuration
    const grant = { username: 'jane', password: 'x' }
    await assert.rejects(client.genericGrantRequest(own, 'password', grant), {
      error: 'unsupported_grant_type',
    })
    await assert.rejects(client.clientCredentialsGrant(own), { error: 'unsupported_grant_type' })
  })

  it('has a minute to redeem its code', async () => {
    const visitor = visitorOf(world, 'pages')
    const end = await signIn(world, visitor)
    assert.ok(answerAt(end).code)
    const db = openDatabase({ url: world.database })
    closing.push(() => db.destroy())
    const ofCode = () => db('provider_models').where({ model: 'AuthorizationCode' })
    const { expires_at, payload } = await ofCode().orderBy('expires_at', 'desc').first()
    const left = Number(expires_at) - Date.now() / 1000
    assert.ok(left > 0 && left <= 60, String(left))
    const late = { ...JSON.parse(payload), exp: Number(expires_at) - 61 }
    await ofCode().update({ payload: JSON.stringify(late) })
    await assert.rejects(world.thrift.redeem(end.url), { error: 'invalid_grant' })
  })

  it('loses what a refresh token has given when an old one comes again', async () => {
    const visitor = visitorOf(world, 'pages')
    const asked = { scope: 'openid offline_access', prompt: 'consent' }
    const first = await visitor.begin(await world.thrift.parameters(asked))
    const second = await typePassword(visitor, first, 'jane')
    const end = await typeCode(world, visitor, second, 'jane')
    passTime(world)
    const { tokens } = await world.thrift.redeem(end.url)
    const own = world.thrift.configuration
    const fresh = await client.refreshTokenGrant(own, tokens.refresh_token!)
    const isAlive = async () => (await client.tokenIntrospection(own, fresh.access_token)).active
    assert.equal(await isAlive(), true)
    const again = { error: 'invalid_grant' }
    await assert.rejects(client.refreshTokenGrant(own, tokens.refresh_token!), again)
    await assert.rejects(client.refreshTokenGrant(own, fresh.refresh_token!), again)
    assert.equal(await isAlive(), false)
  })

  it('has a token that nobody else can use, where it asks for one (DPoP)', async () => {
    const visitor = visitorOf(world, 'pages')
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier)
    const own = { code_challenge, state: 's', nonce: 'n' }
    const first = await visitor.begin(await world.thrift.parameters(own))
    const second = await typePassword(visitor, first, 'jane')
    const end = await typeCode(world, visitor, second, 'jane')
    passTime(world)
    const { configuration } = world.thrift
    const handle = async () =>
      client.getDPoPHandle(configuration, await client.randomDPoPKeyPair('ES256'))
    const DPoP = await handle()
    const checks = { pkceCodeVerifier, expectedState: 's', expectedNonce: 'n' }
    const url = new URL(end.url)
    const tokens = await client.authorizationCodeGrant(configuration, url, checks, {}, { DPoP })
    assert.equal(tokens.token_type, 'dpop')
    const { sub } = tokens.claims()!
    const asks = (options: client.DPoPOptions) =>
      client.fetchUserInfo(configuration, tokens.access_token, sub, options)
    assert.equal((await asks({ DPoP })).sub, sub)
    await assert.rejects(asks({}))
    await assert.rejects(asks({ DPoP: await handle() }))
  })

  it('is read by no page of another origin, but for what is published', async () => {
    const visitor = visitorOf(world, 'pages')
    const { tokens } = await world.thrift.redeem((await signIn(world, visitor)).url)
    const bearer = { origin: evil, authorization: `Bearer ${tokens.access_token}` }
    for (const path of [
      '/me',
      '/account',
      '/account/api/me',
      '/admin/api/users',
      '/flow-api/logins/lg_1',
    ]) {
      const { headers } = await visitor.browser.send(world.issuer.origin + path, {
        headers: bearer,
      })
      assert.equal(headers['access-control-allow-origin'], undefined, path)
    }
    const secret = Buffer.from('thrift:thrift-secret').toString('base64')
    const token = await visitor.browser.send(`${world.issuer.origin}/token`, {
      method: 'POST',
      headers: {
        origin: evil,
        authorization: `Basic ${secret}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: `grant_type=refresh_token&refresh_token=${tokens.refresh_token ?? 'none'}`,
    })
    assert.equal(token.headers['access-control-allow-origin'], undefined)
  })

  it('has an id of 256 bits', async () => {
    const visitor = visitorOf(world, 'pages')
    await signIn(world, visitor)
    const [session] = await rowsOf(world.database, 'sessions')
    assert.match(String(session!.jti), /^[\w-]{43}$/)
  })
})
