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

  it('where a name that was taken is another one by the second try', () => {
    refused('nobody gets in who is new', {
      states: `
  sign-in:
    offer: [google]
    on: { success: second, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: second, disabled: no, conflict: rename, rejected: no }
  rename:
    offer: [collect]
    on: { success: again, exhausted: no }
  again:
    run: provision
    on: { success: done, disabled: no, conflict: no, rejected: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: 'properties: [{ name: nobody gets in who is new, never: done, when: account.new }]',
    })
  })

  const byAddress = (before: string) => ({
    states: `
  sign-in:
    offer: [google]
    on: { success: second, unknown: ${before}, denied: no, blocked: no, exhausted: no }
  form:
    offer: [collect]
    on: { success: provision, exhausted: no }
  provision:
    run: provision
    on: { success: second, disabled: no, conflict: form, rejected: no }
  second:
    skip:
      - when: "identity.?email.orValue('').endsWith('@house.example')"
        to: done
        because: colleagues
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
  })
  it('I-11: where an address that a person has typed leads around a second factor', () => {
    refused('I-11', byAddress('form'))
    const asserted = byAddress('provision')
    const states = asserted.states
      .replace('conflict: form', 'conflict: no')
      .replace(/ {2}form:[\s\S]*?(?= {2}provision:)/, '')
    assert.ok(!brokenIn(checkSmall({ states })).includes('I-11'))
  })
})
