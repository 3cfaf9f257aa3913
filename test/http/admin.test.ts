/** The admin API over HTTP, by tokens of the shipped application `admin`. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { openApiOf } from '../../src/http/admin/openapi.ts'
import { routes } from '../../src/http/admin/routes.ts'
import { sealer } from '../../src/kit/seal.ts'
import { Secret } from '../../src/kit/secret.ts'
import { openDatabase } from '../../src/store/open.ts'
import { openSigningKeys } from '../../src/store/signing-keys.ts'
import { addApp, goTo, passwordOf, signIn, typeCodeOf, typePassword } from '../flows/people.ts'
import {
  type Administrator,
  accountOf,
  administratorOf,
  calls,
  grant,
} from '../support/administrator.ts'
import { insertConsent } from '../support/consent.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'
import { allRows, bytesOf } from '../support/rows.ts'
import { signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { startWorld, type World, type WorldOptions } from '../support/world.ts'

interface UserShown {
  readonly id: string
  readonly userName: string
  readonly source: string
  readonly status: string
  readonly name?: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly attributes: Readonly<Record<string, unknown>>
  readonly owners: Readonly<Record<string, string>>
  readonly groups: readonly { readonly group: string; readonly source: string }[]
  readonly roles: readonly string[]
  readonly factors: readonly { readonly id: string; readonly kind: string }[]
  readonly consents: readonly unknown[]
  readonly associations: readonly { readonly connection: string; readonly subject: string }[]
}

async function start(t: TestContext, options: WorldOptions = {}) {
  const world = await startWorld(t, options)
  return { world, jane: await administratorOf(world, 'jane') }
}

async function listed(admin: Administrator, query = ''): Promise<readonly UserShown[]> {
  const answer = await admin.get(`/users${query}`)
  assert.equal(answer.status, 200, answer.body)
  return answer.json<{ items: UserShown[] }>().items
}

async function shown(admin: Administrator, id: string): Promise<UserShown> {
  return (await admin.get(`/users/${id}`)).json<UserShown>()
}

function codeIn(answer: { body: string }): string {
  return (JSON.parse(answer.body) as { code: string }).code
}

/** Ann comes by Google, is given an account, and adds an authenticator app. */
async function annComes(world: World, way: (typeof ways)[number] = 'pages') {
  const visitor = visitorOf(world, way)
  const choice = await visitor.begin(await world.thrift.parameters())
  const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
  return addApp(world, visitor, enrol)
}

