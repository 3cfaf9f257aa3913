import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brokenIn, checkSmall, needsTwo, type Small } from '../support/checked.ts'
import { ends } from './corpus/row.ts'

const refused = (property: string, small: Small) =>
  assert.ok(brokenIn(checkSmall(small)).includes(property), brokenIn(checkSmall(small)).join())

// Flows that a checker with a narrower view of people would let pass.
describe('an unsafe flow is refused', () => {
  it('where somebody whose account is locked goes on with the password of another', () => {
    refused('I-02', {
      states: `
  sign-in:
    offer: [google]
    on: { success: second, unknown: no, denied: no, blocked: fallback, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }
  fallback:
    offer: [password]
    on: { success: done, exhausted: no }${ends}`,
      top: needsTwo,
    })
  })

  it('where a step that proves nothing goes well after one that has refused', () => {
    refused('I-06', {
      states: `
  sign-in:
    offer: [google]
    on: { success: done, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: no, rejected: tell }
  tell:
    run: notify
    on: { success: done, rejected: no }${ends}`,
    })
  })
})
