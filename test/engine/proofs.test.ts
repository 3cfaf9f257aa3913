import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { authTime, countFactors, levelReached, methods } from '../../src/engine/proofs.ts'
import type { Proof } from '../../src/language/facts.ts'
import type { Policy } from '../../src/language/flow.ts'

const proof = (what: Partial<Proof>): Proof => ({
  state: 'sign-in',
  option: 'password',
  amr: ['pwd'],
  factor: 'knowledge',
  credential: 'p',
  phishingResistant: false,
  source: 'registered',
  atMs: 1_000,
  ...what,
})
const totp = proof({
  option: 'totp',
  amr: ['otp'],
  factor: 'possession',
  credential: 't',
  atMs: 9_999,
})

describe('factors', () => {
  it('are kinds over different credentials: one passkey, asked for twice, is one', () => {
    const asPossession = proof({ factor: 'possession', credential: 'key' })
    const asInherence = proof({ factor: 'inherence', credential: 'key' })
    assert.equal(countFactors([asPossession, asInherence]), 1)
  })

  it('are kinds: two passwords are one', () => {
    assert.equal(countFactors([proof({}), proof({ credential: 'q' })]), 1)
  })

  it('are matched as well as they can be', () => {
    const proofs = [
      proof({ factor: 'possession', credential: 'key' }),
      proof({ factor: 'inherence', credential: 'key' }),
      proof({ factor: 'possession', credential: 't' }),
    ]
    assert.equal(countFactors(proofs), 2)
  })

  it('say mfa (RFC 8176) when there are two, and only then', () => {
    assert.deepEqual(methods([proof({})]), ['pwd'])
    assert.deepEqual(methods([proof({}), totp]), ['pwd', 'otp', 'mfa'])
  })

  it('were proven at the time of the latest, in whole seconds', () => {
    assert.equal(authTime([proof({}), totp]), 9)
    assert.equal(authTime([]), undefined)
  })
})

describe('the level that a login reaches', () => {
  const policy: Policy = {
    levels: [
      { acr: 'one', factors: 1, phishingResistant: false },
      { acr: 'two', factors: 2, phishingResistant: false },
      { acr: 'three', factors: 2, phishingResistant: true },
    ],
    floor: 'one',
  }
  const nothing = { floor: undefined, acr: [], essentialAcr: [] }
  const both = [proof({}), totp]

  it('is the strongest that its proofs give', () => {
    assert.equal(levelReached(policy, nothing, [proof({})]), 'one')
    assert.equal(levelReached(policy, nothing, both), 'two')
  })

  it('is none below the floor of the flow or of the application', () => {
    assert.equal(levelReached(policy, nothing, []), undefined)
    assert.equal(levelReached(policy, { ...nothing, floor: 'two' }, [proof({})]), undefined)
  })

  it('is raised by a request and never lowered by it (I-27)', () => {
    assert.equal(levelReached(policy, { ...nothing, acr: ['two'] }, [proof({})]), undefined)
    assert.equal(
      levelReached(policy, { ...nothing, floor: 'two', acr: ['one'] }, [proof({})]),
      undefined,
    )
    assert.equal(levelReached(policy, { ...nothing, acr: ['three', 'two'] }, both), 'two')
  })

  it('passes over levels that it does not know, unless they are essential', () => {
    assert.equal(levelReached(policy, { ...nothing, acr: ['x'] }, [proof({})]), 'one')
    assert.equal(levelReached(policy, { ...nothing, essentialAcr: ['x'] }, both), undefined)
    assert.equal(levelReached(policy, { ...nothing, essentialAcr: ['x', 'two'] }, both), 'two')
  })
})
