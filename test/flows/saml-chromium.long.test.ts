import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startApplication } from '../support/application.ts'
import { openChromium } from '../support/chromium.ts'
import { start } from './saml-world.ts'

describe('a SAML answer in Chromium', () => {
  it('security 29: that another site posts finds its login again, without a cookie for other sites', async (t) => {
    // `localhost` and `127.0.0.1` are two sites: the upstream's post is cross-site.
    const address = await startApplication(t)
    const { world, corp } = await start(t, 'pages', { env: { THRIFT_URL: address } })
    assert.notEqual(new URL(corp.url).hostname, world.issuer.hostname)

    const { page } = await openChromium(t, { script: false })
    const posts: Record<string, string>[] = []
    page.on('request', async (request) => {
      if (request.method() === 'POST' && request.url().includes('/login/callback/corp')) {
        posts.push(await request.allHeaders())
      }
    })
    await page.goto(await world.thrift.authorize())
    for (const cookie of await page.context().cookies()) assert.notEqual(cookie.sameSite, 'None')
    await page.click('button:has-text("Corp")')
    await page.click('button:text-is("Sam")')
    await page.click('button:text-is("Continue")')
    await page.waitForURL(`${address}/**`)

    assert.equal(posts.length, 1)
    assert.equal(posts[0]!.cookie, undefined, 'the post itself has brought none')
    const { claims } = await world.thrift.redeem(page.url())
    assert.deepEqual(claims.amr, ['fed'])
  })
})
