import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { enrolRecoveryCodesStep } from '../../src/steps/enrol-recovery-codes/step.ts'
import { recoveryCodeStep } from '../../src/steps/recovery-code/step.ts'
import { account, call, fakePorts } from './fake-ports.ts'

const cost = { memoryKib: 8, passes: 1, lanes: 1 }
const step = enrolRecoveryCodesStep(cost)
const identity = account('acc_jane')
const none = fakePorts({})

async function shown() {
  const { exhibits, keep } = await step.show!(call({ ports: none, identity }))
  const texts = exhibits.map((exhibit) => (exhibit.kind === 'text' ? exhibit.text : ''))
  return { kept: keep!, texts }
}

describe('enrol-recovery-codes step', () => {
  it('shows ten codes, the same ones after a wrong answer', async () => {
    const { kept, texts } = await shown()
    assert.equal(new Set(texts).size, 10)
    const again = await step.show!(call({ ports: none, identity, kept }))
    assert.deepEqual(again.keep, kept)
  })

  it('keeps nothing before the person has said that they are kept', async () => {
    const { kept } = await shown()
    const { outcome, writes } = await step.work(call({ ports: none, identity, kept }))
    assert.deepEqual([outcome, writes], ['invalid', undefined])
  })

  it('keeps what opens the account by each code that was shown, and proves nothing', async () => {
    const { kept, texts } = await shown()
    const input = { kept: 'yes' }
    const answer = await step.work(call({ ports: none, identity, kept, input }))
    assert.deepEqual([answer.outcome, answer.case, answer.credentials], ['success', 0, undefined])
    const [write] = answer.writes ?? []
    assert.ok(write?.write === 'add-credential' && write.kind === 'recovery-code')
    const { id, secret, counter } = write
    const ports = fakePorts({ credentials: { 'acc_jane recovery-code': { id, secret, counter } } })
    const used = await recoveryCodeStep(cost).work(
      call({ ports, identity, input: { code: texts[9]! } }),
    )
    assert.equal(used.outcome, 'success')
  })

  it('puts them in place of the old ones, which must still be those that it saw', async () => {
    const old = { id: 'cred_old', secret: '[]', counter: 3 }
    const ports = fakePorts({ credentials: { 'acc_jane recovery-code': old } })
    const { kept } = await shown()
    const answer = await step.work(call({ ports, identity, kept, input: { kept: 'yes' } }))
    assert.equal(answer.case, 1)
    const [first] = answer.writes ?? []
    assert.deepEqual(first, {
      write: 'remove-credential',
      account: 'acc_jane',
      credential: 'cred_old',
      otherwise: 'conflict',
    })
  })
})
