import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as client from 'openid-client'
import { type Answer, Browser, type Page } from '../support/browser.ts'
import { allRows, rowsOf } from '../support/rows.ts'
import { signInAtGithub } from '../support/upstreams.ts'
import { type Place, type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import {
  addApp,
  answerAt,
  assertError,
  goTo,
  passTime,
  signIn,
  start,
  typeCode,
  typePassword,
} from './people.ts'

const jane = { username: 'jane', password: 'paper lantern quartz' }
const form = 'application/x-www-form-urlencoded'

describe('forms that another site sends', () => {
  it('security 24: every form of a login is refused from elsewhere, and without its own seq', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const strangers = await seqsOfOthers(world, visitor)
    for (const at of await placesOf(world, visitor)) {
      const before = await allRows(world.database)
      const { origin } = world.issuer
      for (const action of Object.keys(at.actions)) {
        const send = (headers: Record<string, string>, fields: Record<string, string>) =>
          visitor.browser.send(`${origin}/login/${at.loginId}`, {
            method: 'POST',
            headers: { 'content-type': form, ...headers },
            body: new URLSearchParams({ action, ...jane, code: '123456', ...fields }).toString(),
          })
        const right = { seq: at.seq }
        for (const headers of foreign) assert.equal((await send(headers, right)).status, 403)
        for (const seq of strangers)
          assert.equal((await send({ origin }, { seq })).status, 403, `${action} ${seq}`)
        assert.equal((await send({ origin }, {})).status, 400)
        const asText = { origin, 'content-type': 'text/plain' }
        assert.equal((await send(asText, right)).status, 415)
      }
      assert.deepEqual(await allRows(world.database), before)
    }
  })

  it('security 24: every answer to the API is refused from elsewhere, and without its own seq', async (t) => {
    const { world, visitor } = await start(t, 'API')
    const strangers = await seqsOfOthers(world, visitor)
    const choice = await visitor.begin(await world.thrift.parameters())
    const before = await allRows(world.database)
    const send = (url: string, headers: Record<string, string>, body: unknown) =>
      visitor.browser.send(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    for (const { href } of choice.login!.actions) {
      const right = { seq: choice.seq, input: jane }
      for (const headers of foreign) assert.equal((await send(href, headers, right)).status, 403)
      for (const seq of strangers)
        assert.equal((await send(href, {}, { seq, input: {} })).status, 403)
      assert.equal((await send(href, {}, { input: jane })).status, 422)
      assert.equal((await send(href, { 'content-type': 'text/plain' }, right)).status, 415)
    }
    const request = await world.thrift.parameters()
    for (const headers of foreign)
      assert.equal(
        (await send(`${world.issuer.origin}/flow-api/logins`, headers, request)).status,
        403,
      )
    assert.deepEqual(await allRows(world.database), before)
  })

  it('security 24: nobody is signed out by a form of another site', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const { tokens } = await world.thrift.redeem((await signIn(world, visitor)).url)
    const question = await visitor.browser.open(world.thrift.logout(tokens))
    const confirm = question.form('Yes, sign out')
    for (const fields of [{ xsrf: 'guessed' }, {}] as Record<string, string>[]) {
      const sent = await visitor.browser.send(confirm.action, {
        method: 'POST',
        headers: { 'content-type': form },
        body: new URLSearchParams({ logout: 'yes', ...fields }).toString(),
      })
      assert.equal(sent.status, 400)
    }
    answerAt(await visitor.begin(await world.thrift.parameters({ prompt: 'none' })))
  })

  it('security 24: a login is restarted only from its own page', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const choice = await visitor.begin(await world.thrift.parameters())
    world.clock.aheadMs += 16 * 60_000
    const before = await allRows(world.database)
    for (const prefix of ['/login', '/flow-api/logins'])
      for (const headers of foreign) {
        const url = `${world.issuer.origin}${prefix}/${choice.loginId}/restart`
        const sent = await visitor.browser.send(url, { method: 'POST', headers })
        assert.equal(sent.status, 403)
      }
    assert.deepEqual(await allRows(world.database), before)
  })
})

