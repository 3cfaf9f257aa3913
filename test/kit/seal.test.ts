import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { errorCodes, errorTexts, KnownError } from '../../src/kit/errors.ts'
import { sealer } from '../../src/kit/seal.ts'
import { Secret } from '../../src/kit/secret.ts'

const master = new Secret(new Uint8Array(32).fill(7))

describe('sealing', () => {
  const facts = sealer(master, 'default/facts')

  it('opens what it has sealed, for whatever text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, row) => {
        assert.equal(facts.open(facts.seal(text, row), row), text)
      }),
    )
  })

  it('does not open for another row, another purpose or another master', () => {
    const sealed = facts.seal('who', 'row-1')
    const other = new Secret(new Uint8Array(32).fill(8))
    assert.throws(() => facts.open(sealed, 'row-2'))
    assert.throws(() => sealer(master, 'other/facts').open(sealed, 'row-1'))
    assert.throws(() => sealer(other, 'default/facts').open(sealed, 'row-1'))
  })

  it('opens what another master has sealed where that one is named, and seals by its own (security 149)', () => {
    const other = new Secret(new Uint8Array(32).fill(8))
    const before = facts.seal('who', 'row')
    const both = sealer(other, 'default/facts', [master])
    assert.equal(both.open(before, 'row'), 'who')
    assert.throws(() => both.open(before, 'row-2'))
    assert.throws(() => sealer(other, 'default/else', [master]).open(before, 'row'))
    const after = both.seal('who', 'row')
    assert.throws(() => facts.open(after, 'row'))
    assert.notEqual(after.split('.')[1], before.split('.')[1], 'each names its key')
  })

  it('does not open when any one character was changed', () => {
    const sealed = facts.seal('who', 'row')
    for (let at = 0; at < sealed.length - 1; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
      assert.throws(() => facts.open(changed, 'row'), `character ${at}`)
    }
  })
})

it('keeps a secret out of text, JSON and inspection', () => {
  const secret = new Secret('hunter2')
  const printed = [`${secret}`, JSON.stringify({ secret }), inspect({ secret })].join()
  assert.doesNotMatch(printed, /hunter2/)
})

it('gives every error code a status and a text for the person that is not the operator’s', () => {
  for (const code of errorCodes) {
    const error = new KnownError(code, 'for the operator')
    assert.ok(error.status >= 400 && error.status < 600)
    assert.ok(errorTexts[`error.${code}`])
    assert.notEqual(errorTexts[`error.${code}`], error.message)
  }
})
