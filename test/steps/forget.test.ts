import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forget } from '../../src/steps/forget/step.ts'
import { call, fakePorts } from './fake-ports.ts'

describe('forget', () => {
  it('leaves nobody known, and says what is said of a wrong password', async () => {
    const identity = { kind: 'pass-through', connection: 'a', subject: '1', claims: {} } as const
    const found = await forget.work(call({ ports: fakePorts({}), identity }))
    assert.deepEqual(found, {
      outcome: 'success',
      identity: { kind: 'none' },
      message: 'credentials.invalid',
    })
  })
})
