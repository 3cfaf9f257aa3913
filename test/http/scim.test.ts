import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { addApp, answerAt, goTo, typeCodeOf } from '../flows/people.ts'
import { rowsOf } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf } from '../support/visitor.ts'
import { shippedFile, startWorld, type World } from '../support/world.ts'

const secret = 'google-scim-secret-of-enough-letters'
const otherSecret = 'github-scim-secret-of-enough-letters'

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

const reference = (name: string) => ['$', `{env:${name}}`].join('')

/** Google and GitHub keep people here; a group of Google's is staff here. */
const connections = shippedFile('connections.yaml')
  .replace(
    '    scopes: [openid, email, profile]',
    `    scopes: [openid, email, profile]\n    scim: ${reference('GOOGLE_SCIM')}\n    groups: { workers: [staff] }`,
  )
  .replace(
    "    scopes: ['read:user'",
    `    scim: ${reference('GITHUB_SCIM')}\n    scopes: ['read:user'`,
  )

type Json = Record<string, unknown> & { readonly id: string }

interface Client {
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Told>
}

interface Told {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

async function start(t: Pick<TestContext, 'after'>, options: { others?: readonly string[] } = {}) {
  const world = await startWorld(t, {
    ...options,
    files: { 'connections.yaml': connections },
    env: { GOOGLE_SCIM: secret, GITHUB_SCIM: otherSecret },
  })
  return { world, client: await clientOf(world.issuer, 'google', secret) }
}

async function tokenOf(issuer: URL, connection: string, own: string, more = {}): Promise<Response> {
  const base = issuer.href.replace(/\/$/, '')
  return fetch(`${base}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`scim.${connection}:${own}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'scim', ...more }),
  })
}

async function clientOf(issuer: URL, connection: string, own: string): Promise<Client> {
  const answer = await tokenOf(issuer, connection, own)
  assert.equal(answer.status, 200)
  const { access_token: token } = (await answer.json()) as { access_token: string }
  return clientWith(issuer, token)
}

