import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Restarts } from '../../src/cli/restarts.ts'

describe('a process that dies again and again', () => {
  it('is waited for twice as long each time, and never longer than half a minute', () => {
    const restarts = new Restarts()
    const pauses = Array.from({ length: 12 }, (_, n) => restarts.pauseMs(n * 1_000))
    assert.deepEqual(pauses.slice(0, 4), [100, 200, 400, 800])
    assert.deepEqual(pauses.slice(-3), [30_000, 30_000, 30_000])
  })

  it('is as good as new when it has lived for a minute', () => {
    const restarts = new Restarts()
    for (let n = 0; n < 12; n++) restarts.pauseMs(n)
    assert.equal(restarts.pauseMs(11 + 59_999), 30_000)
    assert.equal(restarts.pauseMs(11 + 59_999 + 60_000), 100)
  })
})
