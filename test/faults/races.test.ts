import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as client from 'openid-client'
import type { StepType } from '../../src/language/step.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { codeFor, codeOf, startWorld } from '../support/world.ts'
import {
  bo,
  countWork,
  enterPassword,
  finishSteps,
  finishTogether,
  goOn,
  isBug,
  leaveGoogle,
  post,
  secretOn,
  told,
} from './acts.ts'
import { count, openBeside } from './rows.ts'

const readme = readFileSync(join(import.meta.dirname, '../../flows/README.md'), 'utf8')
const [, shown = ''] = /```yaml\n(flow: linking\n[\s\S]*?)```/.exec(readme) ?? []
/** The flow that flows/README.md shows, in place of thrift's. */
const linking = shown.replace('flow: linking', 'flow: thrift\napplications: [thrift]')

for (const last of ['form', 'address'] as const) {
  describe(`two tabs of two applications that finish together, by ${last}`, () => {
    twoTabs(last)
  })
}

function twoTabs(last: 'form' | 'address'): void {
  it('get two codes and one session, which logout ends whatever cookie comes (I-40, security 35)', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    const { browser, handed, redeemed } = await finishTogether(world, last)
    assert.equal(redeemed.thrift.claims.sub, redeemed.vault.claims.sub)
    assert.equal(await count(db, 'sessions'), 1)

    const asked = await world.thrift.authorize({ prompt: 'none' })
    const alive = await browser.open(asked)
    assert.ok(told(alive.url).code, `the session is there before: ${alive.url}`)

    const page = await browser.open(world.thrift.logout(redeemed.thrift.tokens))
    await browser.submit(page.form('Yes, sign out'))
    assert.ok(handed.size >= 2, `there were more cookies than ${handed.size}`)
    for (const cookie of handed) {
      const answer = await world.browser().send(await world.thrift.authorize({ prompt: 'none' }), {
        headers: { cookie },
      })
      assert.equal(told(answer.headers.location!).error, 'login_required')
    }
    assert.equal(await count(db, 'sessions', { account_id: redeemed.thrift.claims.sub }), 0)
  })

  it('leave each of their cookies a way in, also once the older one is no longer known', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    const { browser, handed, redeemed } = await finishTogether(world, last)
    const { sub } = redeemed.thrift.claims
    for (const [index, cookie] of [...handed].entries()) {
      // The answers crossed: this is the one that the browser was left with.
      const own = await browser.clone()
      t.after(() => own.close())
      await own.cookies.setCookie(`${cookie}; Path=/; HttpOnly`, world.issuer.origin)
      world.clock.aheadMs += 61_000
      const end = await own.open(
        await finishSteps(own, world.thrift, world, { more: { prompt: 'login' } }),
      )
      assert.ok(told(end.url).code, `cookie ${index} of ${handed.size}: ${end.url} ${end.text}`)
      assert.equal(await count(db, 'sessions', { account_id: sub }), 1)
    }
  })
}

describe('signing out', () => {
  it('takes along what a login under way has of the session (security 35)', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    const browser = world.browser()
    const enrol = await enterPassword(browser, world.thrift, bo)
    const secret = secretOn(enrol)
    const codes = await browser.submit(enrol.form('Verify and save'), {
      code: codeFor(secret, world),
    })
    const end = await browser.submit(codes.form('Not now'))
    const { tokens } = await world.thrift.redeem(end.url)

    // The session stands for the password here, and the code is asked for.
    const second = await browser.open(await world.vault.authorize())
    const asks = await browser.open(world.thrift.logout(tokens))
    await browser.submit(asks.form('Yes, sign out'))
    world.clock.aheadMs += 30_000
    const code = codeFor(secret, world)
    const refused = await browser.submit(second.form('Verify'), { code })
    assert.deepEqual(told(refused.url), { code: null, error: 'access_denied' })
    assert.equal(await count(db, 'sessions'), 0)
  })
})

describe('one finished login', () => {
  it('gives ten simultaneous askers one code, and the same again until it is redeemed (I-22, I-39)', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    const browser = world.browser()
    const address = await finishSteps(browser, world.thrift, world)
    const clone = await browser.clone()
    t.after(() => clone.close())

    const asked = Array.from({ length: 10 }, () => ({ url: address }))
    const answers = await browser.sendTogether(asked)
    const ends = await Promise.all(answers.map((answer) => goOn(clone, answer)))
    assert.equal(new Set(ends.map(({ url }) => url)).size, 1)
    assert.equal(await count(db, 'provider_models', { model: 'AuthorizationCode' }), 1)
    assert.equal(await count(db, 'sessions'), 1)

    world.clock.aheadMs += 45_000
    assert.equal((await clone.open(address)).url, ends[0]!.url)
    const stranger = await world.browser().open(address)
    assert.equal(stranger.status, 403)
    assert.equal(stranger.left, false)

    await world.thrift.redeem(ends[0]!.url)
    const over = await clone.open(address)
    assert.equal(over.status, 410)
    assert.match(over.text, /LOGIN_OVER/)
  })

  it('is answered with its last form, which gives the same again when that is lost on the way (I-32)', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    const browser = world.browser()
    const { form } = await enterPassword(browser, world.thrift)
    const last = post(world, form('Verify'), { code: codeOf('jane', world) })
    const { url, ...sent } = last
    const lost = await browser.send(url, sent)
    assert.ok(told(lost.headers.location!).code, 'nobody is sent to an address of ours first')
    const again = await goOn(browser, await browser.send(url, sent))
    assert.equal(again.url, lost.headers.location)
    assert.equal(await count(db, 'provider_models', { model: 'AuthorizationCode' }), 1)
    await world.thrift.redeem(again.url)
    assert.equal((await goOn(browser, await browser.send(url, sent))).status, 410)
  })

  it('gives the same answer for a minute and no longer', async (t) => {
    const world = await startWorld(t)
    const browser = world.browser()
    const address = await finishSteps(browser, world.thrift, world)
    const end = await browser.open(address)
    assert.ok(told(end.url).code)
    world.clock.aheadMs += 61_000
    assert.equal((await browser.open(address)).status, 410)
  })
})

