import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { startApplication } from '../support/application.ts'
import { faultsOf, looks } from '../support/axe.ts'
import { openChromium } from '../support/chromium.ts'
import { codeOf, startWorld } from '../support/world.ts'
import { passwordOf } from './people.ts'

for (const script of [true, false]) {
  describe(`a sign-in in Chromium, script ${script ? 'on' : 'off'}`, () => {
    it('goes by keyboard alone, through a wrong password and a code, past Back and a reload', async (t) => {
      const address = await startApplication(t)
      const world = await startWorld(t, { env: { THRIFT_URL: address } })
      const { page, complaints } = await openChromium(t, { script })
      await page.goto(await world.thrift.authorize())
      assert.equal(
        await page.getAttribute(':focus', 'name'),
        'username',
        'focus is on the first field',
      )
      await type(page, 'jane', 'wrong', 'Enter')
      await page.waitForSelector('.summary')
      await type(page, 'jane', passwordOf('jane'), 'Enter')
      await page.waitForSelector('[name=code]')
      await page.goBack()
      await page.reload()
      await page.waitForSelector('[name=code]:focus')
      await page.keyboard.type(codeOf('jane', world))
      await page.keyboard.press('Enter')
      await page.waitForURL(`${address}/**`)
      assert.deepEqual((await world.thrift.redeem(page.url())).claims.amr, ['pwd', 'otp', 'mfa'])
      assert.deepEqual(complaints, [])
    })
  })
}

describe('the pages of the shipped flows', () => {
  it('are no hindrance where nobody can go on; light and dark; 320 and 1280 px (WCAG 2.2 AA)', async (t) => {
    const world = await startWorld(t)
    const { page } = await openChromium(t)
    const holds = async (place: string) => {
      for (const look of looks) assert.deepEqual(await faultsOf(page, look), [], place)
    }
    await page.goto(await world.thrift.authorize())
    const login = page.url()
    world.clock.aheadMs += 16 * 60_000
    await page.goto(login)
    await holds('too late')
    await page.goto(`${world.issuer.origin}/login/unknown`)
    await holds('unknown')
    await page.goto(`${world.issuer.origin}/auth?client_id=nobody`)
    await holds('a request of nobody')
    await page.goto(`${world.issuer.origin}/session/end`)
    await holds('sign out')
  })

  it("wear the house's own logo and colours in light and dark, and still ask nothing of others", async (t) => {
    const files = {
      'theme.yaml': `theme:
  name: Thrift & Daughters
  logo: logo.svg
  accent: '#0b6b4f'
  darkAccent: '#7fdcb0'
  darkAccentText: '#06251a'
`,
      'logo.svg':
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><path fill="#0b6b4f" d="M0 0h90v30H0z"/></svg>',
    }
    const world = await startWorld(t, { files })
    const { page, complaints } = await openChromium(t)
    const loaded: string[] = []
    page.on('response', (response) => loaded.push(`${response.status()} ${response.url()}`))
    await page.goto(await world.thrift.authorize(), { waitUntil: 'networkidle' })
    const logo = loaded.find((each) => each.includes('/login/logo.svg?'))
    assert.ok(logo?.startsWith(`200 ${world.issuer.origin}/login/logo.svg?`), loaded.join('\n'))
    const others = loaded.filter(
      (each) => !/^\d+ data:/.test(each) && !each.includes(world.issuer.origin),
    )
    assert.deepEqual(others, [])
    const colour = 'getComputedStyle(document.querySelector("main button")).backgroundColor'
    for (const look of looks) {
      assert.deepEqual(await faultsOf(page, look), [])
      const wanted = look.scheme === 'light' ? 'rgb(11, 107, 79)' : 'rgb(127, 220, 176)'
      assert.equal(await page.evaluate(colour), wanted)
    }
    assert.match(await page.locator('main').ariaSnapshot(), /Thrift & Daughters/)
    assert.deepEqual(complaints, [])
  })

  it('weigh less than 30 kB with everything, ask nothing of others, and are painted without script', async (t) => {
    const world = await startWorld(t)
    const { page } = await openChromium(t)
    const asked: string[] = []
    const bodies: Promise<Buffer>[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('response', (response) => {
      if (response.status() < 300) bodies.push(response.body())
    })
    await page.goto(await world.thrift.authorize(), { waitUntil: 'networkidle' })
    const ours = asked.filter((url) => !url.startsWith('data:'))
    assert.deepEqual([...new Set(ours.map((url) => new URL(url).origin))], [world.issuer.origin])
    const bytes = (await Promise.all(bodies)).reduce((sum, { length }) => sum + length, 0)
    assert.ok(bytes > 1_000 && bytes < 30_000, `${bytes} bytes`)
    await page.waitForFunction('performance.getEntriesByName("first-contentful-paint").length > 0')

    const without = await openChromium(t, { script: false })
    await without.page.goto(await world.thrift.authorize())
    assert.equal(await without.page.locator('[name=username]').isVisible(), true)
    assert.deepEqual(without.complaints, [])
  })
})

/** Where the focus is, on to the next field, and at last a key. */
async function type(page: Page, username: string, password: string, key: string): Promise<void> {
  await page.waitForSelector('[name=username]:focus')
  await page.keyboard.type(username)
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press(key)
}
