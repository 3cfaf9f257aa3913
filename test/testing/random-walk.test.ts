import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chanceOf } from '../../src/cli/play/chance.ts'
import { walkAtRandom } from '../../src/cli/play/random-walk.ts'
import { openStage } from '../../src/cli/play/stage.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'
import { filesWith } from '../support/world.ts'
import { walkAndHold } from './walks.ts'
import { winding } from './winding.ts'

// Another seed each day, printed; the number in a failure walks the same ways again.
const seed = Math.floor(Date.now() / 86_400_000)

describe(`random walks (seed ${seed})`, () => {
  it('30 over the shipped flows: no bug, nothing outside of the model, nobody in who must not be (I-01, I-02, I-20, I-25, I-33, I-40)', async () => {
    await walkAndHold({ walks: 30, seed })
  })

  it('50 over a flow that is broken: still no bug, and nobody in without an account (scenario 4)', async () => {
    const env = { SALLYPORT_GITHUB_JIT: 'false' }
    const isMet = async (next: number) => {
      const { ends } = await walkAndHold({ walks: 50, seed: next, files: mfaForAll, env })
      return (ends.mfa_requires_local_user ?? 0) > 0
    }
    // About one walk in fifty ends there: of so many some do, and none of those before has come to anything worse.
    let next = seed
    while (!(await isMet(next)))
      assert.ok(++next < seed + 20, 'nobody has come to where it is broken')
  })

  it('30 over a flow that winds: the engine does at every bend what the model does', async () => {
    await walkAndHold({ walks: 30, seed, files: winding })
  })

  it('tells who gets in against a property of the flow', async () => {
    const { organisation } = loadFlows(filesWith({ 'thrift.yaml': onePassword }), stepTypes, {})
    const applications = organisation!.applications.filter(({ id }) => id === 'thrift')
    const broken = { ...organisation!, applications }
    const stage = await openStage(broken, { transport: 'process' })
    try {
      const { violations } = await walkAtRandom(stage, { walks: 40, seed: 1 })
      assert.ok(violations.length > 0)
      for (const text of violations) assert.match(text, /in against the property "two factors"/)
    } finally {
      await stage.close()
    }
  })

  it('walk the same ways with the same seed', () => {
    const three = (seedOfThem: number) => {
      const chance = chanceOf(seedOfThem)
      return [chance(), chance(), chance()]
    }
    assert.deepEqual(three(7), three(7))
    assert.notDeepEqual(three(7), three(8))
    for (const number of three(7)) assert.ok(number >= 0 && number < 1)
  })
})

const onePassword = `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
policy:
  acr: { one: { factors: 1 } }
states:
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
properties:
  - { name: two factors, at: success, holds: proofs.factors >= 2 }
`