describe('an answer that no address can carry', () => {
  it('is given at one of its own, where the last form leads (form_post)', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const asked = await world.thrift.parameters({ response_mode: 'form_post' })
    const second = await typePassword(visitor, await visitor.begin(asked), 'jane')
    const uid = await interactionOf(world, second)
    const end = await typeCode(world, visitor, second, 'jane')
    assert.deepEqual([end.status, end.url], [200, `${world.issuer.origin}/auth/${uid}`])
    const { action, fields } = end.page!.forms[0]!
    assert.equal(action, 'http://localhost:3001/callback')
    await world.thrift.redeem(`${action}?${new URLSearchParams(fields)}`)
  })
})

for (const way of ways) {
  describe(`answers, by ${way}`, () => {
    it('security 25: looking changes nothing: not thrice, not by HEAD, not before the person (I-38)', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const away = await visitor.act(choice, 'github')
      const second = await typePassword(visitor, await visitor.look(away), 'jane')
      const { origin } = world.issuer
      const uid = await interactionOf(world, second)
      const before = await allRows(world.database)
      for (const path of [
        `/login/${second.loginId}`,
        `/login/${second.loginId}/restart`,
        `/flow-api/logins/${second.loginId}`,
        `/flow-api/logins/${second.loginId}/actions/totp`,
        `/flow-api/logins/${second.loginId}/actions/cancel`,
        `/auth/${uid}`,
        '/.well-known/openid-configuration',
        '/session/end',
        '/healthz',
      ])
        for (const method of ['GET', 'GET', 'GET', 'HEAD']) {
          const { status } = await visitor.browser.send(origin + path, { method })
          assert.ok(status < 500, `${method} ${path} ${status}`)
        }
      const after = await allRows(world.database)
      for (const table of Object.keys(before).filter((name) => name !== 'sessions'))
        assert.deepEqual(after[table], before[table], table)
      answerAt(await typeCode(world, visitor, await visitor.look(second), 'jane'))
    })

    it('security 25: a scanner that opens the way to the application first takes nothing from the person', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const uid = await interactionOf(world, second)
      const scanner = new Browser({ stopAt: ['http://localhost:3001/'] })
      t.after(() => scanner.close())
      const end = await typeCode(world, visitor, second, 'jane')
      const url = `${world.issuer.origin}/auth/${uid}`
      assert.ok((await scanner.open(url)).status >= 400)
      const again = await visitor.browser.open(url)
      assert.equal(again.url, end.url, 'the same browser gets the same answer')
      await world.thrift.redeem(end.url)
      assert.ok((await visitor.browser.open(url)).status >= 400, 'and none once it was redeemed')
    })

    it('security 35: after signing out no cookie, token or tab of before is worth anything', async (t) => {
      const { world, visitor } = await start(t, way)
      const scope = { scope: 'openid email offline_access', prompt: 'consent' }
      const first = await visitor.begin(await world.thrift.parameters(scope))
      const end = await typeCode(world, visitor, await typePassword(visitor, first, 'jane'), 'jane')
      const { tokens, claims } = await world.thrift.redeem(end.url)
      const again = await visitor.begin(await world.thrift.parameters())
      const later = await world.thrift.redeem(again.url)
      const silent = await visitor.begin(await world.vault.parameters({ prompt: 'none' }))
      const vault = await world.vault.redeem(silent.url)
      const stolen = visitorOf(world, way, await visitor.browser.clone())

      const question = await visitor.browser.open(world.thrift.logout(tokens))
      await visitor.browser.submit(question.form('Yes, sign out'))
      for (const who of [visitor, stolen])
        for (const application of [world.thrift, world.vault]) {
          const request = await application.parameters({ prompt: 'none', state: 's' })
          assertError(await who.begin(request), 'login_required', 's')
        }
      await assert.rejects(world.vault.userinfo(vault.tokens.access_token, claims.sub))
      for (const { access_token } of [tokens, later.tokens]) {
        await assert.rejects(world.thrift.userinfo(access_token, claims.sub))
        const told = await client.tokenIntrospection(world.thrift.configuration, access_token)
        assert.equal(told.active, false)
      }
      const refresh = client.refreshTokenGrant(world.thrift.configuration, tokens.refresh_token!)
      await assert.rejects(refresh, { error: 'invalid_grant' })
      assert.deepEqual(await sessionsOfSomebody(world), [])
    })

    it('security 35: a locked account loses sessions, grants and tokens at once', async (t) => {
      const { world, visitor } = await start(t, way)
      const scope = { scope: 'openid email offline_access', prompt: 'consent' }
      const first = await visitor.begin(await world.thrift.parameters(scope))
      const end = await typeCode(world, visitor, await typePassword(visitor, first, 'jane'), 'jane')
      const { tokens, claims } = await world.thrift.redeem(end.url)
      await world.app.accounts.setStatus('jane', 'locked')
      const { configuration } = world.thrift
      await assert.rejects(world.thrift.userinfo(tokens.access_token, claims.sub))
      await assert.rejects(client.refreshTokenGrant(configuration, tokens.refresh_token!), {
        error: 'invalid_grant',
      })
      const told = await client.tokenIntrospection(configuration, tokens.access_token)
      assert.equal(told.active, false)
      const request = await world.thrift.parameters({ prompt: 'none', state: 's' })
      assertError(await visitor.begin(request), 'login_required', 's')
    })
  })
}

