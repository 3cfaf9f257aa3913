import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import * as client from 'openid-client'
import { noTryLimits } from '../../src/engine/tries.ts'
import type { Browser } from '../support/browser.ts'
import { nodesOfWorld } from '../support/nodes.ts'
import { codeFor, codeOf, startWorld, type World } from '../support/world.ts'
import {
  bo,
  countWork,
  enterPassword,
  finishSteps,
  goOn,
  isBug,
  jane,
  leaveGoogle,
  post,
  secretOn,
  told,
} from './acts.ts'
import { rounds } from './rounds.ts'
import { count, openBeside } from './rows.ts'

const times = rounds({ few: 1, all: 5 })
const forty = Array.from({ length: 40 }, (_, n) => n)

interface Raced {
  readonly world: World
  readonly browser: Browser
  readonly db: ReturnType<typeof openBeside>
  /** How often each step has worked. */
  readonly done: Readonly<Record<string, number>>
}

const races: Readonly<Record<string, (raced: Raced) => Promise<void>>> = {
  async 'forty posts of one right code are one proof, and one answer'({
    world,
    browser,
    db,
    done,
  }) {
    const page = await enterPassword(browser, world.thrift)
    const answers = await browser.sendTogether(
      forty.map(() => post(world, page.form('Verify'), { code: codeOf('jane', world) })),
    )
    // Whoever comes after the end is led to what the first was given.
    const onward = answers.flatMap(({ headers }) => headers.location ?? [])
    assert.equal(onward.filter((address) => told(address).code !== null).length, 1)
    assert.equal(done.totp, 1)
    assert.equal(await count(db, 'login_events', { outcome: 'success', option_id: 'totp' }), 1)
  },

  async 'forty browsers with one code of one app get in once'({ world, db }) {
    const pages = await Promise.all(
      forty.map(async () => {
        const browser = world.browser()
        return { browser, page: await enterPassword(browser, world.thrift) }
      }),
    )
    const code = codeOf('jane', world)
    const ends = await Promise.all(
      pages.map(({ browser, page }) => browser.submit(page.form('Verify'), { code })),
    )
    assert.equal(ends.filter(({ left, url }) => left && told(url).code !== null).length, 1)
    assert.equal(await count(db, 'sessions'), 1)
  },

  async 'forty refreshes of one token give one, or none when it was seen twice'({
    world,
    browser,
    db,
  }) {
    const more = { scope: 'openid offline_access', prompt: 'consent' }
    const end = await browser.open(await finishSteps(browser, world.thrift, world, { more }))
    const { refresh_token } = await world.thrift.exchange(end.url)
    const { configuration } = world.thrift
    const tries = await Promise.allSettled(
      forty.map(() => client.refreshTokenGrant(configuration, refresh_token!)),
    )
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal(await count(db, 'provider_models', { model: 'RefreshToken' }), 0)
  },

  async 'forty callbacks with one state are one arrival'({ world, browser, db, done }) {
    const page = await browser.open(await world.thrift.authorize())
    const callback = await leaveGoogle(browser, page, 'ann', world)
    const before = done.federated ?? 0
    const answers = await browser.sendTogether(forty.map(() => ({ url: callback })))
    assert.ok(answers.every(({ status }) => status < 500))
    assert.equal(done.federated, before + 1)
    assert.equal(await count(db, 'associations'), 1)
  },

  async 'forty browsers that guess one password are all counted: the right one is not looked at then'({
    world,
    browser,
  }) {
    const last = await browser.open(await world.thrift.authorize())
    const pages = await Promise.all(
      forty.map(async () => {
        const guesser = world.browser()
        return { guesser, page: await guesser.open(await world.thrift.authorize()) }
      }),
    )
    await Promise.all(
      pages.map(({ guesser, page }, n) =>
        guesser.submit(page.form('Sign in'), { ...jane, password: `wrong ${n}` }),
      ),
    )
    const refused = await browser.submit(last.form('Sign in'), jane)
    assert.ok(refused.form('Sign in'), 'as if it were wrong')
  },

  async 'forty saves of one new app are one'({ world, browser, db }) {
    const page = await enterPassword(browser, world.thrift, bo)
    const code = codeFor(secretOn(page), world)
    const before = await count(db, 'credentials', { kind: 'totp' })
    const answers = await browser.sendTogether(
      forty.map(() => post(world, page.form('Verify and save'), { code })),
    )
    assert.equal(answers.filter(({ status }) => status < 400).length, 1)
    assert.equal(await count(db, 'credentials', { kind: 'totp' }), before + 1)
  },

  async 'forty sign-outs and forty silent requests leave no session'({ world, browser, db }) {
    const end = await browser.open(await finishSteps(browser, world.thrift, world))
    const { tokens } = await world.thrift.redeem(end.url)
    const page = await browser.open(world.thrift.logout(tokens))
    const leaving = post(world, page.form('Yes, sign out'), {})
    const silent = await Promise.all(forty.map(() => world.thrift.authorize({ prompt: 'none' })))
    const answers = await browser.sendTogether(forty.flatMap((n) => [leaving, { url: silent[n]! }]))
    // Whoever came second to the same row may be told to come again.
    assert.ok(answers.every(({ status }) => status < 500 || status === 503))
    assert.equal(await count(db, 'sessions'), 0)
    const last = await browser.open(await world.thrift.authorize({ prompt: 'none' }))
    assert.equal(told(last.url).error, 'login_required')
  },

  async 'forty askers of one finished login get one code'({ world, browser, db }) {
    const address = await finishSteps(browser, world.thrift, world)
    const clone = await browser.clone()
    const answers = await browser.sendTogether(forty.map(() => ({ url: address })))
    const ends = await Promise.all(answers.map((answer) => goOn(clone, answer)))
    clone.close()
    assert.equal(new Set(ends.map(({ url }) => url)).size, 1)
    assert.equal(await count(db, 'provider_models', { model: 'AuthorizationCode' }), 1)
    assert.equal(await count(db, 'sessions'), 1)
  },
}

describe('forty at once', () => {
  for (const [name, race] of Object.entries(races)) {
    it(`${name} (I-22, I-40, security 3.5)`, async (t) => {
      for (let time = 0; time < times; time++) await run(t, race)
      t.diagnostic(`${times} faults: races on ${nodesOfWorld()} nodes`)
    })
  }
})

async function run(t: TestContext, race: (raced: Raced) => Promise<void>): Promise<void> {
  const { steps, done } = countWork()
  const world = await startWorld(t, { steps, tries: noTryLimits })
  await race({ world, done, browser: world.browser(), db: openBeside(t, world.database) })
  assert.deepEqual(world.reports.filter(isBug), [])
}
