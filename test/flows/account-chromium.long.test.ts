import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { languages } from '../../src/http/browser/texts.ts'
import { faultsOf, looks } from '../support/axe.ts'
import { openChromium } from '../support/chromium.ts'
import { Hands } from '../support/hands.ts'
import { codeOf, startWorld } from '../support/world.ts'
import { passTime, passwordOf } from './people.ts'

const pages = ['', '/ways', '/connections', '/devices', '/activity']

describe('the account pages in Chromium', () => {
  it('are no hindrance: each page in light and dark, at 320 and 1280 px, from the right as well (WCAG 2.2 AA)', async (t) => {
    const { world, page, complaints } = await enter(t, false)
    const origin = world.issuer.origin
    await page.goto(`${origin}/account/ways`)
    const manage = await page.locator('.items a').first().getAttribute('href')
    const all = [...pages.map((path) => `${origin}/account${path}`), manage!]
    for (const address of all) {
      await page.goto(address)
      for (const look of looks) assert.deepEqual(await faultsOf(page, look), [], address)
    }
    for (const { tag } of languages.slice(1)) {
      await page.setExtraHTTPHeaders({ 'accept-language': tag })
      await page.goto(`${origin}/account`)
      assert.equal(await page.getAttribute('html', 'lang'), tag)
      for (const look of looks) assert.deepEqual(await faultsOf(page, look), [], tag)
    }
    assert.deepEqual(complaints, [])
  })

  it('take a passkey and a name for it by keyboard alone, and then come in by it and their password (I-30)', async (t) => {
    const { world, page, hands, complaints, passkeys } = await enter(t, true)
    const origin = world.issuer.origin
    await hands.open(`${origin}/account/ways`)
    await hands.press('Add a passkey')
    await hands.fill('name', 'My phone')
    await hands.press('Set up a passkey')
    await page.waitForURL(/said=account\.done/)
    assert.equal((await passkeys.list()).length, 1)
    assert.match(await hands.text(), /Passkey: My phone/)

    await page.context().clearCookies()
    // The page takes the passkey that is there by itself, and then asks for what else there is.
    await hands.open(`${origin}/account`)
    await page.locator('[name=username]').waitFor({ state: 'detached' })
    await hands.fill('password', passwordOf('jane'))
    await hands.press('Sign in')
    await page.waitForSelector('text=User name: jane')
    assert.deepEqual(complaints, [])
  })
})

async function enter(t: Parameters<typeof startWorld>[0], keyboard: boolean) {
  const world = await startWorld(t)
  const { page, complaints, passkeys } = await openChromium(t)
  const hands = new Hands(page, { ours: world.issuer.origin, keyboard })
  await hands.open(`${world.issuer.origin}/account`)
  await hands.fill('username', 'jane')
  await hands.fill('password', passwordOf('jane'))
  await hands.press('Sign in')
  await hands.fill('code', codeOf('jane', world))
  await hands.press('Verify')
  passTime(world)
  return { world, page, hands, complaints, passkeys }
}