describe('answers to a browser', () => {
  it('security 34: what follows a credential is never a redirect that would send it again', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const places: Place[] = []
    places.push(await visitor.begin(await world.thrift.parameters()))
    places.push(await typePassword(visitor, places[0]!, 'jane', 'wrong'))
    places.push(await typePassword(visitor, places[1]!, 'jane'))
    places.push(await typeCode(world, visitor, places[2]!, 'jane'))
    const other = visitorOf(world, 'pages')
    const choice = await other.begin(await world.thrift.parameters())
    places.push(await goTo(other, choice, 'github', signInAtGithub('gil')))
    places.push((await addApp(world, other, places.at(-1)!)).place)
    const posts = places
      .flatMap(({ page }) => page!.hops)
      .filter(
        ({ request }) => request.method === 'POST' && request.url.startsWith(world.issuer.origin),
      )
    assert.ok(posts.length >= 4)
    for (const { status } of posts) assert.ok([200, 303].includes(status), String(status))

    const plain = await visitor.begin(await world.thrift.parameters({ prompt: 'login' }))
    const sent = await visitor.browser.send(`${world.issuer.origin}/login/${plain.loginId}`, {
      method: 'POST',
      headers: { 'content-type': form, origin: world.issuer.origin },
      body: new URLSearchParams({ seq: plain.seq, action: 'password', ...jane }).toString(),
    })
    assert.equal(sent.status, 303)
  })

  it('security 26, security 27: every answer, of whatever status, protects itself', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const statuses = new Set<number>()
    for (const answer of await crawl(world, visitor)) {
      statuses.add(answer.status)
      assertProtected(answer)
    }
    const wanted = [200, 303, 400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 421, 422]
    assert.deepEqual(
      wanted.filter((status) => !statuses.has(status)),
      [],
    )
  })

  it('says of every answer what it is, and in which characters', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    for (const { body, headers, url } of await crawl(world, visitor)) {
      if (body === '') continue
      // JSON has no other characters than UTF-8 (RFC 8259, section 8.1).
      const known = /^(text\/[a-z]+; charset=utf-8|application\/([\w-]+\+)?json(; charset=utf-8)?)$/
      assert.match(String(headers['content-type']), known, String(url))
    }
  })

  it('security 27: no page loads or sends anything from or to elsewhere', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    for (const { page } of await placesOf(world, visitor)) {
      const { $ } = page!
      assert.equal($('script').length, 0)
      for (const element of $('[src], link[href], form[action]').toArray()) {
        const address =
          $(element).attr('src') ?? $(element).attr('href') ?? $(element).attr('action')!
        const url = new URL(address, page!.url)
        assert.ok(url.protocol === 'data:' || url.origin === world.issuer.origin, address)
      }
    }
  })

  it('security 32: cookies that nobody made are no cookies, and break nothing', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const end = await signIn(world, visitor)
    const { tokens } = await world.thrift.redeem(end.url)
    const choice = await visitorOf(world, 'pages').begin(await world.thrift.parameters())
    const { cookies } = await visitor.browser.cookies.serialize()
    const names = cookies
      .map(({ key }) => String(key))
      .filter((key) => key.startsWith('sallyport-'))
    assert.ok(names.length >= 2, names.join())
    const others = ['interaction', 'resume'].map((what) =>
      names[0]!.replace(/-(browser|session)$/, `-${what}`),
    )
    const paths = [
      `/auth?${new URLSearchParams(await world.thrift.parameters())}`,
      `/auth?${new URLSearchParams(await world.thrift.parameters({ prompt: 'none' }))}`,
      `/auth/${await interactionOf(world, choice)}`,
      `/login/${choice.loginId}`,
      `/login/callback/github?state=x&code=y`,
      new URL(world.thrift.logout(tokens)).pathname,
    ]
    const stranger = world.browser()
    for (const name of [...names, ...others])
      for (const value of malformed)
        for (const path of paths) {
          const cookie = value.replaceAll('NAME', name)
          const answer = await stranger.send(world.issuer.origin + path, { headers: { cookie } })
          const what = `${path} ${cookie.slice(0, 80)}: ${answer.status}`
          assert.ok([200, 302, 303, 400, 403, 431].includes(answer.status), what)
          assert.doesNotMatch(String(answer.headers.location), /[?&]code=/, what)
        }
    const refused = world.reports.map((report) => (report as { status?: number }).status ?? 500)
    assert.deepEqual(
      refused.filter((status) => status >= 500),
      [],
    )
  })
})

