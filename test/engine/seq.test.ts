import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { describe, it } from 'node:test'
import { readSeq, seqFor } from '../../src/engine/seq.ts'

const key = createSecretKey(new Uint8Array(32).fill(1))

describe('seq', () => {
  const seq = seqFor(key, 'lg_1', 4, 'browser')

  it('says which revision was answered', () => {
    assert.equal(readSeq(key, 'lg_1', 'browser', seq), 4)
  })

  it('is worth nothing for another login, another browser or another key (I-42)', () => {
    assert.equal(readSeq(key, 'lg_2', 'browser', seq), undefined)
    assert.equal(readSeq(key, 'lg_1', 'other', seq), undefined)
    assert.equal(readSeq(createSecretKey(new Uint8Array(32)), 'lg_1', 'browser', seq), undefined)
  })

  it('cannot be moved to another revision, nor made up', () => {
    const forged = ['', '4', '5', '-1.x', `5${seq.slice(1)}`, `${seq}x`, `4.${'A'.repeat(43)}`]
    for (const text of forged) assert.equal(readSeq(key, 'lg_1', 'browser', text), undefined, text)
  })
})
