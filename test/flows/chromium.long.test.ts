import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { startApplication } from '../support/application.ts'
import { faultsOf, looks } from '../support/axe.ts'
import { openChromium } from '../support/chromium.ts'
import { startWorld } from '../support/world.ts'
import { passwordOf } from './people.ts'

const files = {
  'thrift.yaml': `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [password, webauthn]
    on:
      success: [{ when: proofs.phishingResistant, to: done, because: enough }, { to: enrol }]
      exhausted: no
  enrol:
    offer: [enrol-totp, enrol-passkey]
    on: { success: done, conflict: no, unavailable: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
}

describe('passkeys in Chromium, with an authenticator of its own', () => {
  it('A-26: are made on the page, and then sign in by autofill and by the button (WebAuthn L3, 5.1.4)', async (t) => {
    const address = await startApplication(t)
    const world = await startWorld(t, { files, env: { THRIFT_URL: address } })
    const { page, complaints, passkeys } = await openChromium(t)

    await page.goto(await world.thrift.authorize())
    assert.equal(await page.locator('[data-ceremony=get]').isVisible(), true)
    await page.fill('[name=username]', 'bo')
    await page.fill('[name=password]', passwordOf('bo'))
    await page.click('button:text-is("Sign in")')
    await page.click('button:text-is("Set up a passkey")')
    await page.fill('[name=name]', 'This device')
    await page.click('button:text-is("Set up a passkey")')
    await page.waitForURL(`${address}/**`)
    const { claims } = await world.thrift.redeem(page.url())
    const [made] = await passkeys.list()
    assert.equal(made?.isResidentCredential, true)

    // The device takes the first passkey that the browser lists for the user name: nothing is clicked.
    await page.goto(await world.thrift.authorize({ prompt: 'login' }))
    await page.waitForURL(`${address}/**`)
    assert.equal((await world.thrift.redeem(page.url())).claims.sub, claims.sub)

    await page.addInitScript('delete PublicKeyCredential.isConditionalMediationAvailable')
    await page.goto(await world.thrift.authorize({ prompt: 'login' }))
    await page.click('button:text-is("Use a passkey")')
    await page.waitForURL(`${address}/**`)
    const signedIn = await world.thrift.redeem(page.url())
    assert.deepEqual([signedIn.claims.sub, signedIn.claims.amr], [claims.sub, ['swk', 'user']])
    assert.deepEqual(complaints, [])
  })

  it('say so when the browser comes to nothing, no hindrance to anybody (WCAG 2.2 AA), and the person goes on by another way', async (t) => {
    const world = await startWorld(t, { files })
    const { page, complaints } = await openChromium(t)
    await page.goto(await world.thrift.authorize())
    const failed = page.locator('[data-failed]')
    assert.equal(await failed.isVisible(), false)
    await page.click('button:text-is("Use a passkey")')
    await failed.waitFor({ state: 'visible' })
    await isNoHindrance(page)
    await page.fill('[name=username]', 'bo')
    await page.fill('[name=password]', passwordOf('bo'))
    await page.click('button:text-is("Sign in")')
    await page.waitForSelector('button:text-is("Set up a passkey")')
    assert.deepEqual(complaints, [])
  })

  it('are not offered without script, and the page says why', async (t) => {
    const world = await startWorld(t, { files })
    const { page } = await openChromium(t, { script: false })
    await page.goto(await world.thrift.authorize())
    assert.equal(await page.locator('[data-ceremony=get]').isVisible(), false)
    assert.equal(await page.locator('noscript').isVisible(), true)
    assert.equal(await page.locator('[name=password]').isVisible(), true)
  })

  it('are not offered by a browser that has none, and the page says why, no hindrance to anybody (WCAG 2.2 AA)', async (t) => {
    const world = await startWorld(t, { files })
    const { page, complaints } = await openChromium(t)
    await page.addInitScript('delete window.PublicKeyCredential')
    await page.goto(await world.thrift.authorize())
    await page.locator('[data-ceremony=get] + .hint').waitFor({ state: 'visible' })
    await isNoHindrance(page)
    assert.equal(await page.locator('[data-ceremony=get]').isVisible(), false)
    assert.deepEqual(complaints, [])
  })
})

async function isNoHindrance(page: Page): Promise<void> {
  for (const look of looks) assert.deepEqual(await faultsOf(page, look), [])
}