const foreign = [
  { origin: 'https://evil.test' },
  { origin: 'null' },
  { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
]

const malformed = [
  'NAME=',
  'NAME',
  'NAME=garbage',
  'NAME="quoted',
  'NAME=%00%ff%zz',
  'NAME=__proto__',
  'NAME=../../etc/passwd',
  `NAME=${'a'.repeat(43)}`,
  `NAME=${'a'.repeat(43)}; NAME=${'b'.repeat(43)}`,
  `NAME=${'x'.repeat(8000)}`,
  `NAME=${Buffer.from('{"account":"acc_1"}').toString('base64url')}`,
  'NAME=caf\u00e9\u0080',
  ';;;=;NAME==;',
]

/** A page of each kind that a login of thrift can show, each still open. */
async function placesOf(world: World, visitor: Visitor): Promise<Place[]> {
  const choice = await visitor.begin(await world.thrift.parameters())
  const wrong = await typePassword(
    visitor,
    await visitor.begin(await world.thrift.parameters()),
    'jane',
    'x',
  )
  const away = await visitor.act(await visitor.begin(await world.thrift.parameters()), 'github')
  const second = await typePassword(
    visitor,
    await visitor.begin(await world.thrift.parameters()),
    'jane',
  )
  const enrol = await typePassword(
    visitor,
    await visitor.begin(await world.thrift.parameters()),
    'bo',
  )
  return [choice, wrong, await visitor.look(away), second, enrol]
}

/** Tokens that are somebody's, but not this login's; and some that are nobody's. */
async function seqsOfOthers(world: World, visitor: Visitor): Promise<string[]> {
  const own = await visitor.begin(await world.thrift.parameters())
  const neighbour = await visitorOf(world, visitor.way).begin(await world.thrift.parameters())
  return [own.seq, neighbour.seq, '0', '0.', '0.AAAA', `0.${'A'.repeat(43)}`, '-1.x', '1e3.x']
}

async function crawl(world: World, visitor: Visitor): Promise<Answer[]> {
  const { origin } = world.issuer
  const { browser } = visitor
  const pages: Page[] = (await placesOf(world, visitor)).map(({ page }) => page!)
  const place = await visitor.begin(await world.thrift.parameters())
  pages.push((await visitor.force(place, 'nope', {})).page!)
  const end = await signIn(world, visitor)
  pages.push(end.page!)
  const { tokens } = await world.thrift.redeem(end.url)
  pages.push(await browser.open(world.thrift.logout(tokens)))
  pages.push(await browser.open(`${origin}/session/end/success`))
  pages.push(await browser.open(`${origin}/auth?client_id=nobody`))
  pages.push(await browser.open(`${origin}/auth?client_id=thrift&redirect_uri=http://evil.test/`))
  passTime(world)
  const over = await visitor.begin(await world.thrift.parameters({ prompt: 'login' }))
  world.clock.aheadMs += 16 * 60_000
  pages.push((await visitor.look(over)).page!)

  const stranger = world.browser()
  const get = (path: string) => stranger.send(origin + path, { headers: { accept: 'text/html' } })
  const post = (path: string, headers: Record<string, string>, body: string) =>
    browser.send(origin + path, { method: 'POST', headers, body })
  const json = { 'content-type': 'application/json' }
  const { loginId } = place
  const answers = await Promise.all([
    get('/nowhere'),
    get('/login/nowhere'),
    get('/flow-api/logins'),
    get(`/login/${loginId}`),
    get(`/flow-api/logins/${loginId}`),
    get('/login/callback/google'),
    get(`/login/${'x'.repeat(9000)}`),
    get('/.well-known/openid-configuration'),
    get('/jwks'),
    get('/me'),
    get('/auth/nobody'),
    get('/healthz'),
    stranger.send(`${origin}/login/${loginId}`, { method: 'DELETE' }),
    stranger.send(`${origin}/login/callback/google`, { method: 'HEAD' }),
    stranger.send(`${origin}/login/${loginId}`, { headers: { host: 'evil.test' } }),
    post('/token', { 'content-type': form }, 'grant_type=authorization_code'),
    post('/flow-api/logins', json, '{"client_id":"thrift"}'),
    post('/flow-api/logins', json, '{'),
    post('/flow-api/logins', json, '[]'),
    post('/flow-api/logins', json, `"${'x'.repeat(20_000)}"`),
    post('/flow-api/logins', { 'content-type': 'text/plain' }, '{}'),
    post(`/login/${loginId}`, { 'content-type': form, origin: 'https://evil.test' }, 'seq=1'),
    post(`/login/${loginId}`, { 'content-type': form, origin }, 'seq=1&seq=2'),
  ])
  const hops = pages.flatMap((page) => page.hops)
  return [...hops, ...answers].filter(({ url }) => url.startsWith(origin))
}

function assertProtected({ url, status, request, headers, body }: Answer): void {
  const what = `${request.method} ${url.slice(0, 200)} ${status}`
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /default-src 'none'/, what)
  assert.match(policy, /frame-ancestors 'none'/, what)
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/, what)
  assert.equal(headers['x-frame-options'], 'DENY', what)
  assert.equal(headers['x-content-type-options'], 'nosniff', what)
  const isPage = body.includes('<form')
  assert.equal(
    headers['referrer-policy'],
    isPage ? 'same-origin' : headers['referrer-policy'],
    what,
  )
  assert.match(String(headers['referrer-policy']), /^(no-referrer|same-origin)$/, what)
  const isPublic = /\/(\.well-known\/|jwks)/.test(url)
  if (!isPublic) assert.match(String(headers['cache-control']), /no-store/, what)
  assert.equal(headers['x-powered-by'], undefined, what)
  for (const cookie of headers['set-cookie'] ?? []) {
    assert.match(cookie, /; ?httponly/i, what)
    assert.match(cookie, /; ?samesite=(lax|strict)/i, what)
  }
}

async function interactionOf(world: World, { loginId }: Place): Promise<string> {
  const logins = await rowsOf(world.database, 'logins')
  return String(logins.find(({ id }) => id === loginId)?.interaction_uid)
}

async function sessionsOfSomebody({ database }: World) {
  return (await rowsOf(database, 'sessions')).filter(({ account_id }) => account_id !== null)
}
