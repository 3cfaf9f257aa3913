/** The administrators' pages over HTTP, by a browser without script. */
import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { UserChange } from '../../src/engine/administration.ts'
import { deeds } from '../../src/http/admin/pages/deeds.ts'
import { views } from '../../src/http/admin/pages/routes.ts'
import { openDatabase } from '../../src/store/open.ts'
import { addApp, goTo, passwordOf, signIn } from '../flows/people.ts'
import { accountOf, adminPagesOf, commandLine, grant } from '../support/administrator.ts'
import type { Browser, Page } from '../support/browser.ts'
import { insertConsent } from '../support/consent.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'
import { allRows } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf } from '../support/visitor.ts'
import { codeOf, startWorld, type World, type WorldOptions } from '../support/world.ts'

async function start(t: TestContext, options: WorldOptions = {}) {
  const world = await startWorld(t, options)
  const jane = await adminPagesOf(world, 'jane')
  const open = (path: string) => jane.browser.open(`${world.issuer.origin}/admin${path}`)
  return { world, ...jane, open }
}

/** Ann comes by Google, is given an account, and adds an authenticator app. @returns her account */
async function annComes(world: World): Promise<string> {
  const visitor = visitorOf(world, 'pages')
  const choice = await visitor.begin(await world.thrift.parameters())
  const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
  const { place } = await addApp(world, visitor, enrol)
  return (await world.thrift.redeem(place.url)).claims.sub
}

const items = (page: Page) =>
  page
    .$('.items > li')
    .toArray()
    .map((item) => page.$(item).text().replace(/\s+/g, ' ').trim())

async function lastChange(world: World) {
  const { items: records } = await world.app.administration.listAudit({ limit: 1 })
  return records[0]!
}

describe('people on the administrators` pages', () => {
  it('scenario 1: who was just provisioned is listed, with source google, her factor and her link (A-57)', async (t) => {
    const { world, browser, open } = await start(t)
    const search = await open('/people')
    const none = await browser.submit(search.form('Find'), { source: 'google' })
    assert.deepEqual(items(none), [])
    assert.match(none.text, /There is nothing here/)
    await annComes(world)
    const found = await browser.submit(search.form('Find'), { source: 'google' })
    assert.deepEqual(items(found), [
      'ann Ann Example ann@x.test Active · Google · Authenticator app',
    ])
    const ann = await browser.follow(found.link('ann'))
    assert.deepEqual([ann.status, ann.title], [200, 'ann'])
    assert.match(ann.text, /Comes from Google/)
    assert.match(ann.text, /ann@x\.test \(verified\)/)
    assert.match(ann.text, /Google: g-1/)
  })

  it('are searched by a part of the name, by status and by group', async (t) => {
    const { browser, open } = await start(t)
    const search = (await open('/people')).form('Find')
    const names = async (fields: Record<string, string>) =>
      items(await browser.submit(search, fields)).map((item) => item.split(' ')[0])
    assert.deepEqual(await names({ search: 'JAN' }), ['jane'])
    assert.deepEqual(await names({ search: 'bo@acme' }), ['bo'])
    assert.deepEqual(await names({ search: '%' }), [])
    assert.deepEqual(await names({ status: 'locked' }), ['kim'])
    assert.deepEqual(await names({ status: 'locked', search: 'jane' }), [])
    const group = await browser.follow((await open('/groups')).link('admin'))
    assert.deepEqual(
      items(group).map((item) => item.split(' ')[0]),
      ['jane'],
    )
    assert.match(group.text, /In the group: admin/)
  })

  it('come 25 a page, each once, and no address asks for more', async (t) => {
    const { world, browser, open } = await start(t)
    const { administration } = world.app
    for (let i = 0; i < 60; i += 1) {
      const user = { userName: `u${i}`, claims: {}, groups: [`g ${i}`], credentials: [] }
      await administration.addUser(commandLine, user, 0)
    }
    const all = async (path: string) => {
      const lengths: number[] = []
      const seen: string[] = []
      let page = await open(path)
      for (;;) {
        lengths.push(items(page).length)
        seen.push(...items(page))
        if (!page.text.includes('Next page')) break
        page = await browser.follow(page.link('Next page'))
      }
      assert.equal(new Set(seen).size, seen.length)
      return lengths
    }
    assert.deepEqual(await all('/people?limit=1000'), [25, 25, 13])
    assert.deepEqual(await all('/groups'), [25, 25, 11])
    assert.deepEqual((await all('/audit')).slice(0, 2), [25, 25])
    assert.equal((await open('/people?after=AAAA')).status, 400)
  })

  it('say what an upstream has said as text, never as markup, and in the way it is written', async (t) => {
    const { world, open } = await start(t)
    const claims = { name: '<img src=x onerror=alert(1)>', email: '"><script>1</script>@x' }
    const user = { userName: 'עדה</p>', claims, groups: ['<b>'], credentials: [] }
    const { id } = (await world.app.administration.addUser(commandLine, user, 0))!
    for (const path of ['/people', `/people/${id}`, '/groups', '/audit']) {
      const page = await open(path)
      assert.equal(page.status, 200)
      assert.equal(page.$('main img, main script, main b').length, 0, path)
    }
    assert.equal((await open(`/people/${id}`)).title, user.userName)
  })
})

