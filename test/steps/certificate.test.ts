import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commonName, newAuthority } from '../../src/cli/play/authority.ts'
import { certificate } from '../../src/steps/certificate/step.ts'
import { call, fakePorts } from './fake-ports.ts'

describe('certificate', () => {
  const answer = (input: Readonly<Record<string, string>>) => {
    const ports = fakePorts({})
    return certificate.work(call({ ports, input })).then((found) => ({ found, reads: ports.reads }))
  }

  it('takes one that was shown, whoever has signed it, and asks nobody about it', async () => {
    const shown = newAuthority('Anybody').certify({ subject: [[commonName, 'alice']] })
    const { found, reads } = await answer({ certificate: shown })
    assert.deepEqual(found, { outcome: 'success', facts: { 'directory.blocked': false } })
    assert.deepEqual(reads, [])
  })

  for (const [what, input] of [
    ['nothing', {}],
    ['an empty one', { certificate: '' }],
    ['what is none', { certificate: Buffer.from('no certificate').toString('base64') }],
    ['what a person could type for it', { username: 'alice', password: 'x' }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.deepEqual((await answer(input)).found, { outcome: 'invalid' })
    })
  }
})
