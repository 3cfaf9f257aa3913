import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Death } from '../support/mortal.ts'
import { byPassword, firstByGoogle } from './journeys.ts'
import { sweep, type Written } from './sweep.ts'

/** Every write of every journey is in `crash.long.test.ts`. */
describe('kill -9', () => {
  it('at a commit of the answer to the application and of the tokens, the login goes on (I-31, I-32, I-33)', async (t) => {
    const pick = (written: readonly Written[]): Death[] => {
      const last = written.filter(
        ({ statement, path }) =>
          /^commit/i.test(statement) && (path.startsWith('/auth/') || path === '/token'),
      )
      return last.map(({ at }) => ({ at, when: 'after' }))
    }
    const { kills } = await sweep(t, byPassword, pick)
    assert.ok(kills >= 2, `${kills} kills`)
  })

  it('at the commit of any other step, the login goes on (I-31, I-32, I-33)', async (t) => {
    const pick = (written: readonly Written[]): Death[] => {
      const commits = written.filter(
        ({ statement, path }) => /^commit/i.test(statement) && path.startsWith('/login/'),
      )
      const callback = commits.filter(({ path }) => path.startsWith('/login/callback/'))
      return [
        ...commits.map(({ at }) => ({ at, when: 'after' as const })),
        ...callback.map(({ at }) => ({ at, when: 'before' as const })),
      ]
    }
    const { kills } = await sweep(t, firstByGoogle, pick)
    assert.ok(kills >= 4, `${kills} kills`)
  })
})