/** What can be known of somebody, shortly. */
async function known({ app }: World, id: string) {
  const user = await app.administration.findUser(id)
  if (!user) return undefined
  const sessions = await app.administration.listSessions({ account: id, limit: 100 })
  return {
    status: user.status,
    factors: user.factors.map(({ kind }) => kind),
    groups: user.groups.filter(({ source }) => source === 'manual').map(({ group }) => group),
    roles: user.roles,
    links: user.associations.map(({ connection }) => connection),
    consents: user.consents.map(({ connection }) => connection),
    sessions: sessions.items.length,
  }
}

describe('what administrators do by the forms of their pages', () => {
  it('each does what its button says, names who did it in the record, and leads back (I-20)', async (t) => {
    const { world, browser, open, account } = await start(t)
    const ann = await annComes(world)
    await insertConsent(world.database, ann)
    const page = `/people/${ann}`
    const pressed = new Set<string>()
    const press = async (button: string, fields: Record<string, string> = {}) => {
      const form = (await open(page)).form(button)
      pressed.add(new URL(form.action).pathname.replace(ann, '{id}').replace('/admin', ''))
      const done = await browser.submit(form, fields)
      assert.equal(done.status, 200, button)
      assert.match(done.text, /Done\. It is written down who has done it/, button)
      assert.equal(done.hops[0]?.status, 303)
      const { actor, application, subject } = await lastChange(world)
      assert.deepEqual([actor, application], [account, 'administration'], button)
      return subject
    }
    const has = async (wanted: Partial<NonNullable<Awaited<ReturnType<typeof known>>>>) => {
      const now = (await known(world, ann))!
      assert.deepEqual({ ...now, ...wanted }, now)
    }
    await has({ status: 'active', factors: ['totp'], sessions: 1, links: ['google'] })
    assert.equal(await press('Add to the group', { group: 'early readers' }), ann)
    await has({ groups: ['early readers'] })
    await press('Withdraw: early readers')
    await has({ groups: [] })
    await press('Make: Viewer')
    await has({ roles: ['viewer'] })
    await press('Withdraw: Viewer')
    await has({ roles: [], sessions: 1 })
    await press('End this session')
    await has({ sessions: 0 })
    await press('Take back what was agreed of Google')
    await has({ consents: [] })
    await press('Lock')
    await has({ status: 'locked' })
    await press('Unlock')
    await has({ status: 'active' })
    await press('Sign out everywhere')
    await press('Remove: Authenticator app')
    await has({ factors: [] })
    await givePassword(world, ann)
    await press('Unlink from Google')
    await has({ links: [] })
    await press('Disable')
    await has({ status: 'disabled' })
    await press('Make active again')
    assert.equal(await press('Erase the account'), ann)
    assert.equal(await known(world, ann), undefined)
    assert.equal((await open(page)).status, 404)

    const ofPeople = deeds.map(({ path }) => path).filter((path) => path.startsWith('/people/'))
    assert.deepEqual(pressed, new Set(ofPeople))
  })

  it('take in whoever waits for approval, or turn them away, and are offered nothing else for them', async (t) => {
    const { world, browser, open } = await start(t)
    const wait = { change: 'status', status: 'pending' } as const
    const [bo, kim] = await Promise.all(
      ['bo', 'kim'].map((name) => accountOf(world.app.administration, name)),
    )
    for (const id of [bo!, kim!]) {
      await world.app.administration.changeUser(commandLine, id, wait, () => true, 0)
    }
    const pending = await browser.follow((await open('')).link('2'))
    assert.equal(items(pending).length, 2)
    const ofBo = await browser.follow(pending.link('bo'))
    assert.deepEqual(
      ofBo
        .$('form[action$="/status"] button')
        .toArray()
        .map((one) => ofBo.$(one).text()),
      ['Approve', 'Reject'],
    )
    await browser.submit(ofBo.form('Approve'))
    await browser.submit((await open(`/people/${kim}`)).form('Reject'))
    assert.deepEqual(
      [(await known(world, bo!))?.status, (await known(world, kim!))?.status],
      ['active', 'disabled'],
    )
  })

  it('scenario 4: say which applications a switch would break before it is made, and are sworn to it (A-53, W-30)', async (t) => {
    const { world, browser, open } = await start(t, { files: mfaForAll })
    const before = await allRows(world.database)
    const asked = await browser.follow(
      (await open('/connections/github')).link('See what the other setting would break'),
    )
    assert.match(asked.text, /These applications would break: Application thrift, flow thrift/)
    assert.match(asked.text, /I-04 a step that needs an account is never entered without one/)
    // Whoever sends it without the oath is asked for it.
    const { force: _oath, ...fields } = asked.form('Break them and do it').fields
    const refused = await browser.submit({ ...asked.form('Break them and do it'), fields })
    assert.equal(refused.status, 409)
    assert.match(
      refused.text,
      /That would break how people sign in.*These applications would break/,
    )
    assert.deepEqual(await allRows(world.database), before)

    const done = await browser.submit(refused.form('Break them and do it'))
    assert.match(done.text, /Makes no accounts Switched here, over what the file says jit/)
    assert.deepEqual((await lastChange(world)).detail, { jit: false, forced: ['thrift'] })
    world.clock.aheadMs += 1000
    const broken = await browser.follow((await open('/flows')).link('Sign in to Thrift'))
    assert.match(
      broken.text,
      /I-04 [^.]*Does not hold How it comes about given JIT is off for github/,
    )
    assert.match(broken.text, /Each of these mends it/)
    assert.match((await open('')).text, /Flows of which not everything holds 1/)
    const marked = await browser.open(
      new URL(broken.$('a[href*="property=I-04"]').attr('href')!, broken.url).href,
    )
    const drawn = (page: Page) =>
      Buffer.from(page.$('.drawing img').attr('src')!.split(',')[1]!, 'base64').toString()
    assert.doesNotMatch(drawn(broken), /class="node [^"]*path/)
    assert.match(drawn(marked), /class="node [^"]*path/)
  })

  it('switch a connection off and on, and its accounts where nothing breaks (A-40, A-41)', async (t) => {
    const { world, browser, open } = await start(t)
    const off = await browser.submit(
      (await open('/connections/github')).form('Switch the connection off'),
    )
    assert.match(off.text, /Switched off/)
    await browser.submit(off.form('Switch the connection on'))
    const asked = await browser.follow(
      (await open('/connections/github')).link('See what the other setting would break'),
    )
    assert.match(asked.text, /No application would break/)
    const done = await browser.submit(asked.form('Make no more accounts'))
    assert.match(done.text, /Makes no accounts/)
    const google = await open('/connections/google')
    assert.match(google.text, /Makes accounts for who is new/)
    assert.deepEqual((await lastChange(world)).detail, { jit: false })
  })

  it('switch an application off, which says so, and on again; never the one that they came by', async (t) => {
    const { world, browser, open } = await start(t)
    const off = await browser.submit((await open('/applications')).form('Switch off: Thrift vault'))
    assert.match(off.text, /It is switched off: nobody can sign in to it\./)
    assert.deepEqual((await lastChange(world)).detail, { enabled: false })
    const on = await browser.submit(off.form('Switch on: Thrift vault'))
    assert.doesNotMatch(on.text, /switched off/)
    assert.equal(on.$('form[action$="/applications/administration"]').length, 0)
  })

  it('are told why not, on the page that they were on: nobody would be left, or could sign in', async (t) => {
    const { world, browser, open, account } = await start(t)
    const last = await browser.submit(
      (await open(`/people/${account}`)).form('Withdraw: Administrator'),
    )
    assert.deepEqual([last.status, last.title], [409, 'Error: jane'])
    assert.match(last.text, /Nobody would be left to administer/)
    const ann = await annComes(world)
    const alone = await browser.submit((await open(`/people/${ann}`)).form('Unlink from Google'))
    assert.equal(alone.status, 409)
    assert.match(alone.text, /Nobody could sign in to this account any more/)
    const empty = await browser.submit((await open(`/people/${ann}`)).form('Add to the group'))
    assert.equal(empty.status, 422)
    assert.deepEqual((await known(world, ann))?.links, ['google'])
  })
})

