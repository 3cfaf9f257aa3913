import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkSmall, type Small, verdictOf } from '../support/checked.ts'
import { ends } from './corpus/row.ts'

// Who has no authenticator app is asked for the password again, and then for an app all the same.
const late: Small = {
  states: `
  sign-in:
    fresh: true
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: third, exhausted: no }
  third:
    fresh: true
    offer: [password, enrol-totp]
    on: { password.success: again, enrol-totp.success: done, exhausted: no }
  again:
    fresh: true
    offer: [totp]
    on: { success: late, unavailable: no, exhausted: no }
  late: { end: failure, error: too_late }${ends}`,
  top: 'properties: [{ name: an app was there at once, never: late }]',
}

// Who has got in by a password cannot be locked at the upstream step, but for somebody who locks them.
const locked: Small = {
  states: `
  sign-in:
    fresh: true
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [google]
    on: { success: done, denied: no, blocked: locked, unavailable: no, exhausted: no }
  locked: { end: failure, error: locked }${ends}`,
  top: 'properties: [{ name: nobody is locked meanwhile, never: locked }]',
}

describe('two logins at the same time, over one world', () => {
  it('what another login of the person can bring about is broken, and told with its moves', () => {
    const { verdict, story, because } = verdictOf(checkSmall(late), 'an app was there at once')
    assert.equal(verdict, 'broken')
    assert.match(because!, /another login/)
    const acts = story!.moves
      .filter(({ kind }) => kind === 'answer')
      .map(({ login = 1, option, outcome }) => `${login} ${option} ${outcome}`)
    assert.deepEqual(acts.toSorted(), [
      '1 password success',
      '1 password success',
      '1 totp success',
      '2 enrol-totp success',
      '2 password success',
    ])
    assert.equal(acts.at(-1), '1 totp success')
    assert.ok(acts.indexOf('2 enrol-totp success') > acts.indexOf('1 password success'))
  })

  it('without the step by which another login could, it stays possible', () => {
    const states = late.states
      .replace('[password, enrol-totp]', '[password]')
      .replace('enrol-totp.success: done', 'unavailable: no')
    const { verdict } = verdictOf(checkSmall({ ...late, states }), 'an app was there at once')
    assert.equal(verdict, 'possibly broken')
  })

  it('what no login does, only an administrator, stays possible', () => {
    const { verdict, because, story } = verdictOf(checkSmall(locked), 'nobody is locked meanwhile')
    assert.equal(verdict, 'possibly broken')
    assert.match(because!, /or an administrator/)
    assert.ok(story!.moves.every(({ login }) => login === undefined))
  })
})
