import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { startApplication } from '../support/application.ts'
import { openChromium } from '../support/chromium.ts'
import { printedIn } from '../support/printed.ts'
import { codeOf, startWorld, type World, type WorldOptions } from '../support/world.ts'
import { example } from './examples.ts'
import { passwordOf } from './people.ts'

const programs = printedIn(join(import.meta.dirname, '../../src/http/api/README.md'))

describe('the single-page application of the README, in Chromium', () => {
  it('signs jane in by two factors, past a wrong password', async (t) => {
    const { world, page, complaints, back } = await openSinglePage(t)
    await typePassword(page, 'jane', 'wrong')
    await page.getByRole('alert').waitFor()
    await typePassword(page, 'jane')
    await page.getByLabel('Six-digit code').fill(codeOf('jane', world))
    await page.keyboard.press('Enter')
    await back()
    assert.deepEqual((await world.thrift.redeem(page.url())).claims.amr, ['pwd', 'otp', 'mfa'])
    assert.deepEqual(complaints, [])
  })

  it('makes a passkey and signs in by it', async (t) => {
    const files = { 'thrift.yaml': example('passkeys/passkeys.yaml') }
    const { world, page, complaints, back, open } = await openSinglePage(t, { files })
    await typePassword(page, 'bo')
    await page.getByRole('button', { name: 'Set up a passkey' }).click()
    await back()
    await open({ prompt: 'login' })
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await back()
    assert.deepEqual((await world.thrift.redeem(page.url())).claims.amr, ['swk', 'user'])
    assert.deepEqual(complaints, [])
  })

  it('leaves for an upstream with the whole page', async (t) => {
    const { page, world } = await openSinglePage(t)
    await page.getByRole('button', { name: 'Continue with Google' }).click()
    await page.getByRole('button', { name: /^Sam Staff/ }).click()
    await page.getByRole('button', { name: /^Allow/ }).click()
    await page.waitForURL(`${world.issuer.origin}/login/**`)
    assert.equal(await page.locator('img.qr').isVisible(), true)
  })
})

/** Served from the issuer's own origin, as what stands in front of it would. */
async function openSinglePage(t: Pick<TestContext, 'after'>, options: WorldOptions = {}) {
  const address = await startApplication(t)
  const world = await startWorld(t, { ...options, env: { THRIFT_URL: address } })
  const { page, complaints } = await openChromium(t)
  const open = async (more: Readonly<Record<string, string>> = {}) => {
    const request = JSON.stringify(await world.thrift.parameters(more))
    await serve(page, world, request)
    await page.goto(`${world.issuer.origin}/app/`)
  }
  await open()
  return { world, page, complaints, open, back: () => page.waitForURL(`${address}/**`) }
}

async function serve(page: Page, world: World, request: string): Promise<void> {
  await page.unrouteAll()
  await page.route(`${world.issuer.origin}/app/**`, (route) => {
    const program = programs.get(new URL(route.request().url()).pathname.slice('/app/'.length))
    const contentType = program === undefined ? 'text/html' : 'text/javascript'
    return route.fulfill({ contentType, body: program ?? documentWith(request) })
  })
}

function documentWith(request: string): string {
  const escaped = request.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return `<!doctype html><html lang="en"><title>Sign in</title><link rel="icon" href="data:,">
<main id="sign-in" data-request="${escaped}"></main><script type="module" src="single-page.js"></script>`
}

async function typePassword(page: Page, username: string, password = passwordOf(username)) {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
}
