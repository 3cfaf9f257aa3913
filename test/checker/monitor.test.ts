import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sessionProfiles } from '../../src/checker/check.ts'
import { conforms, Monitor, type SeenEnd, type SeenEvent } from '../../src/checker/monitor.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { filesWith } from '../support/world.ts'

const steps = stepTypes.map(({ declaration }) => declaration)
const { organisation } = loadFlows(filesWith(), stepTypes, {})
const flows = organisation!.flows
const thrift = flows.find(({ name }) => name === 'thrift')!

const event = (
  state: string,
  key: string,
  to: string,
  more: Partial<SeenEvent> = {},
): SeenEvent => {
  const [option, outcome] = key.includes('.')
    ? (key.split('.') as [string, string])
    : [undefined, key]
  const caseIndex = option === undefined ? undefined : 0
  return {
    state,
    option,
    outcome: outcome!,
    caseIndex,
    to,
    decided: [],
    reason: undefined,
    ...more,
  }
}

const password = event('sign-in', 'password.success', 'assign')
const assigned = event('assign', 'assign.success', 'second-factor')
const wrong = event('sign-in', 'password.invalid', 'sign-in')
const jane = [wrong, password, assigned, event('second-factor', 'totp.success', 'done')]
const firstVisit = [
  event('sign-in', 'google.unknown', 'provision'),
  event('provision', 'provision.success', 'assign'),
  assigned,
  event('second-factor', 'unavailable', 'enrol'),
  event('enrol', 'enrol-totp.invalid', 'enrol'),
  event('enrol', 'enrol-totp.success', 'codes'),
  event('codes', 'postpone.success', 'done'),
]
const success = (...amr: string[]): SeenEnd => ({ outcome: 'success', error: undefined, amr })

describe('monitor', () => {
  it('knows what the engine does at the shipped flow', () => {
    assert.deepEqual(conforms(thrift, steps, jane), [])
    assert.deepEqual(conforms(thrift, steps, firstVisit), [])
    const back = [password, assigned, event('second-factor', 'back', 'sign-in'), ...jane]
    assert.deepEqual(conforms(thrift, steps, back), [])
    const down = event('sign-in', 'google.error', 'sign-in', { caseIndex: undefined })
    assert.deepEqual(conforms(thrift, steps, [down, ...jane]), [])
  })

  it('is told by every event that is left out', () => {
    for (const events of [jane, firstVisit]) {
      for (const [at, { state, to }] of events.entries()) {
        if (state === to || at === events.length - 1) continue
        const others = events.filter((_, index) => index !== at)
        assert.equal(conforms(thrift, steps, others).length, 1, `without ${at}`)
      }
    }
  })

  it('is told by every event that leads elsewhere', () => {
    for (const events of [jane, firstVisit]) {
      for (const [at, { to }] of events.entries()) {
        for (const state of Object.keys(thrift.states)) {
          if (state === to) continue
          const others = events.with(at, { ...events[at]!, to: state })
          // The event that follows begins where this one has ended.
          assert.equal(conforms(thrift, steps, others).length, 1, `${at} to ${state}`)
        }
      }
    }
  })

  const strange: Readonly<Record<string, readonly SeenEvent[]>> = {
    'a step of another state': [event('sign-in', 'totp.success', 'done')],
    'a case that is for an account already proven': [{ ...password, caseIndex: 1 }],
    'a case that the step has not': [{ ...password, caseIndex: 7 }],
    'an outcome that the step has not': [event('sign-in', 'password.denied', 'denied')],
    'what is hidden, told to somebody who has proven nothing': [
      event('sign-in', 'password.blocked', 'refused'),
    ],
    'a session that is none': [{ ...password, caseIndex: undefined, reason: 'session' }],
    'an account made where none is made': [
      event('sign-in', 'github.unknown', 'provision'),
      event('provision', 'provision.disabled', 'done'),
    ],
    'a way back before anything': [event('sign-in', 'back', 'sign-in')],
    'a way back over a new account': [...firstVisit.slice(0, 4), event('enrol', 'back', 'sign-in')],
    'a lock before anybody is known': [event('sign-in', 'blocked', '')],
  }
  for (const [what, events] of Object.entries(strange)) {
    it(`is told by ${what}`, () => {
      assert.equal(conforms(thrift, steps, events).length, 1)
    })
  }

  it('compares what was proven at the end with what the model says', () => {
    const monitor = new Monitor(thrift, steps)
    const { track } = monitor.follow(monitor.begin(), jane)
    assert.equal(monitor.end(track, success('pwd', 'otp', 'mfa')), undefined)
    assert.match(monitor.end(track, success('pwd'))!.text, /model has pwd otp mfa/)
    assert.ok(monitor.end(track, { outcome: 'rejected', error: 'access_denied', amr: [] }))
    const early = monitor.follow(monitor.begin(), [password, assigned]).track
    assert.match(monitor.end(early, success('pwd'))!.text, /no success/)
  })

  it('takes for a session only what a flow of the organisation can have proven', () => {
    const monitor = new Monitor(thrift, steps, sessionProfiles(flows, steps))
    const bySession = (state: string, option: string, to: string) =>
      event(state, `${option}.success`, to, { caseIndex: undefined, reason: 'session' })
    const known = [
      bySession('sign-in', 'google', 'assign'),
      assigned,
      bySession('second-factor', 'totp', 'done'),
    ]
    const { track, violation } = monitor.follow(monitor.begin(), known)
    assert.equal(violation, undefined)
    assert.equal(monitor.end(track, success('fed', 'otp', 'mfa')), undefined)
    const enrolled = [...known.slice(0, 2), event('second-factor', 'unavailable', 'enrol')]
    const twice = [...enrolled, bySession('enrol', 'enrol-totp', 'done')]
    assert.ok(monitor.follow(monitor.begin(), twice).violation)
  })
})
