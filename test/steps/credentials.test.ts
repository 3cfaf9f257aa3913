import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { credentials } from '../../src/steps/credentials/step.ts'
import { call, fakePorts } from './fake-ports.ts'

describe('credentials', () => {
  const answer = (input: Readonly<Record<string, string>>) => {
    const ports = fakePorts({})
    return credentials.work(call({ ports, input })).then((found) => ({ found, reads: ports.reads }))
  }

  it('takes a name and a password, asks nobody about them and writes nothing', async () => {
    const { found, reads } = await answer({ username: 'alice', password: 'x' })
    assert.deepEqual(found, { outcome: 'success', facts: { 'directory.blocked': false } })
    assert.deepEqual(reads, [])
  })

  for (const [what, input] of [
    ['no name', { username: '', password: 'x' }],
    ['a name of spaces', { username: ' ', password: 'x' }],
    ['no password', { username: 'alice', password: '' }],
    ['nothing', {}],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.deepEqual((await answer(input)).found, { outcome: 'invalid' })
    })
  }
})