describe('one code', () => {
  it('redeemed 40 times at once gives tokens once, and what it gave is taken back (security 37)', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    const browser = world.browser()
    const end = await browser.open(await finishSteps(browser, world.thrift, world))
    const tries = await Promise.allSettled(
      Array.from({ length: 40 }, () => world.thrift.exchange(end.url)),
    )
    const good = tries.filter((one) => one.status === 'fulfilled')
    const errors = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason.error] : []))
    assert.equal(good.length, 1)
    assert.deepEqual([...new Set(errors)], ['invalid_grant'])

    const { access_token } = good[0]!.value
    const seen = await client.tokenIntrospection(world.thrift.configuration, access_token)
    assert.equal(seen.active, false)
    for (const model of ['AccessToken', 'Grant', 'AuthorizationCode']) {
      assert.equal(await count(db, 'provider_models', { model }), 0, model)
    }
    assert.deepEqual(world.reports.filter(isBug), [])
  })
})

describe('forty browsers of one person of Google', () => {
  it('make one account and one association at their first logins (I-31, I-18, security 67)', async (t) => {
    const world = await startWorld(t)
    const db = openBeside(t, world.database)
    const before = await count(db, 'accounts')
    const callbacks = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const browser = world.browser()
        const page = await browser.open(await world.thrift.authorize())
        return { browser, callback: await leaveGoogle(browser, page, 'ann', world) }
      }),
    )
    const pages = await Promise.all(
      callbacks.map(({ browser, callback }) => browser.open(callback)),
    )
    assert.deepEqual([...new Set(pages.map(({ status }) => status))], [200])
    for (const page of pages) page.form('Verify and save')
    assert.equal(await count(db, 'accounts'), before + 1)
    assert.equal(await count(db, 'associations'), 1)
    assert.deepEqual(world.reports.filter(isBug), [])
  })
})

/** Guesses at a password are counted before they are looked at, and five at once are the limit: not here. */
const uncounted = (steps: readonly StepType[]): readonly StepType[] =>
  steps.map(({ guesses, ...step }) =>
    guesses && step.declaration.type === 'password'
      ? step
      : { ...step, ...(guesses && { guesses }) },
  )

for (const way of ways) {
  describe(`forty browsers of one person of Google who has an account here already, by ${way}`, () => {
    it('make one link when they all prove the account at once, and nobody is turned away (security 67, I-18)', async (t) => {
      const files = { 'thrift.yaml': linking }
      const world = await startWorld(t, { files, steps: uncounted })
      const db = openBeside(t, world.database)
      const ann = world.google.people.get('g-1')!
      world.google.people.set('g-1', { ...ann, email: 'bo@acme.test', preferredUsername: 'bo.g' })
      const before = await count(db, 'accounts')
      const asked = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const visitor = visitorOf(world, way)
          const choice = await visitor.begin(await world.thrift.parameters())
          const away = await visitor.act(choice, 'google')
          return { visitor, place: await visitor.visit(away, signInAtGoogle(ann.name)) }
        }),
      )
      const ends = await Promise.all(
        asked.map(({ visitor, place }) =>
          visitor.act(place, 'password', { password: 'seven quiet herons' }),
        ),
      )
      for (const { url, says } of ends) assert.ok(told(url).code, says)
      assert.equal(await count(db, 'accounts'), before)
      assert.equal(await count(db, 'associations'), 1)
      assert.deepEqual(world.reports.filter(isBug), [])
    })
  })
}

describe('forty posts of one password page', () => {
  it('are one attempt and one hash (I-22, I-23, I-40)', async (t) => {
    const work = countWork()
    const world = await startWorld(t, { steps: work.steps })
    const db = openBeside(t, world.database)
    const browser = world.browser()
    const page = await browser.open(await world.thrift.authorize())
    const form = page.form('Sign in')
    const body = new URLSearchParams({
      ...form.fields,
      [form.button!.name!]: form.button!.value,
      username: 'jane',
      password: 'wrong',
    })
    const post = {
      url: form.action,
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: world.issuer.origin,
        'sec-fetch-site': 'same-origin',
      },
      body: body.toString(),
    }
    const answers = await browser.sendTogether(Array.from({ length: 40 }, () => post))
    const countOf = (wanted: number) => answers.filter(({ status }) => status === wanted).length
    assert.deepEqual([countOf(303), countOf(409)], [1, 39])
    assert.equal(work.done.password, 1)
    const [login] = await db('logins').select('spent', 'revision')
    assert.deepEqual(JSON.parse(login.spent), { 'sign-in': 1 })
    assert.equal(login.revision, 1)
    const [guesses] = await db('guesses').select('count')
    assert.equal(guesses.count, 1)
    assert.deepEqual(world.reports.filter(isBug), [])
  })
})
