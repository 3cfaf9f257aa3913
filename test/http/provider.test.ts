import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as client from 'openid-client'
import {
  addApp,
  answerAt,
  assertError,
  passTime,
  signIn,
  start,
  typePassword,
} from '../flows/people.ts'
import { countRows } from '../support/rows.ts'
import { visitorOf } from '../support/visitor.ts'
import { codeFor, codeOf, type World } from '../support/world.ts'

const hour = 3_600_000

/** Asks without a page, as an application does now and then. */
async function silently({ thrift }: World, { browser }: { browser: ReturnType<World['browser']> }) {
  return browser.open(await thrift.authorize({ prompt: 'none' }))
}

async function isAlive(world: World, { tokens, claims }: { tokens: Tokens; claims: Claims }) {
  return world.thrift.userinfo(tokens.access_token, claims.sub).then(
    () => true,
    () => false,
  )
}

type Tokens = { readonly access_token: string }
type Claims = { readonly sub: string }

describe('an application at the provider', () => {
  it('keeps its tokens when it asks again, in the same tab or another (security 35)', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const first = await world.thrift.redeem((await signIn(world, visitor)).url)
    const second = await world.thrift.redeem((await silently(world, visitor)).url)
    const third = await silently(world, visitor)
    const fourth = await silently(world, visitor)
    const last = [await world.thrift.redeem(third.url), await world.thrift.redeem(fourth.url)]
    for (const redeemed of [first, second, ...last]) {
      assert.equal(await isAlive(world, redeemed), true)
    }

    const leave = await visitor.browser.open(world.thrift.logout(first.tokens))
    await visitor.browser.submit(leave.form('Yes, sign out'))
    for (const redeemed of [first, second, ...last]) {
      assert.equal(await isAlive(world, redeemed), false)
    }
  })

  it('learns of its own tokens only (security 46)', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const { tokens } = await world.thrift.redeem((await signIn(world, visitor)).url)
    const asks = async ({ configuration }: World['thrift']) =>
      (await client.tokenIntrospection(configuration, tokens.access_token)).active
    assert.equal(await asks(world.thrift), true)
    assert.equal(await asks(world.vault), false)
  })

  it('gets the answer to its own request from a login begun again after its deadline', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const asked = await world.thrift.parameters({ state: 'of-the-first', acr_values: 'unheard-of' })
    const first = await visitor.begin(asked)
    world.clock.aheadMs += 16 * 60_000
    const late = await typePassword(visitor, first, 'jane')
    assert.equal(late.status, 410)
    const fresh = await visitor.restart(late)
    assert.equal(fresh.kind, 'asks', fresh.says)
    assert.notEqual(fresh.loginId, first.loginId)
    const { claims } = await world.thrift.redeem((await signInAt(world, fresh)).url)
    assert.match(claims.sub, /^acc_/)

    async function signInAt(at: World, place: typeof fresh) {
      const second = await typePassword(visitor, place, 'jane')
      return visitor.act(second, 'totp', { code: codeOf('jane', at) })
    }
  })

  it('may hint at somebody: who is there already is not asked, anybody else is', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const { tokens, claims } = await world.thrift.redeem((await signIn(world, visitor)).url)
    const hint = { id_token_hint: tokens.id_token ?? '' }
    const same = await visitor.begin(await world.thrift.parameters(hint))
    assert.equal((await world.thrift.redeem(same.url)).claims.sub, claims.sub)

    const bos = visitorOf(world, 'pages')
    await signInBo(world, bos)
    const asked = await bos.begin(await world.thrift.parameters(hint))
    assert.equal(asked.kind, 'asks', asked.says)
    const none = await bos.begin(await world.thrift.parameters({ ...hint, prompt: 'none' }))
    assertError(none, 'login_required', answerAt(none).state!)
  })

  it('is answered where the library has lost its cookie: the browser is known by its own', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const first = await visitor.begin(await world.thrift.parameters())
    const second = await typePassword(visitor, first, 'jane')
    const cookies = await visitor.browser.cookies.serialize()
    const lost = cookies!.cookies.filter(({ key }) => /-(resume|interaction)$/.test(String(key)))
    assert.ok(lost.length > 0)
    for (const { domain, path, key } of lost) {
      await visitor.browser.cookies.store.removeCookie(String(domain), String(path), String(key))
    }
    const end = await visitor.act(second, 'totp', { code: codeOf('jane', world) })
    assert.match((await world.thrift.redeem(end.url)).claims.sub, /^acc_/)
  })
})

describe('a session at the provider', () => {
  it('is left alone by a login that fails, also one as somebody else', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    await signIn(world, visitor)
    const asked = await visitor.begin(
      await world.thrift.parameters({ prompt: 'login', state: 'second' }),
    )
    const proven = await typePassword(visitor, asked, 'bo')
    assertError(await visitor.act(proven, 'cancel'), 'access_denied', 'second')
    const { claims } = await world.thrift.redeem((await silently(world, visitor)).url)
    const jane = (await world.app.accounts.list()).find(({ userName }) => userName === 'jane')
    assert.equal(claims.sub, jane?.id)
  })

  it('that is lost by its cookie is not given back for one factor of two (I-27)', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    await signIn(world, visitor)
    await dropSession(visitor.browser)
    const asked = await visitor.begin(await world.thrift.parameters({ state: 'second' }))
    const proven = await typePassword(visitor, asked, 'jane')
    assertError(await visitor.act(proven, 'cancel'), 'access_denied', 'second')
    assert.match((await silently(world, visitor)).url, /error=login_required/)
  })

  it('that is lost by its cookie makes room for the next one, also once it has expired', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    await signIn(world, visitor)
    await dropSession(visitor.browser)
    world.clock.aheadMs += hour
    const end = await signIn(world, visitor)
    assert.match((await world.thrift.redeem(end.url)).claims.sub, /^acc_/)
    assert.equal((await countRows(world.database, ['sessions'])).sessions, 1)
  })

  it('of nobody leaves no row behind, whatever cookie comes (security 32)', async (t) => {
    const { world } = await start(t, 'pages')
    for (const value of ['garbage', 'x'.repeat(3000), '"', '%00']) {
      const browser = world.browser()
      const cookie = `sallyport-${world.issuer.port}-default-session=${value}; Path=/`
      await browser.cookies.setCookie(cookie, world.issuer.href)
      const page = await browser.open(await world.thrift.authorize())
      assert.equal(page.status, 200)
    }
    assert.equal((await countRows(world.database, ['sessions'])).sessions, 0)
  })
})

/** Bo adds an authenticator app, and at the next login uses it: now the session has both factors. */
async function signInBo(world: World, visitor: ReturnType<typeof visitorOf>): Promise<void> {
  const first = await visitor.begin(await world.thrift.parameters())
  const { secret } = await addApp(world, visitor, await typePassword(visitor, first, 'bo'))
  const second = await visitor.begin(await world.thrift.parameters())
  if (second.kind === 'asks') {
    await visitor.act(second, 'totp', { code: codeFor(secret, world) })
    passTime(world)
  }
  assert.match((await silently(world, visitor)).url, /code=/)
}

async function dropSession({ cookies }: ReturnType<World['browser']>): Promise<void> {
  const kept = (await cookies.serialize())?.cookies ?? []
  for (const { domain, path, key } of kept) {
    if (!String(key).endsWith('-session')) continue
    await cookies.store.removeCookie(String(domain), String(path), String(key))
  }
}
