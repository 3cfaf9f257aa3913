import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brokenIn, checkSmall, type Small, verdictOf } from '../support/checked.ts'
import { ends } from './corpus/row.ts'

// Asks for a second factor, and offers there what has been a first one as well.
const again = (second: string): Small => ({
  states: `
  sign-in:
    offer: [password, google]
    on: { success: enough, unknown: no, denied: no, blocked: no, exhausted: no }
  enough:
    decide:
      - when: proofs.factors >= 2
        to: done
      - to: second
  second:
    ${second}
    on: { success: enough, unavailable: no, denied: no, blocked: no, exhausted: no }${ends}`,
})

describe('a session that passes every offer of a cycle (I-09)', () => {
  it('takes the login round without anybody: that is broken, and told', () => {
    const verdict = verdictOf(checkSmall(again('offer: [totp, google]')), 'I-09')
    assert.equal(verdict.verdict, 'broken')
    const kinds = verdict.story?.moves.map(({ kind }) => kind)
    assert.ok(kinds?.includes('session'), String(kinds))
  })

  it('does not where the second offer takes nothing of a session', () => {
    const fresh = checkSmall(again('fresh: true\n    offer: [totp, google]'))
    assert.equal(brokenIn(fresh).includes('I-09'), false)
  })
})