function clientWith(issuer: URL, token: string): Client {
  const base = issuer.href.replace(/\/$/, '')
  return {
    async send(method, path, body, headers = {}) {
      const answer = await fetch(`${base}/scim/v2${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return {
        status: answer.status,
        headers: answer.headers,
        body: (text === '' ? {} : JSON.parse(text)) as Json,
      }
    },
  }
}

const ann = {
  schemas: [userSchema],
  userName: 'ann.worker',
  externalId: 'g-77',
  name: { givenName: 'Ann', familyName: 'Worker' },
  emails: [{ value: 'ann@thrift.example', type: 'work', primary: true }],
  active: true,
}

async function add(client: Client, more: object = {}): Promise<Json> {
  const { status, body } = await client.send('POST', '/Users', { ...ann, ...more })
  assert.equal(status, 201, JSON.stringify(body))
  return body
}

const patch = (...Operations: object[]) => ({ schemas: [patchSchema], Operations })

async function accountRow(world: World, id: string) {
  return (await rowsOf(world.database, 'accounts')).find((row) => row.id === id)
}

describe('SCIM: whom an upstream keeps here (RFC 7643, RFC 7644)', () => {
  it('is made, found, replaced and deleted', async (t) => {
    const { world, client } = await start(t)
    const made = await client.send('POST', '/Users', ann)
    assert.equal(made.status, 201)
    assert.equal(made.headers.get('content-type')?.split(';')[0], 'application/scim+json')
    const { id, meta } = made.body as Json & { meta: { location: string; version: string } }
    assert.equal(made.headers.get('location'), meta.location)
    assert.equal(made.headers.get('etag'), meta.version)
    assert.equal(made.body.displayName, 'Ann Worker')

    const row = await accountRow(world, id)
    assert.equal(row?.source, 'google')
    assert.equal(JSON.parse(String(row?.claims)).emailVerified, false)
    const found = await client.send('GET', `/Users/${id}`)
    assert.deepEqual(found.body, made.body)
    const same = await client.send('GET', `/Users/${id}`, undefined, {
      'if-none-match': meta.version,
    })
    assert.equal(same.status, 304)

    const replaced = await client.send('PUT', `/Users/${id}`, {
      ...ann,
      userName: 'ann.boss',
      displayName: 'Ann Boss',
      name: { givenName: 'Ann' },
      emails: [],
    })
    assert.equal(replaced.status, 200)
    assert.equal(replaced.body.userName, 'ann.boss')
    assert.deepEqual(replaced.body.name, { formatted: 'Ann Boss', givenName: 'Ann' })
    assert.equal('emails' in replaced.body, false)

    assert.equal((await client.send('DELETE', `/Users/${id}`)).status, 204)
    assert.equal((await client.send('GET', `/Users/${id}`)).status, 404)
    assert.equal((await client.send('DELETE', `/Users/${id}`)).status, 404)
    assert.equal(await accountRow(world, id), undefined)
    const audit = await rowsOf(world.database, 'audit_records')
    const told = audit.filter(({ actor }) => actor === 'scim.google').map(({ action }) => action)
    assert.deepEqual(new Set(told), new Set(['user.add', 'user.scim', 'user.delete']))
  })

  it('is patched as RFC 7644, 3.5.2 has it, also in the manner of those that say false in words', async (t) => {
    const { client } = await start(t)
    const { id } = await add(client)
    const changed = await client.send(
      'PATCH',
      `/Users/${id}`,
      patch(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'boss@thrift.example' },
        { op: 'Add', value: { nickName: 'Annie' } },
        { op: 'remove', path: 'name.familyName' },
        { op: 'replace', path: 'active', value: 'False' },
      ),
    )
    assert.equal(changed.status, 200, JSON.stringify(changed.body))
    const { emails, nickName, name, active } = changed.body as Json & {
      emails: { value: string }[]
    }
    assert.equal(emails[0]?.value, 'boss@thrift.example')
    assert.equal(nickName, 'Annie')
    assert.equal((name as { familyName?: string }).familyName, undefined)
    assert.equal(active, false)
    const wrong = await client.send(
      'PATCH',
      `/Users/${id}`,
      patch({ op: 'replace', path: 'emails[type eq "home"].display', value: 'x' }, { op: 'turn' }),
    )
    assert.equal(wrong.status, 400)
    assert.equal(wrong.body.scimType, 'invalidSyntax')
  })

  it('is found by filters and page by page, and counted', async (t) => {
    const { client } = await start(t)
    const names = ['ann.one', 'ann.two', 'bob.three', 'bob.four']
    for (const [at, userName] of names.entries()) {
      await add(client, { userName, externalId: `g-${at}`, nickName: `n${at}`, active: at !== 3 })
    }
    const userNames = async (filter: string, more = '') => {
      const query = `?filter=${encodeURIComponent(filter)}${more}`
      const { status, body } = await client.send('GET', `/Users${query}`)
      assert.equal(status, 200, JSON.stringify(body))
      return {
        total: body.totalResults,
        names: (body.Resources as { userName: string }[]).map(({ userName }) => userName),
      }
    }
    assert.deepEqual(await userNames('userName eq "ANN.one"'), { total: 1, names: ['ann.one'] })
    assert.deepEqual(await userNames('externalId eq "g-2"'), { total: 1, names: ['bob.three'] })
    assert.deepEqual(await userNames('userName sw "bob" and active eq true'), {
      total: 1,
      names: ['bob.three'],
    })
    assert.deepEqual(
      await userNames('emails[type eq "work" and value co "THRIFT"]', '&count=1&startIndex=3'),
      {
        total: 4,
        names: ['bob.three'],
      },
    )
    assert.deepEqual(await userNames('not (nickName pr)'), { total: 0, names: [] })
    const page = await client.send('GET', '/Users?startIndex=2&count=2&attributes=userName')
    assert.equal(page.body.totalResults, 4)
    assert.equal(page.body.startIndex, 2)
    assert.deepEqual(
      (page.body.Resources as object[]).map((one) => Object.keys(one)),
      [
        ['schemas', 'id', 'userName'],
        ['schemas', 'id', 'userName'],
      ],
    )
    const none = await client.send('GET', '/Users?count=0')
    assert.deepEqual([none.body.totalResults, none.body.itemsPerPage], [4, 0])
    for (const filter of ['userName eq', '(', 'userName eq "a" or', 'a'.repeat(600)]) {
      const { status, body } = await client.send(
        'GET',
        `/Users?filter=${encodeURIComponent(filter)}`,
      )
      assert.deepEqual([status, body.scimType], [400, 'invalidFilter'], filter)
    }
  })

  it('signs in by the upstream to the account that was made for them, known by their externalId', async (t) => {
    const { world, client } = await start(t)
    const first = visitorOf(world, 'pages')
    const place = await first.begin(await world.thrift.parameters())
    await goTo(first, place, 'google', signInAtGoogle('Ann Example'))
    const [{ subject }] = (await rowsOf(world.database, 'associations')) as [{ subject: string }]
    const [jit] = (await rowsOf(world.database, 'accounts')).filter(
      ({ source }) => source === 'google',
    )
    assert.equal((await client.send('DELETE', `/Users/${String(jit!.id)}`)).status, 204)

    const { id } = await add(client, { externalId: subject })
    const again = visitorOf(world, 'pages')
    await goTo(
      again,
      await again.begin(await world.thrift.parameters()),
      'google',
      signInAtGoogle('Ann Example'),
    )
    const accounts = (await rowsOf(world.database, 'accounts')).filter(
      ({ source }) => source === 'google',
    )
    assert.deepEqual(
      accounts.map((row) => row.id),
      [id],
    )
  })

  it('E-6, I-20: who is taken away has nothing left of what was given, and is not let in until they are back', async (t) => {
    const { world, client } = await start(t)
    const signIn = async () => {
      const visitor = visitorOf(world, 'pages')
      const place = await visitor.begin(await world.thrift.parameters())
      return { visitor, place: await goTo(visitor, place, 'google', signInAtGoogle('Ann Example')) }
    }
    const { visitor, place } = await signIn()
    const { place: end, secret: app } = await addApp(world, visitor, place)
    const { access_token: token } = await world.thrift.exchange(end.url)
    const [known] = (await client.send('GET', '/Users')).body.Resources as [Json]
    const setActive = (active: boolean) =>
      client.send('PATCH', `/Users/${known.id}`, patch({ op: 'replace', value: { active } }))
    const left = async () => {
      const models = await rowsOf(world.database, 'provider_models')
      const sessions = await rowsOf(world.database, 'sessions')
      return [...models, ...sessions].filter((row) => row.account_id === known.id).length
    }
    assert.ok((await left()) > 0 && token)
    assert.equal((await setActive(false)).body.active, false)
    assert.equal(await left(), 0)
    assert.equal(answerAt((await signIn()).place).error, 'access_denied')

    assert.equal((await setActive(true)).body.active, true)
    const { visitor: again, place: asked } = await signIn()
    assert.ok(answerAt(await typeCodeOf(world, again, asked, app)).code)
  })

  it('whom an administrator has locked, and what one has written, no upstream changes back', async (t) => {
    const { world, client } = await start(t)
    const { id } = await add(client)
    const by = { account: 'command-line', application: '' }
    const { administration } = world.app
    const change = (asked: Parameters<typeof administration.changeUser>[2]) =>
      administration.changeUser(by, id, asked, () => true, Date.now())
    await change({ change: 'status', status: 'locked' })
    await change({ change: 'profile', attributes: { 'other.nickname': 'Boss' } })
    const put = await client.send('PUT', `/Users/${id}`, {
      ...ann,
      nickName: 'Annie',
      active: true,
    })
    assert.equal(put.status, 200)
    assert.equal(put.body.active, false)
    assert.equal(put.body.nickName, 'Boss')
    assert.equal((await accountRow(world, id))?.status, 'locked')
  })

  it('E-6: whom an administrator keeps out, before or after the upstream did, it does not let in again', async (t) => {
    const { world, client } = await start(t)
    const by = { account: 'command-line', application: '' }
    const { administration } = world.app
    const set = async (id: string, status: 'active' | 'disabled') => {
      const asked = { change: 'status', status } as const
      await administration.changeUser(by, id, asked, () => true, Date.now())
    }
    const say = async (id: string, active: boolean) => {
      await client.send(
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'replace', path: 'active', value: active }),
      )
      return (await accountRow(world, id))?.status
    }
    const { id } = await add(client)
    assert.equal(await say(id, false), 'disabled')
    assert.equal(await say(id, true), 'active')
    await say(id, false)
    await set(id, 'disabled')
    assert.equal(await say(id, true), 'disabled')
    await set(id, 'active')
    await say(id, false)
    await set(id, 'active')
    await set(id, 'disabled')
    assert.equal(await say(id, true), 'disabled')
  })

  it('security 140: has a name and an externalId that nobody has, which is never pointed elsewhere', async (t) => {
    const { world, client } = await start(t)
    const { id } = await add(client)
    const taken = await client.send('POST', '/Users', {
      ...ann,
      userName: 'Jane',
      externalId: 'g-1',
    })
    assert.deepEqual([taken.status, taken.body.scimType], [409, 'uniqueness'])
    const twice = await client.send('POST', '/Users', { ...ann, userName: 'someone.else' })
    assert.deepEqual([twice.status, twice.body.scimType], [409, 'uniqueness'])
    const renamed = await client.send('PUT', `/Users/${id}`, { ...ann, userName: 'jane' })
    assert.deepEqual([renamed.status, renamed.body.scimType], [409, 'uniqueness'])
    const moved = await client.send('PUT', `/Users/${id}`, { ...ann, externalId: 'g-78' })
    assert.deepEqual([moved.status, moved.body.scimType], [400, 'mutability'])
    for (const userName of ['', 'admin', 'google:1', 'a\u0000b', 7]) {
      const { status, body } = await client.send('POST', '/Users', {
        ...ann,
        userName,
        externalId: 'x',
      })
      assert.deepEqual([status, body.scimType], [400, 'invalidValue'], String(userName))
    }
    const accounts = await rowsOf(world.database, 'accounts')
    assert.equal(accounts.filter(({ source }) => source === 'google').length, 1)
  })

  it('is changed only as they were seen, where a version is named', async (t) => {
    const { client } = await start(t)
    const { id, meta } = (await add(client)) as Json & { meta: { version: string } }
    const named = { 'if-match': meta.version }
    const first = await client.send('PUT', `/Users/${id}`, { ...ann, nickName: 'A' }, named)
    assert.equal(first.status, 200)
    for (const [method, body] of [
      ['PUT', ann],
      ['PATCH', patch({ op: 'add', value: { nickName: 'B' } })],
      ['DELETE', undefined],
    ] as const) {
      assert.equal((await client.send(method, `/Users/${id}`, body, named)).status, 412)
    }
  })
})

describe('SCIM: groups of an upstream', () => {
  it('W-9: grant what the connection maps them to, and take it back with the membership', async (t) => {
    const { world, client } = await start(t)
    const [a, b] = [await add(client), await add(client, { userName: 'bob.w', externalId: 'g-2' })]
    const granted = async () =>
      (await rowsOf(world.database, 'account_groups'))
        .filter(({ source }) => source === 'scim:google')
        .map((row) => [row.account_id, row.group_name])
    const group = { schemas: [groupSchema], displayName: 'workers', members: [{ value: a.id }] }
    const made = await client.send('POST', '/Groups', group)
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.deepEqual(await granted(), [[a.id, 'staff']])
    assert.deepEqual(
      ((await client.send('GET', `/Users/${a.id}`)).body.groups as { display: string }[])[0]
        ?.display,
      'workers',
    )
    const path = `/Groups/${made.body.id}`
    await client.send(
      'PATCH',
      path,
      patch({ op: 'add', path: 'members', value: [{ value: b.id }] }),
    )
    assert.equal((await granted()).length, 2)
    await client.send('PATCH', path, patch({ op: 'remove', path: `members[value eq "${a.id}"]` }))
    assert.deepEqual(await granted(), [[b.id, 'staff']])
    await client.send('PATCH', path, patch({ op: 'replace', value: { displayName: 'idlers' } }))
    assert.deepEqual(await granted(), [])
    await client.send('PUT', path, group)
    assert.deepEqual(await granted(), [[a.id, 'staff']])
    assert.equal((await client.send('DELETE', path)).status, 204)
    assert.deepEqual(await granted(), [])
  })

  it('security 80: grant nothing for an equal name, and hold nobody but their own people', async (t) => {
    const { world, client } = await start(t)
    const { id } = await add(client)
    await client.send('POST', '/Groups', { displayName: 'admin', members: [{ value: id }] })
    const groups = await rowsOf(world.database, 'account_groups')
    assert.deepEqual(
      groups.filter((row) => row.account_id === id),
      [],
    )
    const jane = (await rowsOf(world.database, 'accounts')).find((row) => row.user_name === 'jane')!
    const wrong = await client.send('POST', '/Groups', {
      displayName: 'workers',
      members: [{ value: jane.id }],
    })
    assert.deepEqual([wrong.status, wrong.body.scimType], [400, 'invalidValue'])
    const same = await client.send('POST', '/Groups', { displayName: 'Admin' })
    assert.deepEqual([same.status, same.body.scimType], [409, 'uniqueness'])
    const found = await client.send('GET', '/Groups?filter=displayName%20eq%20%22admin%22')
    assert.equal(found.body.totalResults, 1)
  })
})

describe('SCIM: who may', () => {
  it('security 139: nobody without a token for it, of a client with the secret of its connection', async (t) => {
    const { world, client } = await start(t)
    const { id } = await add(client)
    const wrong = await tokenOf(world.issuer, 'google', otherSecret)
    assert.equal(wrong.status, 401)
    for (const token of ['made-up', '']) {
      const told = await clientWith(world.issuer, token).send('GET', `/Users/${id}`)
      assert.equal(told.status, 401)
      assert.match(told.headers.get('www-authenticate') ?? '', /^Bearer/)
      assert.equal(
        (told.body.schemas as string[])[0],
        'urn:ietf:params:scim:api:messages:2.0:Error',
      )
    }
    const scopeless = await tokenOf(world.issuer, 'google', secret, { scope: '' })
    const { access_token: weak } = (await scopeless.json()) as { access_token: string }
    assert.equal((await clientWith(world.issuer, weak).send('GET', '/Users')).status, 403)
    const elsewhere = await tokenOf(world.issuer, 'google', secret, {
      resource: `${world.issuer.href.replace(/\/$/, '')}/admin/api`,
    })
    assert.equal(elsewhere.status, 400)
  })

  it('CVE-2025-10149: sees and changes nobody of another connection, nor our own, whatever they are called', async (t) => {
    const { world, client } = await start(t)
    const other = await clientOf(world.issuer, 'github', otherSecret)
    const mine = await add(client)
    const jane = (await rowsOf(world.database, 'accounts')).find((row) => row.user_name === 'jane')!
    for (const [by, id] of [
      [other, mine.id],
      [client, String(jane.id)],
    ] as const) {
      assert.equal((await by.send('GET', `/Users/${id}`)).status, 404)
      assert.equal((await by.send('PUT', `/Users/${id}`, { ...ann, externalId: 'y' })).status, 404)
      assert.equal(
        (await by.send('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } })))
          .status,
        404,
      )
      assert.equal((await by.send('DELETE', `/Users/${id}`)).status, 404)
    }
    assert.equal((await other.send('GET', '/Users')).body.totalResults, 0)
    assert.equal((await accountRow(world, String(jane.id)))?.status, 'active')
  })

  it('stops when the connection is switched off', async (t) => {
    const { world, client } = await start(t)
    await world.app.overlays.set('google', { enabled: false }, Date.now())
    world.clock.aheadMs += 2000
    const page = await world.browser().open(await world.thrift.authorize())
    assert.equal(page.status, 200)
    assert.equal((await client.send('GET', '/Users')).status, 401)
  })

  it('security 79: nothing that it sends is more than a value', async (t) => {
    const { client } = await start(t)
    const { id } = await add(client)
    const deep = JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`)
    const bodies: readonly unknown[] = [
      patch({ op: 'add', path: '__proto__.polluted', value: 'yes' }),
      patch({ op: 'add', path: 'name.constructor.prototype.polluted', value: 'yes' }),
      JSON.parse(
        `{"schemas":["${patchSchema}"],"Operations":[{"op":"add","value":{"__proto__":{"polluted":"yes"}}}]}`,
      ),
      patch({ op: 'add', value: { '__proto__.polluted': 'yes' } }),
      patch({ op: 'add', path: `${'a.'.repeat(300)}b`, value: 1 }),
      { ...patch({ op: 'add', value: deep }) },
      patch(...Array.from({ length: 200 }, () => ({ op: 'add', value: { nickName: 'n' } }))),
      [],
      'text',
    ]
    for (const body of bodies) {
      const { status } = await client.send('PATCH', `/Users/${id}`, body)
      assert.equal(status, 400, JSON.stringify(body).slice(0, 80))
    }
    assert.equal(({} as { polluted?: string }).polluted, undefined)
    const filter = encodeURIComponent('__proto__.polluted pr')
    assert.equal((await client.send('GET', `/Users?filter=${filter}`)).status, 400)
  })

  it('tells what it can do', async (t) => {
    const { client } = await start(t)
    const config = await client.send('GET', '/ServiceProviderConfig')
    assert.deepEqual(config.body.patch as object, { supported: true })
    const types = await client.send('GET', '/ResourceTypes')
    assert.equal(types.body.totalResults, 2)
    assert.equal((await client.send('GET', `/Schemas/${userSchema}`)).body.id, userSchema)
    assert.equal((await client.send('GET', '/Schemas/other')).status, 404)
    assert.equal((await client.send('POST', '/Bulk', {})).status, 404)
  })
})
