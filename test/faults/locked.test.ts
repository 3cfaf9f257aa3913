import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import * as client from 'openid-client'
import type { StepCall, StepType } from '../../src/language/step.ts'
import type { Page } from '../support/browser.ts'
import { codeFor, codeOf, startWorld, type World } from '../support/world.ts'
import {
  bo,
  enterPassword,
  finishSteps,
  isBug,
  jane,
  leaveGoogle,
  post,
  secretOn,
  told,
} from './acts.ts'
import { count, openBeside } from './rows.ts'

describe('an account that is locked while its login is under way', () => {
  it('at the password: looks like a wrong one, and nobody gets in (I-20, I-36)', async (t) => {
    const { browser, world, lock, nobodyIsIn } = await start(t)
    const page = await browser.open(await world.thrift.authorize())
    await lock('jane')
    const wrong = await browser.submit(page.form('Sign in'), { username: 'jane', password: 'x' })
    const right = await browser.submit(wrong.form('Sign in'), jane)
    assert.equal(right.text.replaceAll('3 tries', '4 tries'), wrong.text)
    await nobodyIsIn(await browser.submit(right.form('Cancel')))
  })

  it('at the second factor: the right code ends it (I-20)', async (t) => {
    const { browser, world, lock, nobodyIsIn } = await start(t)
    const page = await enterPassword(browser, world.thrift)
    await lock('jane')
    await nobodyIsIn(await browser.submit(page.form('Verify'), { code: codeOf('jane', world) }))
  })

  it('while an authenticator app is set up: nobody gets in (I-20, I-30)', async (t) => {
    const { browser, world, db, lock, nobodyIsIn } = await start(t)
    const page = await enterPassword(browser, world.thrift, bo)
    await lock('bo')
    const code = codeFor(secretOn(page), world)
    await nobodyIsIn(await browser.submit(page.form('Verify and save'), { code }))
    assert.equal(await count(db, 'credentials', { kind: 'totp' }), 1, "jane's alone")
  })

  it('while the person is at the upstream: nobody gets in, first login or not (I-20)', async (t) => {
    const { browser, world, db, lock, nobodyIsIn } = await start(t)
    const first = await browser.open(await world.thrift.authorize())
    await browser.open(await leaveGoogle(browser, first, 'ann', world))
    const { user_name } = await db('accounts').where({ source: 'google' }).first()

    const page = await browser.open(await world.thrift.authorize())
    const callback = await leaveGoogle(browser, page, 'ann', world)
    await lock(user_name)
    await nobodyIsIn(await browser.open(callback))
  })

  it('after the last step: the application is told of an error, with no code and no session (I-20)', async (t) => {
    const { browser, world, lock, nobodyIsIn } = await start(t)
    const address = await finishSteps(browser, world.thrift, world)
    await lock('jane')
    await nobodyIsIn(await browser.open(address))
    // And again, as a reload would.
    await nobodyIsIn(await browser.open(address))
  })
})

describe('an account that is locked after its login', () => {
  it('gets no tokens for its code (I-20)', async (t) => {
    const { browser, world, db, lock, noBugs } = await start(t)
    const end = await browser.open(await finishSteps(browser, world.thrift, world))
    await lock('jane')
    await assert.rejects(world.thrift.redeem(end.url), { error: 'invalid_grant' })
    assert.equal(await count(db, 'provider_models', { model: 'AccessToken' }), 0)
    noBugs()
  })

  it('has no session any more (I-20, security 35)', async (t) => {
    const { browser, world, db, lock, nobodyIsIn } = await start(t)
    const end = await browser.open(await finishSteps(browser, world.thrift, world))
    await world.thrift.redeem(end.url)
    assert.equal(await count(db, 'sessions'), 1)
    await lock('jane')
    const silent = await browser.open(await world.thrift.authorize({ prompt: 'none' }))
    assert.equal(told(silent.url).error, 'login_required')
    await nobodyIsIn(silent)
    const asked = await browser.open(await world.vault.authorize())
    assert.ok(asked.form('Sign in'), 'everything is asked again')
  })

  it('has no refresh, no user info and no active token any more (I-20, security 35)', async (t) => {
    const { browser, world, lock, noBugs } = await start(t)
    const more = { scope: 'openid profile email offline_access', prompt: 'consent' }
    const end = await browser.open(await finishSteps(browser, world.thrift, world, { more }))
    const { tokens, claims } = await world.thrift.redeem(end.url)
    const { configuration } = world.thrift
    const alive = await client.tokenIntrospection(configuration, tokens.access_token)
    assert.equal(alive.active, true)
    assert.ok(tokens.refresh_token, 'there is a refresh token')

    await lock('jane')
    await assert.rejects(client.refreshTokenGrant(configuration, tokens.refresh_token), {
      error: 'invalid_grant',
    })
    await assert.rejects(world.thrift.userinfo(tokens.access_token, claims.sub), (thrown) => {
      assert.match(String((thrown as { status?: number }).status), /^401$/)
      return true
    })
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      assert.equal((await client.tokenIntrospection(configuration, token)).active, false)
    }
    noBugs()
  })

  it('gets nothing back by being unlocked (security 35)', async (t) => {
    const { browser, world, lock, noBugs } = await start(t)
    const end = await browser.open(await finishSteps(browser, world.thrift, world))
    await lock('jane')
    await world.app.accounts.setStatus('jane', 'active')
    await assert.rejects(world.thrift.redeem(end.url), { error: 'invalid_grant' })
    const silent = await browser.open(await world.thrift.authorize({ prompt: 'none' }))
    assert.equal(told(silent.url).error, 'login_required')
    noBugs()
  })
})

