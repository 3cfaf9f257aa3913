import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startApplication } from '../support/application.ts'
import { faultsOf, looks } from '../support/axe.ts'
import { openChromium, startChromium } from '../support/chromium.ts'
import { Hands, type HandsOptions } from '../support/hands.ts'
import { type Parameters, RelyingParty } from '../support/relying-party.ts'
import { codeOf, startWorld, type World } from '../support/world.ts'
import { passTime, passwordOf } from './people.ts'
import { type ApplicationOfTheirs, type Visit, visits } from './visits.ts'

const ways: readonly {
  readonly name: string
  readonly script: boolean
  readonly keyboard: boolean
}[] = [
  { name: 'with script, by mouse', script: true, keyboard: false },
  { name: 'without script, by keyboard alone', script: false, keyboard: true },
]

describe('in Chromium', () => {
  let browser: Browser
  before(async () => {
    browser = await startChromium()
  })
  after(() => browser.close())

  for (const { name, script, keyboard } of ways) {
    describe(name, () => {
      for (const visit of visits) {
        if (visit.needsScript && !script) continue
        it(visit.name, (t) => pay(t, browser, visit, { script, keyboard }))
      }
    })
  }

  describe('with script, by keyboard alone', () => {
    for (const visit of visits.filter(({ needsScript }) => needsScript)) {
      it(visit.name, (t) => pay(t, browser, visit, { script: true, keyboard: true }))
    }
  })

  describe('every page is no hindrance; light and dark; 320 and 1280 px; from right to left (WCAG 2.2 AA)', () => {
    const seen = new Set<string>()
    for (const visit of visits) {
      it(visit.name, (t) => pay(t, browser, visit, { script: true, look: lookAtNew(seen) }))
    }
    it('and there are many', () => assert.ok(seen.size > 20, `${seen.size} pages`))
  })

  describe('the table of visits', () => {
    it('has every shipped flow', async (t) => {
      const world = await startWorld(t)
      const visited = new Set(
        visits.flatMap(({ from, through = [] }) => {
          return 'page' in from ? through : [from.application, ...through]
        }),
      )
      const missing = world.app
        .organisation()
        .flows.filter(({ applications }) => !applications.some((id) => visited.has(id)))
      assert.deepEqual(
        missing.map(({ name }) => name),
        [],
      )
    })
  })

  for (const { name, script, keyboard } of ways) {
    describe(`a sign-in, ${name}`, () => {
      it('goes on in the tab that was left behind, at the step of now', async (t) => {
        const { world, hands, page, address } = await arrive(t, browser, { script, keyboard })
        const second = await page.context().newPage()
        const other = new Hands(second, { ours: world.issuer.origin, keyboard })
        await other.open(page.url())
        await typePassword(hands)
        await typePassword(other)
        assert.match(await other.text(), /out of date/)
        await other.fill('code', codeOf('jane', world))
        await other.submit('code')
        await second.waitForURL(`${address}/**`)
        assert.deepEqual((await world.thrift.redeem(second.url())).claims.amr, [
          'pwd',
          'otp',
          'mfa',
        ])
      })

      it('that took too long says so, and begins anew for the same application', async (t) => {
        const { world, hands, page, address } = await arrive(t, browser, { script, keyboard })
        await typePassword(hands)
        world.clock.aheadMs += 16 * 60_000
        await hands.fill('code', codeOf('jane', world))
        await hands.submit('code')
        await hands.press('Start again')
        await typePassword(hands)
        await hands.fill('code', codeOf('jane', world))
        await hands.submit('code')
        await page.waitForURL(`${address}/**`)
        assert.deepEqual((await world.thrift.redeem(page.url())).claims.amr, ['pwd', 'otp', 'mfa'])
      })
    })
  }
})

interface Manner extends Omit<HandsOptions, 'ours'> {
  readonly script: boolean
}

/** One visit, from the application's request to what it is told. */
async function pay(
  t: Pick<TestContext, 'after'>,
  browser: Browser,
  visit: Visit,
  { script, ...manner }: Manner,
) {
  const address = await startApplication(t)
  const world = await startWorld(t, {
    env: { THRIFT_URL: address },
    ...(visit.files && { files: visit.files }),
  })
  const errand = await errandOf(world, visit)
  const { page, complaints, passkeys } = await openChromium(t, { script, browser })
  const person = new Hands(page, { ours: world.issuer.origin, ...manner })
  await person.open(await errand.begin())
  await visit.act({
    person,
    world,
    passkeys,
    async again() {
      await page.waitForURL(`${address}/**`)
      passTime(world)
      await person.open(await errand.begin({ prompt: 'login' }))
    },
  })
  await errand.end(page)
  assert.deepEqual(complaints, [])
  assert.deepEqual(world.reports, [])
}

interface Errand {
  /** @returns the address to open */
  begin(more?: Parameters): string | Promise<string>
  /** Holds it to what the visit ends with. */
  end(page: Page): Promise<void>
}

async function errandOf(world: World, { from, ends }: Visit): Promise<Errand> {
  if ('page' in from) {
    return {
      begin: () => `${world.issuer.origin}${from.page}`,
      async end(page) {
        assert.deepEqual({ title: await page.title() }, ends)
      },
    }
  }
  const application = await applicationOf(world, from)
  return {
    begin: (more) => application.authorize(more),
    async end(page) {
      await page.waitForURL(`${world.env.THRIFT_URL}/**`)
      const redeemed = application.redeem(page.url())
      if ('error' in ends) await assert.rejects(redeemed, ends)
      else assert.deepEqual({ amr: (await redeemed).claims.amr }, ends)
    },
  }
}

function applicationOf(world: World, { application, callback }: ApplicationOfTheirs) {
  const secret = world.env[`${application.toUpperCase()}_CLIENT_SECRET` as keyof typeof world.env]
  return RelyingParty.discover({
    issuer: world.issuer.href,
    clientId: application,
    ...(secret !== undefined && { clientSecret: secret }),
    redirectUri: `${world.env.THRIFT_URL}${callback}`,
  })
}

/** Pages of ours, told apart by what they are for; one that has been looked at is passed by. */
function lookAtNew(seen: Set<string>) {
  return async (page: Page) => {
    if ((await page.locator('html[dir]').count()) === 0) return
    const kind = `${await page.title()} ${await page.locator('h2, .error').allInnerTexts()}`
    if (seen.has(kind)) return
    seen.add(kind)
    for (const look of looks) assert.deepEqual(await faultsOf(page, look), [], kind)
    await page.setExtraHTTPHeaders({ 'Accept-Language': 'ar' })
    await page.reload()
    assert.equal(await page.getAttribute('html', 'dir'), 'rtl')
    for (const look of looks) assert.deepEqual(await faultsOf(page, look), [], `ar: ${kind}`)
    await page.setExtraHTTPHeaders({})
    await page.reload()
  }
}

async function arrive(
  t: Pick<TestContext, 'after'>,
  browser: Browser,
  { script, ...manner }: Manner,
) {
  const address = await startApplication(t)
  const world = await startWorld(t, { env: { THRIFT_URL: address } })
  const { page } = await openChromium(t, { script, browser })
  const hands = new Hands(page, { ours: world.issuer.origin, ...manner })
  await hands.open(await world.thrift.authorize())
  return { world, hands, page, address }
}

async function typePassword(hands: Hands): Promise<void> {
  await hands.fill('username', 'jane')
  await hands.fill('password', passwordOf('jane'))
  await hands.press('Sign in')
}
