import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { insertConsent } from '../support/consent.ts'
import { RelyingParty } from '../support/relying-party.ts'
import { rowsOf } from '../support/rows.ts'
import { signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { createPasskey, deviceFor, usePasskey } from './passkeys.ts'
import {
  addApp,
  answerAt,
  assertError,
  goTo,
  passTime,
  passwordOf,
  signIn,
  start,
  typeCode,
  typeCodeOf,
  typePassword,
  withoutCodes,
} from './people.ts'

const flows = join(import.meta.dirname, '../../flows')
const flow = readFileSync(join(flows, 'my-account.yaml'), 'utf8')

/** The policy as its file says how to change it: whoever has an account may open it, however they come. */
const open = {
  'my-account.yaml': flow
    .replace('offer: [password, webauthn]', 'offer: [password, webauthn, google, github]')
    .replace(
      'password.success: second-factor',
      'success: second-factor\n      unknown: refused\n      denied: refused\n      blocked: refused',
    ),
}

/** A passkey for whoever knows their password. */
const addsPasskey = {
  'thrift.yaml': `
flow: thrift
title: Add a passkey
applications: [thrift]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: add, exhausted: refused } }
  add:
    offer: [enrol-passkey]
    on: { success: done, conflict: refused, unavailable: refused, exhausted: refused }
  done: { end: success }
  refused: { end: failure, error: access_denied }
`,
}

/** The flow behind the page's button, in the place of thrift's. */
const addsAnother = {
  'thrift.yaml': readFileSync(join(flows, 'account-passkey.yaml'), 'utf8')
    .replace(/^flow: .*$/m, 'flow: thrift')
    .replace(/^applications: .*$/m, 'applications: [thrift]'),
}

const passing = { SALLYPORT_GITHUB_JIT: 'false' }

for (const way of ways) {
  describe(`my account, by ${way}`, () => {
    it('scenario 15: jane opens hers with her password and her app, and sees who says what of it (A-54)', async (t) => {
      const { world, visitor } = await start(t, way)
      const token = await openOwn(world, visitor)
      const { status, body } = await call(world, 'GET', token)
      assert.equal(status, 200)
      assert.equal(body.userName, 'jane')
      assert.deepEqual(body.profile.name?.owner, 'local')
    })

    it('bo opens his by a passkey and his password, and by the passkey alone once that is all he has', async (t) => {
      const { world, visitor } = await start(t, way, { files: addsPasskey })
      const device = deviceFor(world)
      const first = await visitor.begin(await world.thrift.parameters())
      await createPasskey(visitor, await typePassword(visitor, first, 'bo'), device)

      const own = await myAccount(world)
      const enter = async () => {
        const other = visitorOf(world, way)
        const begun = await other.begin(await parametersOf(world, own))
        return { other, next: await usePasskey(other, begun, device) }
      }
      const { other, next } = await enter()
      assert.deepEqual(Object.keys(next.actions), ['password', 'back', 'cancel'])
      const end = await other.act(next, 'password', { password: passwordOf('bo') })
      const claims = (await own.exchange(end.url)).claims()!
      assert.deepEqual(claims.amr, ['swk', 'user', 'pwd', 'mfa'])

      await removePassword(world, claims.sub)
      const alone = (await own.exchange((await enter()).next.url)).claims()!
      assert.equal(alone.sub, claims.sub)
      assert.deepEqual(alone.amr, ['swk', 'user'])
    })

    it('bo, who has nothing but a passkey, adds another one by that and his mailbox', async (t) => {
      const { world, visitor } = await start(t, way, { files: addsAnother })
      const device = deviceFor(world)
      const first = await visitor.begin(await world.thrift.parameters())
      const codes = await createPasskey(visitor, await typePassword(visitor, first, 'bo'), device)
      const end = await withoutCodes(visitor, codes)
      const { claims } = await world.thrift.redeem(end.url)
      await removePassword(world, claims.sub)

      const other = visitorOf(world, way)
      const begun = await other.begin(await world.thrift.parameters())
      const mailbox = await usePasskey(other, begun, device)
      assert.deepEqual(Object.keys(mailbox.actions), ['otp', 'back', 'cancel'])
      const asked = await other.act(mailbox, 'otp', {})
      await world.app.deliver()
      const [code] = /\b\d{6}\b/.exec(world.mail.at(-1)?.body ?? '') ?? []
      const add = await other.act(asked, 'otp', { code: code! })
      const done = await createPasskey(other, add, deviceFor(world))
      assert.deepEqual((await world.thrift.redeem(done.url)).claims.sub, claims.sub)
      const held = await rowsOf(world.database, 'credentials')
      const kinds = held.flatMap((row) => (row.account_id === claims.sub ? [row.kind] : []))
      assert.deepEqual(kinds, ['webauthn', 'webauthn'])
    })

    it('scenario 15: a session of somebody provisioned by Google opens none, with JIT on (A-55)', async (t) => {
      const { world, visitor } = await start(t, way)
      await enter(world, visitor)
      const application = await myAccount(world)
      const quiet = await visitor.begin(await parametersOf(world, application, { prompt: 'none' }))
      assert.equal(answerAt(quiet).error, 'login_required')
      const parameters = await parametersOf(world, application)
      const asked = await visitor.begin(parameters)
      assert.deepEqual(
        Object.keys(asked.actions).filter((one) => one !== 'cancel'),
        ['password', 'webauthn'],
      )
      assertError(await visitor.act(asked, 'cancel'), 'access_denied', parameters.state!)
    })

    it('scenario 15: with the policy changed a provisioned person opens theirs (A-56)', async (t) => {
      const { world, visitor } = await start(t, way, { files: open })
      const secret = await enter(world, visitor)
      const token = await tokenOf(world, visitor, secret)
      const { status, body } = await call(world, 'GET', token)
      assert.deepEqual([status, body.userName], [200, 'ann'])
      assert.deepEqual(body.profile.name, { value: 'Ann Example', owner: 'google' })
    })

    it('scenario 15: a pass-through person opens none, whatever the policy (A-54)', async (t) => {
      const { world, visitor } = await start(t, way, { files: open, env: passing })
      const application = await myAccount(world)
      const parameters = await parametersOf(world, application)
      const choice = await visitor.begin(parameters)
      const [gil] = [...world.github.people.values()]
      const end = await goTo(visitor, choice, 'github', signInAtGithub(gil!.login))
      assertError(end, 'access_denied', parameters.state!)
    })

    it('scenario 15: what an upstream says is refused naming it, what is local is written (A-46, W-13)', async (t) => {
      const { world, visitor } = await start(t, way, { files: open })
      const secret = await enter(world, visitor)
      const token = await tokenOf(world, visitor, secret)
      const before = (await call(world, 'GET', token)).body
      const refused = await call(world, 'PATCH', token, { profile: { name: 'Somebody Else' } })
      assert.equal(refused.status, 409)
      assert.deepEqual(
        [refused.body.code, refused.body.owners],
        ['ATTRIBUTE_OWNED', { name: 'google' }],
      )
      assert.deepEqual((await call(world, 'GET', token)).body, before)

      const both = { profile: { name: 'Somebody Else', 'other.nickname': 'Annie' } }
      assert.equal((await call(world, 'PATCH', token, both)).status, 409, 'all or nothing')
      const written = await call(world, 'PATCH', token, { profile: { 'other.nickname': 'Annie' } })
      assert.equal(written.status, 200)
      assert.deepEqual(written.body.profile['other.nickname'], { value: 'Annie', owner: 'local' })
      const again = await call(world, 'PATCH', token, { profile: { 'other.nickname': null } })
      assert.equal('other.nickname' in again.body.profile, false)
    })

    it('scenario 15: ann sees what she has agreed to, takes it back, and is signed out (W-1)', async (t) => {
      const { world, visitor } = await start(t, way, { files: open })
      const secret = await enter(world, visitor)
      const token = await tokenOf(world, visitor, secret)
      const people = await world.app.accounts.list()
      const { id } = people.find(({ userName }) => userName === 'ann')!
      await insertConsent(world.database, id)
      const [consent] = (await call(world, 'GET', token)).body.consents
      const { connection, application, attributes } = consent!
      assert.deepEqual([connection, application, attributes], ['google', 'thrift', ['name']])
      const path = '/consents/google'
      assert.equal((await call(world, 'DELETE', '', undefined, path)).status, 401)
      assert.equal((await rowsOf(world.database, 'consents')).length, 1)
      assert.equal((await call(world, 'DELETE', token, undefined, path)).status, 204)
      assert.deepEqual(await rowsOf(world.database, 'consents'), [])
      assert.equal((await call(world, 'GET', token)).status, 401)
    })

    it('scenario 15: jane writes her own name, and nothing that is more than a profile', async (t) => {
      const { world, visitor } = await start(t, way)
      const token = await openOwn(world, visitor)
      const written = await call(world, 'PATCH', token, { profile: { name: 'Jane Married' } })
      assert.deepEqual(written.body.profile.name, { value: 'Jane Married', owner: 'local' })
      const before = (await call(world, 'GET', token)).body
      for (const body of [
        { profile: { email: 'eve@x.test' } },
        { profile: { userName: 'root' } },
        { profile: { groups: 'admin' } },
        { profile: { 'other.birthdate': '1970-01-01' } },
        { profile: { 'other.phone_number_verified': 'true' } },
        { profile: { 'other.department': 'finance' } },
        { profile: { __proto__: null, 'other.__proto__': 'x' } },
        { profile: { name: 'a\u0000b' } },
        { profile: { name: 'x'.repeat(300) } },
        { profile: { name: 1 } },
        { profile: {} },
        { profile: { name: 'J' }, id: 'acc_other' },
        [],
      ]) {
        const { status } = await call(world, 'PATCH', token, body)
        assert.equal(status, 422, JSON.stringify(body))
      }
      assert.deepEqual((await call(world, 'GET', token)).body, before)
    })

    it('takes no other token: none, of another application, for the user info, for administrators', async (t) => {
      const { world, visitor } = await start(t, way)
      const end = await signIn(world, visitor)
      const { tokens } = await world.thrift.redeem(end.url)
      for (const token of ['', 'made-up', tokens.access_token, tokens.id_token ?? '']) {
        assert.equal((await call(world, 'GET', token)).status, 401, token)
      }
      const scopeless = await tokenWithout(world, visitor)
      assert.equal((await call(world, 'GET', scopeless)).status, 403)
      const parameters = await parametersOf(world, world.thrift)
      const asked = await visitor.begin(parameters)
      assert.match(asked.url + asked.body, /invalid_target/)
    })

    it('security 84: whoever is locked or gone has nothing here, whatever the token says', async (t) => {
      const { world, visitor } = await start(t, way)
      const token = await openOwn(world, visitor)
      assert.equal((await call(world, 'GET', token)).status, 200)
      await world.app.accounts.setStatus('jane', 'locked')
      assert.equal((await call(world, 'GET', token)).status, 401)
      await world.app.accounts.setStatus('jane', 'active')
      assert.equal((await call(world, 'GET', token)).status, 401, 'it was taken back')
    })
  })
}

interface Own {
  readonly userName: string
  readonly profile: Readonly<Record<string, { readonly value: unknown; readonly owner: string }>>
  readonly consents: readonly {
    readonly connection: string
    readonly application: string
    readonly attributes: readonly string[]
  }[]
  readonly code?: string
  readonly owners?: unknown
}

const nothing: Own = { userName: '', profile: {}, consents: [] }

async function call(world: World, method: string, token: string, body?: unknown, path = '') {
  const answer = await world.browser().send(`${world.issuer.origin}/account/api/me${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: answer.status === 204 ? nothing : answer.json<Own>() }
}

function myAccount(world: World, scope = 'openid account'): Promise<RelyingParty> {
  return RelyingParty.discover({
    issuer: world.issuer.origin,
    clientId: 'my-account',
    redirectUri: 'http://localhost:3001/account/callback',
    scope,
  })
}

function parametersOf(world: World, application: RelyingParty, more: Record<string, string> = {}) {
  return application.parameters({ resource: `${world.issuer.origin}/account/api`, ...more })
}

/** Jane, who comes by her password. @returns a token for the account API */
async function openOwn(world: World, visitor: Visitor): Promise<string> {
  const application = await myAccount(world)
  const first = await visitor.begin(await parametersOf(world, application))
  const second = await typePassword(visitor, first, 'jane')
  const end = await typeCode(world, visitor, second, 'jane')
  passTime(world)
  return (await application.exchange(end.url)).access_token
}

/** By the session that there is. @returns a token for the account API without its scope */
async function tokenWithout(world: World, visitor: Visitor): Promise<string> {
  const application = await myAccount(world, 'openid')
  const end = await visitor.begin(await parametersOf(world, application))
  return (await application.exchange(end.url)).access_token
}

/** By the session that there is, and a code of the app that was added in it. */
async function tokenOf(world: World, visitor: Visitor, secret: string): Promise<string> {
  const application = await myAccount(world)
  const second = await visitor.begin(await parametersOf(world, application))
  const end = await typeCodeOf(world, visitor, second, secret)
  return (await application.exchange(end.url)).access_token
}

/** Beside the server. */
async function removePassword({ database }: World, account: string): Promise<void> {
  const db = openDatabase({ url: database, durability: 'normal' })
  await db('credentials').where({ account_id: account, kind: 'password' }).delete()
  await db.destroy()
}

/** Ann signs in to Thrift by Google for the first time. @returns the secret of the app that she adds */
async function enter(world: World, visitor: Visitor): Promise<string> {
  const choice = await visitor.begin(await world.thrift.parameters())
  const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
  const { place, secret } = await addApp(world, visitor, enrol)
  await world.thrift.redeem(place.url)
  return secret
}
