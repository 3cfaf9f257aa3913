import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { postpone } from '../../src/steps/postpone/step.ts'
import { account, call, fakePorts } from './fake-ports.ts'

const answer = (decision: string) =>
  postpone.work(
    call({
      ports: fakePorts({}),
      identity: account('acc_1'),
      input: { decision },
      params: { what: 'passkey', days: 30 },
      nowMs: 1000,
    }),
  )

describe('postpone', () => {
  it('puts it off for its days, or until further notice', async () => {
    const kept = { write: 'keep-preference', account: 'acc_1', name: 'put-off passkey' } as const
    assert.deepEqual(await answer('later'), {
      outcome: 'success',
      case: 0,
      writes: [{ ...kept, value: 'later', untilMs: 1000 + 30 * 86_400_000, otherwise: 'skip' }],
    })
    assert.deepEqual(await answer('never'), {
      outcome: 'success',
      case: 1,
      writes: [{ ...kept, value: 'never', otherwise: 'skip' }],
    })
  })

  it('puts nothing off for any other answer', async () => {
    for (const decision of ['', 'yes']) {
      assert.deepEqual(await answer(decision), { outcome: 'invalid' })
    }
  })
})
