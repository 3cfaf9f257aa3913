import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { simulateMany } from './many.ts'

const seeds = 10_000

describe('simulation', () => {
  it('of 10,000 seeds: nothing is lost, doubled or let in (security 177)', async (t) => {
    const { tried, ends, broken } = await simulateMany(1, seeds)
    t.diagnostic(`${tried} seeds: ${JSON.stringify(Object.fromEntries(ends))}`)
    const told = broken.map(({ seed, violations }) => `npm run simulate -- ${seed}: ${violations}`)
    assert.deepEqual(told, [])
    assert.equal(tried, seeds)
    assert.ok(ends.get('success')! > seeds, 'logins do succeed')
  })
})
