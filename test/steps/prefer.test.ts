import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prefer } from '../../src/steps/prefer/step.ts'
import { account, call, fakePorts } from './fake-ports.ts'

const answer = (decision: string) =>
  prefer.work(
    call({
      ports: fakePorts({}),
      identity: account('acc_1'),
      input: { decision },
      params: { way: 'totp' },
    }),
  )

describe('prefer', () => {
  it('keeps the way with the account, for as long as it is not another one', async () => {
    const { outcome, writes } = await answer('yes')
    assert.equal(outcome, 'success')
    const kept = { account: 'acc_1', name: 'way', value: 'totp' }
    assert.deepEqual(writes, [{ write: 'keep-preference', ...kept, otherwise: 'skip' }])
  })

  it('keeps nothing for any other answer', async () => {
    for (const decision of ['', 'no', 'webauthn']) {
      assert.deepEqual(await answer(decision), { outcome: 'invalid' })
    }
  })
})
