import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { loadSmall } from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'
import { agree } from './oracle/agree.ts'
import { corpusFlows } from './oracle/named.ts'
import { randomFlows, randomSteps, smallFlows } from './random.ts'

/** Ten that take no long while. */
const small = [
  'CVE-2021-40874',
  'product-is#12890',
  'CVE-2023-28862',
  'CVE-2025-10149',
  'CVE-2022-46172',
  'CVE-2026-15611',
  'CVE-2026-53516',
  'CVE-2026-97176 (b)',
  'checker.md 9, second',
  'CVE-2023-39522, WSO2-2024-3115',
]

// What a flow means is told three times: by the checker, by a naive one that chooses whole environments
// first, and by the engine itself with scripted ports. All of it, and more of it, in meaning.long.test.ts.
describe('meaning: verdicts, fewest moves, and who gets in by what in which world', () => {
  it('is that of a naive checker and of the engine, in ten flows by name', async () => {
    const chosen = corpusFlows().filter(({ name }) => small.includes(name))
    assert.equal(chosen.length, 10)
    for (const { name, flow, steps } of chosen) {
      const compared = await agree(flow, steps, { logins: 4_000, plays: 8_000 })
      assert.deepEqual(compared, { naive: true, engine: true }, name)
    }
  })

  it('is that of both where attempts were spent before, and now no option is left', async () => {
    const flow = loadSmall({
      states: `
  mixed:
    offer: [password]
    attempts: 1
    on:
      success: done
      unavailable: no
      exhausted: [{ when: "identity.kind == 'account'", to: done }, { to: up }]
  up:
    offer: [google]
    attempts: 1
    on: { success: mixed, unknown: no, denied: no, blocked: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }`,
    })
    const compared = await agree(flow, testSteps, { logins: 20_000, plays: 20_000 })
    assert.deepEqual(compared, { naive: true, engine: true })
  })

  it('is that of a naive checker, in 25 random flows', async () => {
    let compared = 0
    const compares = fc.asyncProperty(randomFlows, async (flow) => {
      if (compared === 25) return
      const { naive } = await agree(flow, randomSteps, { logins: 1_500, plays: 0 })
      if (naive) compared++
    })
    await fc.assert(compares, { numRuns: 150, seed: 20261121, endOnFailure: true })
    assert.equal(compared, 25)
  })

  it('is that of the engine, in five random flows', async () => {
    let compared = 0
    const compares = fc.asyncProperty(smallFlows, async (flow) => {
      if (compared === 5) return
      const { engine } = await agree(flow, randomSteps, { logins: 0, plays: 1_000 })
      if (engine) compared++
    })
    await fc.assert(compares, { numRuns: 100, seed: 20261122, endOnFailure: true })
    assert.equal(compared, 5)
  })

  it('is told by the naive checker in at most 200 lines', async () => {
    const text = await readFile(join(import.meta.dirname, 'oracle/naive.ts'), 'utf8')
    assert.ok(text.trimEnd().split('\n').length <= 200)
  })
})