/** One that nobody has chosen: what counts is that it is there. */
async function givePassword({ database }: World, account: string): Promise<void> {
  const db = openDatabase({ url: database, durability: 'normal' })
  const key = { id: 'cred_given', organisation: 'default', account_id: account, kind: 'password' }
  await db('credentials').insert({ ...key, sealed_secret: '', counter: 0, created_ms: 0 })
  await db.destroy()
}

describe('logins on the administrators` pages', () => {
  it('are found by where they have ended and by id, with their drawing and what has happened', async (t) => {
    const { world, browser, open } = await start(t)
    await signIn(world, visitorOf(world, 'pages'), 'jane')
    await visitorOf(world, 'API').begin(await world.thrift.parameters())
    const search = (await open('/logins')).form('Find')
    const running = await browser.submit(search, { status: 'running' })
    assert.deepEqual(
      items(running).map((item) => item.replace(/^.*UTC /, '')),
      ['thrift: sign-in nobody yet Under way'],
    )
    const ended = await browser.submit(search, { application: 'thrift', state: 'done' })
    assert.equal(items(ended).length, 1)
    assert.deepEqual(items(await browser.submit(search, { state: 'refused' })), [])
    const id = new URL(ended.$('.items a').attr('href')!, ended.url).pathname.split('/').at(-1)!
    const login = await browser.submit(search, { id })
    assert.equal(new URL(login.url).pathname, `/admin/logins/${id}`)
    assert.deepEqual(
      items(login).map((item) => item.replace(/ [A-Z][a-z]{2} \d.*$/, '')),
      [
        'sign-in password success → assign',
        'assign assign success → second-factor',
        'second-factor totp success → done',
      ],
    )
    // An arrow is not turned around: in a text from right to left it would point back.
    assert.equal(login.$('.items [dir=ltr]:contains("→")').length, 3)
    assert.match(login.$('.drawing img').attr('alt')!, /it stands at done/)
    const unknown = await browser.submit(search, { id: 'lg_none' })
    assert.deepEqual([unknown.status, items(unknown)], [200, []])
  })
})