for (const way of ways) {
  describe(`the admin API and people who sign in by ${way}`, () => {
    it('scenario 1: the users list shows who was just provisioned, with source google (A-57)', async (t) => {
      const { world, jane } = await start(t)
      assert.deepEqual(await listed(jane, '?source=google'), [])
      await annComes(world, way)
      const [ann, ...others] = await listed(jane, '?source=google')
      assert.deepEqual(others, [])
      assert.equal(ann?.userName, 'ann')
      assert.equal(ann?.email, 'ann@x.test')
      assert.deepEqual(
        ann?.associations.map(({ connection, subject }) => [connection, subject]),
        [['google', 'g-1']],
      )
      assert.deepEqual(
        ann?.factors.map(({ kind }) => kind),
        ['totp'],
      )
      assert.equal(ann?.owners.name, 'google')
    })

    it('scenario 2: the users list is empty of Gil, who has passed through (A-40, A-41, A-58)', async (t) => {
      const { world, jane } = await start(t)
      const before = await listed(jane)
      const off = await jane.send('PATCH', '/connections/github', { jit: false })
      assert.equal(off.status, 200, off.body)
      world.clock.aheadMs += 1000
      const visitor = visitorOf(world, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const gil = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      assert.match((await world.thrift.redeem(gil.url)).claims.sub, /^pt_/)
      assert.deepEqual(await listed(jane), before)
      assert.deepEqual(await listed(jane, '?search=gil'), [])
    })

    it('scenario 4: refuses to switch accounts off where that breaks an application, tells which, and does it when forced (A-53, W-30)', async (t) => {
      const { world, jane } = await start(t, { files: mfaForAll })
      const foreseen = (await jane.get('/connections/github/consequences?jit=false')).json<{
        applications: readonly unknown[]
      }>()
      const refused = await jane.send('PATCH', '/connections/github', { jit: false })
      assert.equal(refused.status, 409)
      const { code, applications } = refused.json<{
        code: string
        applications: { application: string; flow: string; lost: string[] }[]
      }>()
      assert.equal(code, 'FLOWS_WOULD_BREAK')
      assert.deepEqual(
        applications.map(({ application, flow }) => [application, flow]),
        [['thrift', 'thrift']],
      )
      assert.deepEqual(foreseen.applications, applications)
      assert.ok(applications[0]?.lost.includes('I-04'))
      const github = async () =>
        (await jane.get('/connections/github')).json<{ jit: boolean; switched: string[] }>()
      assert.deepEqual([(await github()).jit, (await github()).switched], [true, []])

      const forced = await jane.send('PATCH', '/connections/github?force=true', { jit: false })
      assert.equal(forced.status, 200, forced.body)
      world.clock.aheadMs += 1000
      assert.deepEqual([(await github()).jit, (await github()).switched], [false, ['jit']])
      const parameters = await world.thrift.parameters()
      const visitor = visitorOf(world, way)
      const choice = await visitor.begin(parameters)
      const gil = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      assert.equal(new URL(gil.url).searchParams.get('code'), null)
      const { items } = (await jane.get('/audit?action=connection.switch')).json<{
        items: { action: string; subject: string; detail: unknown }[]
      }>()
      assert.deepEqual(
        [items[0]?.action, items[0]?.subject, items[0]?.detail],
        ['connection.switch', 'github', { jit: false, forced: ['thrift'] }],
      )
    })

    it('security 14: loses its own tokens where its application is switched off', async (t) => {
      const { world, jane } = await start(t)
      const off = await jane.send('PATCH', '/applications/admin', { enabled: false })
      assert.equal(off.status, 200, off.body)
      world.clock.aheadMs += 1000
      assert.equal((await jane.get('/users')).status, 401)
      await world.app.overlays.switchApplication('admin', true, Date.now())
      world.clock.aheadMs += 1000
      assert.equal((await jane.get('/users')).status, 401, 'none comes back')
    })

    it('security 14: switches an application off and on, which is in the audit, and refuses whoever comes to it meanwhile', async (t) => {
      const { world, jane } = await start(t)
      const off = await jane.send('PATCH', '/applications/thrift', { enabled: false })
      assert.deepEqual([off.status, off.json<{ enabled: boolean }>().enabled], [200, false])
      world.clock.aheadMs += 1000
      const refused = await visitorOf(world, way).begin(await world.thrift.parameters())
      assert.deepEqual([refused.kind, refused.status], ['refused', 400])
      const { items: applications } = (await jane.get('/applications')).json<{
        items: { id: string; enabled: boolean }[]
      }>()
      const disabled = applications.filter(({ enabled }) => !enabled)
      assert.deepEqual(
        disabled.map(({ id }) => id),
        ['thrift'],
      )
      await jane.send('PATCH', '/applications/thrift', { enabled: true })
      world.clock.aheadMs += 1000
      assert.equal(
        (await visitorOf(world, way).begin(await world.thrift.parameters())).kind,
        'asks',
      )
      const { items } = (await jane.get('/audit')).json<{
        items: { action: string; subject: string; detail: unknown }[]
      }>()
      assert.deepEqual(
        items.slice(0, 2).map(({ action, subject, detail }) => [action, subject, detail]),
        [true, false].map((enabled) => ['application.switch', 'thrift', { enabled }]),
      )
      assert.equal((await jane.send('PATCH', '/applications/none', { enabled: true })).status, 404)
      assert.equal((await jane.send('PATCH', '/applications/thrift', {})).status, 422)
    })
  })
}

/** One that nobody has chosen: what counts is that it is there. */
async function insertPassword({ database }: World, account: string): Promise<void> {
  const db = openDatabase({ url: database, durability: 'normal' })
  const key = { id: 'cred_given', organisation: 'default', account_id: account, kind: 'password' }
  await db('credentials').insert({ ...key, sealed_secret: '', counter: 0, created_ms: 0 })
  await db.destroy()
}

describe('who may call the admin API', () => {
  it('nobody without a token, with one that is made up, or by a cookie', async (t) => {
    const world = await startWorld(t)
    const base = `${world.issuer.origin}/admin/api`
    const visitor = visitorOf(world, 'pages')
    const { tokens } = await world.thrift.redeem((await signIn(world, visitor)).url)
    await grant(
      world.app.administration,
      await accountOf(world.app.administration, 'jane'),
      'admin',
    )
    const bare = await visitor.browser.send(`${base}/users`)
    assert.deepEqual([bare.status, codeIn(bare)], [401, 'TOKEN_REFUSED'])
    assert.equal(bare.headers['www-authenticate'], 'Bearer')
    for (const token of ['x', 'y'.repeat(43), tokens.id_token!, tokens.access_token]) {
      const answer = await calls(world, base, token).get('/users')
      assert.deepEqual([answer.status, codeIn(answer)], [401, 'TOKEN_REFUSED'])
      assert.match(String(answer.headers['www-authenticate']), /invalid_token/)
    }
    const inAddress = await visitor.browser.send(
      `${base}/users?access_token=${tokens.access_token}`,
    )
    assert.equal(inAddress.status, 401)
  })

  it('no application that does not say that it administers: it is given no token for it', async (t) => {
    const world = await startWorld(t)
    const resource = `${world.issuer.origin}/admin/api`
    const asked = await world.browser().open(await world.thrift.authorize({ resource }))
    assert.equal(new URL(asked.url).searchParams.get('error'), 'invalid_target')
  })

  it('nobody without a role, whatever groups they are in (security 80)', async (t) => {
    const world = await startWorld(t)
    // jane is in the group `admin`.
    const jane = await administratorOf(world, 'jane', {})
    for (const path of ['/users', '/flows', '/audit']) {
      const answer = await jane.get(path)
      assert.deepEqual([answer.status, codeIn(answer)], [403, 'NOT_ALLOWED'])
    }
  })

  it('a viewer sees everything and changes nothing, and so does whoever asked for no more', async (t) => {
    const world = await startWorld(t)
    const viewer = await administratorOf(world, 'jane', { role: 'viewer' })
    await holdsToViewing(world, viewer)
    await grant(world.app.administration, viewer.account, 'admin')
    assert.equal((await viewer.send('PUT', `/users/${viewer.account}/groups/x`)).status, 204)
    const narrow = await administratorOf(world, 'jane', { role: 'admin', scope: 'openid viewer' })
    await holdsToViewing(world, narrow)
  })

  it('nobody whose role was withdrawn, or who was locked, from the next call on', async (t) => {
    const { world, jane } = await start(t)
    await grant(world.app.administration, await accountOf(world.app.administration, 'bo'), 'admin')
    assert.equal((await jane.send('DELETE', `/users/${jane.account}/roles/admin`)).status, 204)
    assert.equal((await jane.get('/users')).status, 403)
    await grant(world.app.administration, jane.account, 'admin')
    assert.equal((await jane.get('/users')).status, 200)
    await world.app.accounts.setStatus('jane', 'locked')
    assert.equal((await jane.get('/users')).status, 401)
    await world.app.accounts.setStatus('jane', 'active')
    assert.equal((await jane.get('/users')).status, 401)
  })

  it('not with a token of before signing out', async (t) => {
    const { world, jane } = await start(t)
    const [session] = (await jane.get(`/sessions?account=${jane.account}`)).json<{
      items: { id: string; applications: string[] }[]
    }>().items
    assert.deepEqual(session?.applications, ['admin'])
    assert.equal((await jane.send('DELETE', `/sessions/${session?.id}`)).status, 204)
    assert.equal((await jane.get('/users')).status, 401)
    assert.deepEqual((await allRows(world.database)).sessions, [])
  })

  it('no administrator of another organisation (A-11, security 150)', async (t) => {
    const world = await startWorld(t, { others: ['acme'] })
    const acme = await world.other('acme')
    const jane = await administratorOf(world, 'jane')
    const theirs = await administratorOf(world, 'jane', { role: 'admin' }, acme)
    const at = (base: string, token: string) =>
      calls(world, `${base}/admin/api`, token).get('/users')
    const [here, there] = [world.issuer.origin, acme.issuer.href]
    assert.deepEqual(
      [(await at(here, jane.token)).status, (await at(there, theirs.token)).status],
      [200, 200],
    )
    const before = await allRows(world.database)
    assert.deepEqual(
      [(await at(here, theirs.token)).status, (await at(there, jane.token)).status],
      [401, 401],
    )
    // Nor does what one organisation has exist for the other's administrator.
    for (const [method, path] of [
      ['GET', `/users/${theirs.account}`],
      ['DELETE', `/users/${theirs.account}`],
      ['PUT', `/users/${theirs.account}/roles/viewer`],
    ] as const) {
      assert.equal((await jane.send(method, path)).status, 404, `${method} ${path}`)
    }
    assert.deepEqual(await allRows(world.database), before)
  })
})

/** Every route that changes something refuses, and every other answers. */
async function holdsToViewing(world: World, viewer: Administrator): Promise<void> {
  const before = await allRows(world.database)
  for (const { method, path, needs } of routes) {
    const address = path.replace('{id}', viewer.account).replace(/\{\w+\}/g, 'x')
    const answer = await viewer.send(method, address, method === 'GET' ? undefined : {})
    if (needs === 'admin') {
      assert.deepEqual([answer.status, codeIn(answer)], [403, 'NOT_ALLOWED'], `${method} ${path}`)
    } else assert.ok([200, 404].includes(answer.status), `${method} ${path}: ${answer.body}`)
    assert.equal(needs === 'viewer', method === 'GET', `${method} ${path}`)
  }
  assert.deepEqual(await allRows(world.database), before)
}

describe('users of the admin API', () => {
  it('are added with a password that is never shown, and sign in with it (A-12, security 139)', async (t) => {
    const { world, jane } = await start(t)
    const password = 'a long walk to the sea'
    const body = {
      userName: 'mia',
      password,
      name: 'Mia',
      email: 'mia@x.test',
      groups: ['readers'],
    }
    const added = await jane.send('POST', '/users', body)
    assert.equal(added.status, 201, added.body)
    const mia = added.json<UserShown>()
    assert.equal(added.headers.location, `${world.issuer.origin}/admin/api/users/${mia.id}`)
    assert.deepEqual(
      [mia.emailVerified, mia.groups],
      [false, [{ group: 'readers', source: 'manual' }]],
    )
    assert.ok(!added.body.includes(password) && !(await bytesOf(world.database)).includes(password))
    const visitor = visitorOf(world, 'pages')
    const first = await visitor.begin(await world.thrift.parameters())
    const enrol = await typePassword(visitor, first, 'mia', password)
    assert.ok('enrol-totp' in enrol.actions, enrol.says)

    for (const userName of ['mia', 'MIA', 'Ｍｉａ']) {
      const taken = await jane.send('POST', '/users', { userName })
      assert.deepEqual([taken.status, codeIn(taken)], [409, 'NAME_TAKEN'], userName)
    }
    const weak = await jane.send('POST', '/users', { userName: 'ned', password: 'short' })
    assert.deepEqual([weak.status, codeIn(weak)], [422, 'INPUT_INVALID'])
  })

  it('tell nothing of a secret, wherever they are shown (security 139)', async (t) => {
    const { world, jane } = await start(t)
    await annComes(world)
    const answers = await Promise.all(
      routes
        .filter(({ method }) => method === 'GET')
        .map(({ path }) => jane.get(path.replace('{id}', jane.account))),
    )
    const rows = await allRows(world.database)
    const secrets = [
      ...(rows.credentials ?? []).map(({ sealed_secret }) => sealed_secret),
      ...(rows.sessions ?? []).map(({ jti }) => jti),
      ...(rows.logins ?? []).flatMap(({ sealed_facts, browser_hash }) => [
        sealed_facts,
        browser_hash,
      ]),
      ...(rows.signing_keys ?? []).map(({ sealed_jwk }) => sealed_jwk),
      ...Object.values(world.env).filter((value) => value.endsWith('-secret')),
      passwordOf('jane'),
      jane.token,
    ]
    for (const { body, url } of answers) {
      for (const secret of secrets) assert.ok(!body.includes(String(secret)), url)
    }
  })

  it('are found, filtered and paged', async (t) => {
    const { jane } = await start(t)
    for (const userName of ['u1', 'u2', 'u3', 'u_4', 'u%5']) {
      assert.equal((await jane.send('POST', '/users', { userName })).status, 201)
    }
    const all = await listed(jane)
    const paged: string[] = []
    let query = '?limit=3'
    for (;;) {
      const page = (await jane.get(`/users${query}`)).json<{ items: UserShown[]; next?: string }>()
      paged.push(...page.items.map(({ id }) => id))
      if (page.next === undefined) break
      query = `?limit=3&after=${encodeURIComponent(page.next)}`
    }
    assert.deepEqual(
      paged,
      all.map(({ id }) => id),
    )
    const names = async (search: string) =>
      (await listed(jane, `?search=${encodeURIComponent(search)}`)).map(({ userName }) => userName)
    assert.deepEqual(await names('U_'), ['u_4'])
    assert.deepEqual(await names('%'), ['u%5'])
    assert.deepEqual(await names('JANE@acme'), ['jane'])
    assert.deepEqual(
      (await listed(jane, '?status=locked')).map(({ userName }) => userName),
      ['kim'],
    )
    for (const wrong of ['?limit=0', '?limit=101', '?limit=x', '?status=odd', '?unknown=1']) {
      assert.equal((await jane.get(`/users${wrong}`)).status, 422, wrong)
    }
    assert.equal((await jane.get('/users?after=AAAA')).status, 400)
  })

  it('are changed only as they were seen: a version that is gone is refused, and none at all', async (t) => {
    const { world, jane } = await start(t)
    const bo = await accountOf(world.app.administration, 'bo')
    const { etag } = (await jane.get(`/users/${bo}`)).headers
    const patch = (body: object, ifMatch?: string) =>
      jane.send('PATCH', `/users/${bo}`, body, ifMatch === undefined ? {} : { 'if-match': ifMatch })
    const blind = await patch({ name: 'Bo' })
    assert.deepEqual([blind.status, codeIn(blind)], [428, 'PRECONDITION_NEEDED'])
    const change = { name: 'Bo Anders', attributes: { nickname: 'Bosse' } }
    const changed = await patch(change, etag)
    assert.equal(changed.status, 200, changed.body)
    assert.notEqual(changed.headers.etag, etag)
    const late = await patch({ name: 'Nobody' }, etag)
    assert.deepEqual([late.status, codeIn(late)], [412, 'CHANGED_MEANWHILE'])
    const now = await shown(jane, bo)
    assert.deepEqual(
      [now.name, now.attributes, now.owners.name],
      ['Bo Anders', { nickname: 'Bosse' }, 'local'],
    )
    const email = await patch({ email: 'bo@elsewhere.test' }, '*')
    assert.equal(email.json<UserShown>().emailVerified, false)
    const without = await patch({ attributes: { nickname: null } }, email.headers.etag)
    assert.deepEqual(without.json<UserShown>().attributes, {})
  })

  it('keep what a connection overrides at every login, and say whose it is (scenario 9)', async (t) => {
    const connections = readFileSync(
      join(import.meta.dirname, '../../flows/connections.yaml'),
      'utf8',
    ).replace('    title: Google\n', '    title: Google\n    sync: override\n')
    const { world, jane } = await start(t, { files: { 'connections.yaml': connections } })
    await annComes(world)
    const [ann] = await listed(jane, '?source=google')
    const refused = await jane.send(
      'PATCH',
      `/users/${ann?.id}`,
      { name: 'Eve' },
      { 'if-match': '*' },
    )
    assert.deepEqual([refused.status, codeIn(refused)], [409, 'ATTRIBUTE_OWNED'])
    assert.deepEqual(refused.json<{ owners: object }>().owners, { name: 'google' })
    const own = { attributes: { nickname: 'Annie' } }
    assert.equal(
      (await jane.send('PATCH', `/users/${ann?.id}`, own, { 'if-match': '*' })).status,
      200,
    )
  })

  it('are locked with all that they were given, deleted, and signed out (I-20)', async (t) => {
    const { world, jane } = await start(t)
    const { secret, place } = await annComes(world)
    const { tokens, claims } = await world.thrift.redeem(place.url)
    const alive = () =>
      world.thrift.userinfo(tokens.access_token, claims.sub).then(
        () => true,
        () => false,
      )
    assert.equal(await alive(), true)
    assert.equal(
      (await jane.send('PUT', `/users/${claims.sub}/status`, { status: 'locked' })).status,
      200,
    )
    assert.equal(await alive(), false)
    const again = { status: 'locked' }
    assert.equal((await jane.send('PUT', `/users/${claims.sub}/status`, again)).status, 200)
    await jane.send('PUT', `/users/${claims.sub}/status`, { status: 'active' })

    const visitor = visitorOf(world, 'pages')
    const choice = await visitor.begin(await world.thrift.parameters())
    const second = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
    const back = await typeCodeOf(world, visitor, second, secret)
    await world.thrift.redeem(back.url)
    assert.equal((await jane.send('DELETE', `/users/${claims.sub}/sessions`)).status, 204)
    const rows = await allRows(world.database)
    assert.deepEqual(
      rows.sessions?.filter(({ account_id }) => account_id === claims.sub),
      [],
    )

    assert.equal((await jane.send('DELETE', `/users/${claims.sub}`)).status, 204)
    assert.equal((await jane.send('DELETE', `/users/${claims.sub}`)).status, 404)
    const after = await allRows(world.database)
    for (const [table, all] of Object.entries(after)) {
      const left = all.filter(({ account_id }) => account_id === claims.sub)
      assert.deepEqual(left, [], table)
    }
  })

  it('lose a factor or an association, but never the last way in; sending it again changes nothing (W-5)', async (t) => {
    const { world, jane } = await start(t)
    await annComes(world)
    const [ann] = await listed(jane, '?source=google')
    const [factor] = ann!.factors
    const identity = 'associations/google/g-1'
    const only = await jane.send('DELETE', `/users/${ann?.id}/${identity}`)
    assert.deepEqual([only.status, codeIn(only)], [409, 'LAST_WAY_IN'])
    assert.equal((await shown(jane, ann!.id)).associations.length, 1)

    await insertPassword(world, ann!.id)
    for (const path of [`factors/${factor?.id}`, identity]) {
      for (const _ of [1, 2]) {
        assert.equal((await jane.send('DELETE', `/users/${ann?.id}/${path}`)).status, 204)
      }
    }
    const now = await shown(jane, ann!.id)
    assert.deepEqual([now.factors.map(({ kind }) => kind), now.associations], [['password'], []])
  })

  it('may have what they have agreed to taken back, which signs them out (W-1)', async (t) => {
    const { world, jane } = await start(t)
    await annComes(world)
    const [ann] = await listed(jane, '?source=google')
    await insertConsent(world.database, ann!.id)
    assert.deepEqual((await shown(jane, ann!.id)).consents, [
      {
        ...{ connection: 'google', application: 'thrift', attributes: ['name'] },
        agreedAt: new Date(0).toISOString(),
      },
    ])
    for (const _ of [1, 2]) {
      const answer = await jane.send('DELETE', `/users/${ann?.id}/consents/google`)
      assert.equal(answer.status, 204)
    }
    assert.deepEqual((await shown(jane, ann!.id)).consents, [])
    const sessions = (await allRows(world.database)).sessions ?? []
    assert.ok(!sessions.some(({ account_id }) => account_id === ann?.id))
  })

  it('have groups from several sources, of which only the manual one is withdrawn by hand', async (t) => {
    const { world, jane } = await start(t)
    const visitor = visitorOf(world, 'pages')
    const choice = await visitor.begin(await world.thrift.parameters())
    await goTo(visitor, choice, 'google', signInAtGoogle('Sam Staff'))
    const [sam] = await listed(jane, '?source=google')
    const sources = async () =>
      (await shown(jane, sam!.id)).groups.map(({ group, source }) => [group, source])
    const [[group, source] = []] = await sources()
    assert.equal(group, 'staff')
    await jane.send('PUT', `/users/${sam?.id}/groups/staff`)
    assert.deepEqual((await sources()).length, 2)
    await jane.send('DELETE', `/users/${sam?.id}/groups/staff`)
    assert.deepEqual(await sources(), [['staff', source]])
    const { items } = (await jane.get('/groups')).json<{ items: object[] }>()
    assert.deepEqual(items, [
      { group: 'admin', members: 1 },
      { group: 'staff', members: 1 },
    ])
  })

  it('that wait are approved or rejected (W-12)', async (t) => {
    const { world, jane } = await start(t)
    await annComes(world)
    const [ann] = await listed(jane, '?source=google')
    await world.app.administration.changeUser(
      { account: 'command-line', application: '' },
      ann!.id,
      { change: 'status', status: 'pending' },
      () => true,
      0,
    )
    assert.deepEqual(
      (await listed(jane, '?status=pending')).map(({ id }) => id),
      [ann?.id],
    )
    await jane.send('PUT', `/users/${ann?.id}/status`, { status: 'active' })
    assert.deepEqual(await listed(jane, '?status=pending'), [])
  })

  it('never lose their last administrator, by whatever way (security 137)', async (t) => {
    const { world, jane } = await start(t)
    const attempts = [
      ['DELETE', `/users/${jane.account}/roles/admin`, undefined],
      ['DELETE', `/users/${jane.account}`, undefined],
      ['PUT', `/users/${jane.account}/status`, { status: 'locked' }],
      ['PUT', `/users/${jane.account}/status`, { status: 'disabled' }],
    ] as const
    const before = await allRows(world.database)
    for (const [method, path, body] of attempts) {
      const answer = await jane.send(method, path, body)
      assert.deepEqual([answer.status, codeIn(answer)], [409, 'LAST_ADMINISTRATOR'], path)
    }
    assert.deepEqual(await allRows(world.database), before)
    // One who cannot sign in is none.
    await grant(world.app.administration, await accountOf(world.app.administration, 'kim'), 'admin')
    assert.equal((await jane.send('DELETE', `/users/${jane.account}/roles/admin`)).status, 409)
    await grant(world.app.administration, await accountOf(world.app.administration, 'bo'), 'admin')
    assert.equal((await jane.send('DELETE', `/users/${jane.account}/roles/admin`)).status, 204)
  })

  it('of two administrators that take the other`s role at the same time one stays', async (t) => {
    const { world, jane } = await start(t)
    const bo = await accountOf(world.app.administration, 'bo')
    await grant(world.app.administration, bo, 'admin')
    await Promise.all(
      [jane.account, bo].map((id) => jane.send('DELETE', `/users/${id}/roles/admin`)),
    )
    const roles = (await allRows(world.database)).account_roles ?? []
    assert.equal(roles.filter(({ role }) => role === 'admin').length, 1)
  })
})

describe('logins, flows and the audit of the admin API', () => {
  it('show logins in progress and ended, each with its events', async (t) => {
    const { world, jane } = await start(t)
    const visitor = visitorOf(world, 'pages')
    const first = await visitor.begin(await world.thrift.parameters())
    await typePassword(visitor, first, 'jane')
    const running = (await jane.get('/logins?status=running')).json<{ items: { id: string }[] }>()
    assert.deepEqual(
      running.items.map(({ id }) => id),
      [first.loginId],
    )
    const login = (await jane.get(`/logins/${first.loginId}`)).json<{
      identity: object
      state: string
      events: { option?: string; outcome: string }[]
    }>()
    assert.deepEqual(login.identity, {
      kind: 'account',
      account: jane.account,
      connection: 'local',
    })
    assert.deepEqual(
      login.events.filter(({ option }) => option).map(({ option, outcome }) => [option, outcome]),
      [
        ['password', 'success'],
        ['assign', 'success'],
      ],
    )
    const [ended] = (await jane.get('/logins?status=answered')).json<{
      items: { application: string; outcome: string }[]
    }>().items
    assert.deepEqual([ended?.application, ended?.outcome], ['admin', 'success'])
  })

  it('show the flows in force with the checker`s verdicts', async (t) => {
    const { world, jane } = await start(t)
    const { items } = (await jane.get('/flows')).json<{
      items: { name: string; digest: string; verdicts: { property: string; verdict: string }[] }[]
    }>()
    const names = world.app.organisation().flows.map(({ name }) => name)
    assert.deepEqual(
      items.map(({ name }) => name),
      names,
    )
    for (const { verdicts, digest } of items) {
      assert.match(digest, /^sha256:/)
      assert.ok(verdicts.length > 10 && verdicts.every(({ verdict }) => verdict === 'holds'))
    }
  })

  it('record who has changed what, and nothing secret', async (t) => {
    const { world, jane } = await start(t)
    const password = 'a long walk to the sea'
    const mia = (await jane.send('POST', '/users', { userName: 'mia', password })).json<UserShown>()
    await jane.send('PUT', `/users/${mia.id}/roles/viewer`)
    await jane.send('PUT', `/users/${mia.id}/status`, { status: 'disabled' })
    const { items } = (await jane.get('/audit')).json<{
      items: {
        actor: string
        application: string
        action: string
        subject: string
        detail: object
      }[]
    }>()
    assert.deepEqual(
      items.slice(0, 3).map(({ action, subject, detail }) => [action, subject, detail]),
      [
        ['user.status', mia.id, { status: 'disabled' }],
        ['user.grant-role', mia.id, { role: 'viewer' }],
        ['user.add', mia.id, { userName: 'mia' }],
      ],
    )
    for (const { actor, application } of items.slice(0, 3)) {
      assert.deepEqual([actor, application], [jane.account, 'admin'])
    }
    assert.equal(items.at(-1)?.actor, 'command-line')
    assert.ok(!JSON.stringify((await allRows(world.database)).audit_records).includes(password))
  })
})

describe('flows, logins and keys of the admin API', () => {
  const picture = (body: { drawing?: string }) => body.drawing ?? ''

  it('are drawn: a flow with the way that breaks it, a login where it stands', async (t) => {
    const { world, jane } = await start(t, { files: mfaForAll })
    await jane.send('PATCH', '/connections/github?force=true', { jit: false })
    world.clock.aheadMs += 1000
    const flow = (query: string) => jane.get(`/flows/thrift${query}`)
    const broken = (await flow('')).json<FlowShown>()
    const story = broken.verdicts.find(({ property }) => property === 'I-04')?.story
    assert.ok(story && story.length > 2, JSON.stringify(broken.verdicts))
    assert.doesNotMatch(picture(broken), /class="node [^"]*path/)
    const marked = (await flow('?property=I-04')).json<FlowShown>()
    assert.match(picture(marked), /class="node [^"]*path/)
    assert.equal((await jane.get('/flows/nothing')).status, 404)

    await visitorOf(world, 'pages').begin(await world.thrift.parameters())
    const there = (await jane.get('/logins?status=running&state=sign-in&application=thrift')).json<{
      items: { id: string }[]
    }>()
    assert.equal(there.items.length, 1)
    const none = (await jane.get('/logins?state=done&application=thrift')).json<{ items: [] }>()
    assert.deepEqual(none.items, [])
    const login = (await jane.get(`/logins/${there.items[0]!.id}`)).json<{ drawing: string }>()
    assert.match(picture(login), /class="node offer start here"/)
  })

  it('are keys that sign, that are published, and that wait for the next start', async (t) => {
    const { world, jane } = await start(t)
    const uses = async () => {
      const { items } = (await jane.get('/keys')).json<{ items: { alg: string; use: string }[] }>()
      return new Set(items.map(({ alg, use }) => `${alg} ${use}`))
    }
    assert.deepEqual(await uses(), new Set(['ES256 signs', 'RS256 signs']))
    const db = openDatabase({ url: world.database, durability: 'normal' })
    t.after(() => db.destroy())
    const seal = sealer(new Secret(new Uint8Array(32)), 'a server that is not this one')
    await openSigningKeys(db, 'default', seal).rotate(Date.now())
    const both = ['ES256 signs', 'ES256 waits', 'RS256 signs', 'RS256 waits']
    assert.deepEqual(await uses(), new Set(both))
  })
})