describe('an account that is locked in the very moment', () => {
  it('that its login is answered: a code that nobody can redeem, or none at all', async (t) => {
    await inThatMoment(t, async ({ browser, world }) => ({
      url: await finishSteps(browser, world.thrift, world),
    }))
  })

  it('that its login is answered by its last form: the same', async (t) => {
    await inThatMoment(t, async ({ browser, world }) => {
      const page = await enterPassword(browser, world.thrift)
      return post(world, page.form('Verify'), { code: codeOf('jane', world) })
    })
  })

  async function inThatMoment(
    t: TestContext,
    comeTo: (started: Awaited<ReturnType<typeof start>>) => Promise<{ readonly url: string }>,
  ): Promise<void> {
    const started = await start(t)
    const { browser, world, db, lock, noBugs } = started
    const last = await comeTo(started)
    const [[answer]] = await Promise.all([browser.sendTogether([last]), lock('jane')])
    const end = await browser.open(answer!.headers.location!)
    const { code, error } = told(end.url)
    if (code) await assert.rejects(world.thrift.redeem(end.url), { error: 'invalid_grant' })
    else assert.equal(error, 'access_denied')
    assert.equal(await count(db, 'sessions'), 0)
    assert.equal(await count(db, 'provider_models', { model: 'AuthorizationCode' }), 0)
    noBugs()
  }
})

describe('an account that is locked while a step of its login is at work', () => {
  it('gets no new authenticator app, and is not let in (I-20, I-30)', async (t) => {
    const { browser, world, db, nobodyIsIn } = await start(t, lockWhile('enrol-totp', 'bo'))
    const page = await enterPassword(browser, world.thrift, bo)
    const code = codeFor(secretOn(page), world)
    const next = await browser.submit(page.form('Verify and save'), { code })
    assert.equal(await count(db, 'credentials', { kind: 'totp' }), 1, "jane's alone")
    await nobodyIsIn(next.left ? next : await browser.submit(next.form('Cancel')))
  })

  it('is not let in by a right code (I-20)', async (t) => {
    const { browser, world, nobodyIsIn } = await start(t, lockWhile('totp', 'jane'))
    const page = await enterPassword(browser, world.thrift)
    await nobodyIsIn(await browser.submit(page.form('Verify'), { code: codeOf('jane', world) }))
  })

  it('is not let in by a right password (I-20)', async (t) => {
    const { browser, world, nobodyIsIn } = await start(t, lockWhile('password', 'jane'))
    const page = await enterPassword(browser, world.thrift)
    await nobodyIsIn(await browser.submit(page.form('Verify'), { code: codeOf('jane', world) }))
  })
})

type Lock = (userName: string) => Promise<void>

/** Has a step's work end with a lock. */
function lockWhile(type: string, userName: string) {
  return (lock: Lock) => (steps: readonly StepType[]) =>
    steps.map((step) => ({
      ...step,
      async work(call: StepCall) {
        const answer = await step.work(call)
        if (step.declaration.type === type) await lock(userName)
        return answer
      },
    }))
}

async function start(
  t: TestContext,
  around?: (lock: Lock) => (steps: readonly StepType[]) => readonly StepType[],
) {
  const lock: Lock = async (userName) => {
    assert.equal(await world.app.accounts.setStatus(userName, 'locked'), 'changed')
  }
  const world: World = await startWorld(t, around ? { steps: around(lock) } : {})
  const db = openBeside(t, world.database)
  const noBugs = () => assert.deepEqual(world.reports.filter(isBug), [])
  return {
    world,
    db,
    browser: world.browser(),
    noBugs,
    lock,
    /** The application has been told of an error, and nothing is there that opens anything. */
    async nobodyIsIn(page: Page) {
      assert.ok(page.left, `the application has been told nothing: ${page.url} ${page.text}`)
      assert.ok(told(page.url).error, page.url)
      assert.equal(told(page.url).code, null)
      assert.equal(await count(db, 'sessions'), 0)
      assert.equal(await count(db, 'provider_models', { model: 'AuthorizationCode' }), 0)
      for (const { status } of page.hops) assert.ok(status < 500, `${status}`)
      noBugs()
    },
  }
}