/** Who sends a form, and what is wrong with it. `allowed` is the proof that the others are refused for that. */
type Sender = (
  world: World,
  jane: Awaited<ReturnType<typeof adminPagesOf>>,
) => Promise<{ readonly browser: Browser; readonly origin?: string; readonly token?: string }>

const withdraw = async ({ app }: World, account: string) => {
  const change = { change: 'withdraw-role', role: 'admin' } as const
  const other = await accountOf(app.administration, 'bo')
  await grant(app.administration, other, 'admin')
  await app.administration.changeUser(commandLine, account, change, () => true, 0)
}

const refusedSenders: Readonly<Record<string, readonly [status: number, sender: Sender]>> = {
  'nobody who is signed in': [303, async (world) => ({ browser: world.browser() })],
  'a form without its token': [403, async (_world, { browser }) => ({ browser, token: '' })],
  'a form with the token of another': [
    403,
    async (world, { browser }) => {
      const other = await adminPagesOf(world, 'jane')
      return { browser, token: await tokenOf(other.browser, world) }
    },
  ],
  'a form of another site': [
    403,
    async (_world, { browser }) => ({ browser, origin: 'https://evil.test' }),
  ],
  'a form of a page in a sandbox': [
    403,
    async (_world, { browser }) => ({ browser, origin: 'null' }),
  ],
  'whoever may only look': [
    403,
    async (world, { browser, account }) => {
      await grant(world.app.administration, account, 'viewer')
      await withdraw(world, account)
      return { browser }
    },
  ],
  'whoever has no role any more': [
    403,
    async (world, { browser, account }) => {
      await withdraw(world, account)
      return { browser }
    },
  ],
  'whoever was signed out meanwhile': [
    303,
    async (world, { browser, account }) => {
      const { administration } = world.app
      const change = { change: 'sign-out' } as const
      await administration.changeUser(commandLine, account, change, () => true, 0)
      return { browser }
    },
  ],
  'whoever was locked meanwhile': [
    303,
    async (world, { browser, account }) => {
      await grant(
        world.app.administration,
        await accountOf(world.app.administration, 'bo'),
        'admin',
      )
      const change = { change: 'status', status: 'locked' } as const
      await world.app.administration.changeUser(commandLine, account, change, () => true, 0)
      return { browser }
    },
  ],
  'an administrator of another organisation': [
    303,
    async (world) => {
      const acme = await world.other('acme')
      const { browser } = await adminPagesOf(world, 'jane', { role: 'admin' }, acme)
      return { browser }
    },
  ],
}