interface FlowShown {
  readonly drawing: string
  readonly verdicts: readonly { readonly property: string; readonly story?: readonly string[] }[]
}

describe('the description of the admin API', () => {
  it('is what is served: every route answers as it says, and no other is there', async (t) => {
    const { world, jane } = await start(t)
    await annComes(world)
    const served = await world.browser().send(`${world.issuer.origin}/admin/api/openapi.json`)
    const description = served.json<ReturnType<typeof openApiOf>>()
    assert.deepEqual(
      description,
      JSON.parse(
        JSON.stringify(openApiOf(routes, { issuer: world.issuer, organisation: 'default' })),
      ),
    )
    const shapes = new Ajv2020({ strict: false, formats: { 'date-time': true } })
    const login = (await jane.get('/logins')).json<{ items: { id: string }[] }>().items[0]!.id
    const ids: Readonly<Record<string, string>> = {
      '/users/{id}': jane.account,
      '/logins/{id}': login,
      '/connections/{id}': 'google',
      '/connections/{id}/consequences': 'google',
      '/flows/{name}': 'thrift',
    }
    for (const { method, path, answers } of routes.filter((route) => route.method === 'GET')) {
      const answer = await jane.send(method, path.replace(/\{\w+\}/, ids[path] ?? ''))
      assert.equal(answer.status, 200, path)
      const hold = shapes.compile(answers[200]!)
      assert.ok(hold(answer.json()), `${path}: ${JSON.stringify(hold.errors)}`)
    }
    for (const path of ['/', '/users/', '/nothing', `/users/${jane.account}/secrets`]) {
      assert.equal((await jane.get(path)).status, path === '/users/' ? 200 : 404, path)
    }
    const other = await jane.send('PUT', '/users')
    assert.deepEqual([other.status, other.headers.allow], [405, 'HEAD, GET, POST'])
  })

  it('is held to: a body of another shape is refused with its place', async (t) => {
    const { world, jane } = await start(t)
    const bodies = [
      ['POST', '/users', {}],
      ['POST', '/users', { userName: 'x', role: 'admin' }],
      ['POST', '/users', { userName: 'a b' }],
      ['PUT', `/users/${jane.account}/status`, { status: 'pending' }],
      ['PATCH', '/connections/google', { title: 'x' }],
      ['PATCH', '/connections/google', {}],
    ] as const
    const before = await allRows(world.database)
    for (const [method, path, body] of bodies) {
      const answer = await jane.send(method, path, body)
      assert.deepEqual(
        [answer.status, codeIn(answer)],
        [422, 'INPUT_INVALID'],
        JSON.stringify(body),
      )
    }
    const text = await jane.send(
      'POST',
      '/users',
      { userName: 'x' },
      { 'content-type': 'text/plain' },
    )
    assert.equal(text.status, 415)
    assert.deepEqual(await allRows(world.database), before)
  })
})
