import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brokenIn, checkSmall } from '../support/checked.ts'

/** Two ways in, of which the second asks for what `second` says. */
const routes = (second: string, weaker = '') => ({
  states: `
  sign-in:
    offer: [password, google]
    on:
      success: more
      google.success: ${second}
      unknown: no
      denied: no
      blocked: no
      exhausted: no
  more: { offer: [totp], on: { success: done, unavailable: no, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }`,
  top: weaker,
})

describe('a second route', () => {
  it('security 121: that asks for less than the first is refused, unless the flow says so', () => {
    const said = `
weaker:
  - ways: [google]
    because: who comes by Google only reads`
    assert.ok(brokenIn(checkSmall(routes('done'))).length > 0)
    assert.deepEqual(brokenIn(checkSmall(routes('done', said))), [])
    assert.deepEqual(brokenIn(checkSmall(routes('more'))), [])
  })
})