async function tokenOf(browser: Browser, world: World): Promise<string> {
  const page = await browser.open(`${world.issuer.origin}/admin/connections/google`)
  return page.$('input[name=form-token]').attr('value') ?? ''
}

/** Each form of the table, filled in so that it would do something to somebody. */
async function formsFor(world: World) {
  const { administration } = world.app
  const id = await annComes(world)
  await insertConsent(world.database, id)
  await givePassword(world, id)
  const [session] = (await administration.listSessions({ account: id, limit: 1 })).items
  const factor = (await administration.findUser(id))!.factors.find(({ kind }) => kind === 'totp')!
  const fields = {
    ...{ status: 'locked', factor: factor.id, group: 'x', role: 'viewer' },
    ...{ connection: 'google', subject: 'g-1', session: session!.id, enabled: 'false' },
  }
  return deeds.map(({ path }) => {
    const [, kind] = path.split('/')
    const ids: Readonly<Record<string, string>> = { people: id, applications: 'vault' }
    return { path: path.replace('{id}', ids[kind!] ?? 'google'), fields }
  })
}

async function send(
  world: World,
  { browser, origin, token }: Awaited<ReturnType<Sender>>,
  { path, fields }: Awaited<ReturnType<typeof formsFor>>[number],
) {
  const body = new URLSearchParams({ ...fields, 'form-token': token ?? '' }).toString()
  return browser.send(`${world.issuer.origin}/admin${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: origin ?? world.issuer.origin,
    },
    body,
  })
}

describe('every form of the administrators` pages (security 12)', () => {
  const closing: (() => unknown)[] = []
  let world: World
  let forms: Awaited<ReturnType<typeof formsFor>>
  before(async () => {
    const suite = { after: (close: unknown) => closing.push(close as () => unknown) }
    world = await startWorld(suite, { others: ['acme'] })
    forms = await formsFor(world)
  })
  after(async () => {
    for (const close of closing) await close()
  })

  for (const [who, [status, sender]] of Object.entries(refusedSenders)) {
    it(`does nothing for ${who}`, async () => {
      await restore(world)
      const jane = await adminPagesOf(world, 'jane')
      const token = await tokenOf(jane.browser, world)
      const by = { token, ...(await sender(world, jane)) }
      const unchanged = await allRows(world.database)
      for (const form of forms) {
        const answer = await send(world, by, form)
        assert.equal(answer.status, status, form.path)
        if (status === 303) {
          assert.equal(answer.headers.location, `${world.issuer.origin}/admin`, form.path)
        }
      }
      assert.deepEqual(await allRows(world.database), unchanged)
    })
  }

  it('does what it is for when nothing of that is wrong', async () => {
    await restore(world)
    const { browser } = await adminPagesOf(world, 'jane')
    const token = await tokenOf(browser, world)
    for (const form of forms) {
      const answer = await send(world, { browser, token }, form)
      assert.equal(answer.status, 303, `${form.path}: ${answer.body}`)
      assert.match(String(answer.headers.location), /\?said=admin\.done$/, form.path)
    }
  })

  it('is one of the admin API`s changes, and every one needs the role admin', () => {
    for (const { path, route } of deeds) {
      assert.deepEqual([route.needs, route.method === 'GET'], ['admin', false], path)
    }
    assert.equal(new Set(deeds.map(({ path }) => path)).size, deeds.length)
  })

  it('reaches nobody of another organisation (A-11, security 150)', async (t) => {
    const world = await startWorld(t, { others: ['acme'] })
    const acme = await world.other('acme')
    const theirs = await accountOf(acme.administration, 'bo')
    const { browser } = await adminPagesOf(world, 'jane')
    const token = await tokenOf(browser, world)
    const fields = { status: 'locked', factor: 'x', group: 'x', role: 'admin', session: 'x' }
    const before = await allRows(world.database)
    const ofPeople = deeds.filter(({ path }) => path.startsWith('/people'))
    for (const { path } of ofPeople) {
      const form = { path: path.replace('{id}', theirs), fields: { ...fields, ...away } }
      const answer = await send(world, { browser, token }, form)
      // A session that nobody here has is as it should be: ended.
      const isSession = path.endsWith('/end-session')
      assert.equal(answer.status, isSession ? 303 : 404, path)
    }
    assert.deepEqual(await allRows(world.database), before)
    assert.equal((await browser.open(`${world.issuer.origin}/admin/people/${theirs}`)).status, 404)
  })
})

