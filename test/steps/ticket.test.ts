import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ticket } from '../../src/steps/ticket/step.ts'
import { call, fakePorts } from './fake-ports.ts'

const base64 = (bytes: readonly number[] | string) =>
  Buffer.from(bytes as string).toString('base64')

describe('ticket', () => {
  const answer = (sent: string | undefined) => {
    const ports = fakePorts({})
    const input = sent === undefined ? {} : { ticket: sent }
    return ticket.work(call({ ports, input })).then((found) => ({ found, reads: ports.reads }))
  }

  it('takes what begins as the first token of SPNEGO does (RFC 4178, 4.2), and asks nobody about it', async () => {
    const { found, reads } = await answer(base64([0x60, 0x06, 0x06, 0x06, 0x2b, 0x06, 0x01, 0x05]))
    assert.deepEqual(found, { outcome: 'success', facts: { 'directory.blocked': false } })
    assert.deepEqual(reads, [])
  })

  for (const [what, sent] of [
    ['nothing', undefined],
    ['an empty one', ''],
    ['NTLM, which browsers send under the same name', base64('NTLMSSP\0')],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.deepEqual((await answer(sent)).found, { outcome: 'invalid' })
    })
  }
})
