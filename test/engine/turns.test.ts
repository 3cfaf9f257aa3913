import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { turnsOf } from '../../src/engine/turns.ts'

describe('turns at a processor', () => {
  it('are one for each, with 32 who may wait, where one server has them all', () => {
    assert.deepEqual(turnsOf(4), { atOnce: 4, waitingMax: 128 })
  })

  it('are shared out among servers, so that together they are no more than there would be without', () => {
    assert.deepEqual(turnsOf(8, 4), { atOnce: 2, waitingMax: 64 })
    assert.deepEqual(turnsOf(2, 2), { atOnce: 1, waitingMax: 32 })
  })

  it('leave no processor without work, nor a server without a turn, where they do not come out even', () => {
    assert.deepEqual(turnsOf(8, 3), { atOnce: 3, waitingMax: 86 })
    assert.deepEqual(turnsOf(2, 256), { atOnce: 1, waitingMax: 1 })
  })
})
