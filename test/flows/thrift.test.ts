import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { codeOf, startWorld } from '../support/world.ts'

describe('thrift, on pages', () => {
  it('signs jane in by password and authenticator app, and says so', async (t) => {
    const world = await startWorld(t)
    const browser = world.browser()
    const first = await browser.open(await world.thrift.authorize())
    const second = await browser.submit(first.form('Sign in'), {
      username: 'jane',
      password: 'paper lantern quartz',
    })
    const end = await browser.submit(second.form('Verify'), { code: codeOf('jane', world) })
    const { claims, userinfo } = await world.thrift.redeem(end.url)
    assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])
    assert.equal(claims.acr, 'urn:sallyport:acr:2')
    assert.equal(userinfo.email, 'jane@acme.test')
  })
})
