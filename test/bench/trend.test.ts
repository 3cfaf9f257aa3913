import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { trendOf } from './trend.ts'

describe('a trend', () => {
  it('is the slope of least squares, and how far that may be off', () => {
    // By hand: the line is 1.9 x, and 0.1, 0.2, -0.7 and 0.4 are left over.
    const { slope, standardError } = trendOf([1, 2, 3, 4], [2, 4, 5, 8])
    assert.ok(Math.abs(slope - 1.9) < 1e-12, `${slope}`)
    assert.ok(Math.abs(standardError - Math.sqrt(0.7 / 2 / 5)) < 1e-12, `${standardError}`)
  })

  it('of what never changes is none', () => {
    assert.deepEqual(trendOf([0, 1, 2], [3, 3, 3]), { slope: 0, standardError: 0 })
  })
})