/** As it was before somebody tried: jane administers, alone. */
async function restore({ app: { administration } }: World): Promise<void> {
  const change = async (userName: string, asked: UserChange) =>
    administration.changeUser(
      commandLine,
      await accountOf(administration, userName),
      asked,
      () => true,
      0,
    )
  await change('jane', { change: 'status', status: 'active' })
  await change('jane', { change: 'grant-role', role: 'admin' })
  await change('bo', { change: 'withdraw-role', role: 'admin' })
}

const away = { connection: 'google', subject: 'g-1', enabled: 'false' }

/** Every view, of things that are there. */
async function addressesFor(world: World, account: string) {
  const { items: logins } = await world.app.administration.listLogins({ limit: 1 })
  const ids: Readonly<Record<string, string>> = {
    '/people/{id}': account,
    '/connections/{id}': 'google',
    '/flows/{name}': 'thrift',
    '/logins/{id}': logins[0]!.id,
  }
  return views.map(({ path }) => path.replace(/\{\w+\}/, ids[path] ?? ''))
}

describe('every view of the administrators` pages', () => {
  it('asks who is not signed in to sign in, and then leads there', async (t) => {
    const { world, account } = await start(t)
    for (const path of await addressesFor(world, account)) {
      const browser = world.browser()
      const address = `${world.issuer.origin}/admin${path}?x=1`
      const page = await browser.open(address)
      assert.match(page.title, /Administer Sallyport/, path)
      assert.match(page.url, /\/login\/lg_/, path)
    }
    const browser = world.browser()
    const first = await browser.open(`${world.issuer.origin}/admin/people?status=locked`)
    const typed = { username: 'jane', password: passwordOf('jane') }
    const second = await browser.submit(first.form('Sign in'), typed)
    const there = await browser.submit(second.form('Verify'), { code: codeOf('jane', world) })
    assert.equal(there.url, `${world.issuer.origin}/admin/people?status=locked`)
    assert.equal(items(there).length, 1)
  })

  it('shows nothing to whoever has no role, whatever groups they are in (security 80)', async (t) => {
    const world = await startWorld(t)
    // jane is in the group `admin`.
    const { browser, account, page } = await adminPagesOf(world, 'jane', {})
    assert.equal(page.status, 403)
    for (const path of await addressesFor(world, account)) {
      const refused = await browser.open(`${world.issuer.origin}/admin${path}`)
      assert.equal(refused.status, 403, path)
      assert.equal(refused.$('main form, main dl, .items').length, 0, path)
      assert.ok(refused.link('Sign out'), path)
    }
  })

  it('shows a viewer everything, and no form that changes anything', async (t) => {
    const world = await startWorld(t)
    const { browser, account, page } = await adminPagesOf(world, 'jane', { role: 'viewer' })
    assert.match(page.text, /You may see everything here, and change nothing/)
    const paths = await addressesFor(world, account)
    for (const path of [...paths, '/connections/google?jit=false']) {
      const shown = await browser.open(`${world.issuer.origin}/admin${path}`)
      assert.equal(shown.status, 200, path)
      assert.deepEqual(
        shown.forms.filter(({ method }) => method !== 'GET'),
        [],
        path,
      )
    }
  })

  it('tells nothing of a secret (security 139)', async (t) => {
    const { world, account, open } = await start(t)
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
    ]
    assert.ok(secrets.length > 10)
    for (const path of await addressesFor(world, account)) {
      const page = await open(path)
      assert.equal(page.status, 200, path)
      for (const secret of secrets) assert.ok(!page.body.includes(String(secret)), path)
    }
  })

  it('changes nothing by being looked at, and takes no other method (I-38)', async (t) => {
    const { world, account, open, browser } = await start(t)
    const paths = await addressesFor(world, account)
    const before = await allRows(world.database)
    for (const path of paths) await open(path)
    assert.deepEqual(await allRows(world.database), before)
    for (const path of ['/erase', '/status', '/grant-role']) {
      const answer = await browser.send(`${world.issuer.origin}/admin/people/${account}${path}`)
      assert.equal(answer.status, 405, path)
    }
    assert.equal((await open('/nothing')).status, 404)
    assert.equal((await open('/people/acc_none')).status, 404)
    assert.equal((await open('/flows/__proto__')).status, 404)
  })

  it('speaks the language of whoever looks', async (t) => {
    const { world, browser } = await start(t)
    const spoken = async (tag: string) =>
      browser.open(`${world.issuer.origin}/admin/people`, { headers: { 'accept-language': tag } })
    assert.equal((await spoken('de')).title, 'Personen')
    const arabic = await spoken('ar')
    assert.deepEqual([arabic.title, arabic.$('html').attr('dir')], ['الأشخاص', 'rtl'])
  })
})
