import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rememberDevice } from '../../src/steps/remember-device/step.ts'
import { account, call, fakePorts } from './fake-ports.ts'

const ports = fakePorts({})
const answer = (decision: string, deviceHash?: string) =>
  rememberDevice.work(
    call({
      ports,
      identity: account('acc_1'),
      input: { decision },
      params: { days: 30 },
      nowMs: 1000,
      ...(deviceHash === undefined ? {} : { deviceHash }),
    }),
  )

describe('remember-device', () => {
  it('remembers by the fingerprint, for this account and application, until its days are over', async () => {
    const { outcome, writes } = await answer('yes', 'hash')
    assert.equal(outcome, 'success')
    assert.deepEqual(writes, [
      {
        write: 'keep-device',
        account: 'acc_1',
        application: 'thrift',
        secretHash: 'hash',
        expiresMs: 1000 + 30 * 86_400_000,
        otherwise: 'skip',
      },
    ])
  })

  it('writes nothing for whoever says no, or could not keep the secret', async () => {
    assert.deepEqual(await answer('no', 'hash'), { outcome: 'success', case: 1 })
    assert.deepEqual(await answer('yes'), { outcome: 'success', case: 1 })
  })

  it('takes no other answer', async () => {
    for (const decision of ['', 'maybe']) {
      assert.deepEqual(await answer(decision, 'hash'), { outcome: 'invalid' })
    }
  })
})
