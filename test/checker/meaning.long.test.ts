import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { FlowDefinition } from '../../src/language/flow.ts'
import { agree } from './oracle/agree.ts'
import { corpusFlows, shippedFlows } from './oracle/named.ts'
import { randomFlows, randomSteps, smallFlows } from './random.ts'

// A name that is asked before any proof makes an account known that may be locked. The engine ends such a
// login at its next answer; the checker goes on, and ends it where it would get in. It is compared with
// the naive checker alone. No step that is shipped names an account that it has not found active.
const namesFirst = 'keycloak#47619, CVE-2026-4633'

/** Wrong answers that are only one of several are the same again, and there are many of them. */
function once(flow: FlowDefinition): FlowDefinition {
  const states = Object.values(flow.states).map((state) => [
    state.id,
    state.kind === 'offer' ? { ...state, attempts: 1 } : state,
  ])
  return { ...flow, states: Object.fromEntries(states) }
}

describe('meaning, at length', () => {
  it('is that of a naive checker and of the engine, in every flow of the corpus that is small enough', async () => {
    const compared = { naive: 0, engine: 0 }
    for (const { name, flow, steps } of corpusFlows()) {
      const plays = name === namesFirst ? 0 : 2_500
      const { naive, engine } = await agree(flow, steps, { logins: 12_000, plays })
      compared.naive += Number(naive)
      compared.engine += Number(engine)
    }
    assert.ok(compared.naive >= 30 && compared.engine >= 29, JSON.stringify(compared))
  })

  for (const { name, flow, steps } of shippedFlows()) {
    it(`is that of a naive checker, in ${name} with one attempt at each offer`, async () => {
      const { naive } = await agree(once(flow), steps, { logins: 150_000, plays: 0 })
      assert.ok(naive, 'small enough to be compared')
    })
  }

  it('is that of a naive checker, in 100 random flows', async () => {
    let compared = 0
    const compares = fc.asyncProperty(randomFlows, async (flow) => {
      const { naive } = await agree(flow, randomSteps, { logins: 3_000, plays: 0 })
      if (naive) compared++
    })
    await fc.assert(compares, { numRuns: 250, seed: 20261121, endOnFailure: true })
    assert.ok(compared >= 100, `only ${compared} were small enough`)
  })

  it('is that of the engine, in 100 random flows', async () => {
    let compared = 0
    const compares = fc.asyncProperty(smallFlows, async (flow) => {
      if (compared === 100) return
      const { engine } = await agree(flow, randomSteps, { logins: 0, plays: 1_200 })
      if (engine) compared++
    })
    await fc.assert(compares, { numRuns: 400, seed: 20261121, endOnFailure: true })
    assert.equal(compared, 100)
  })
})
