import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Person } from '../../src/language/ports.ts'
import type { StepCall } from '../../src/language/step.ts'
import { sms } from '../../src/steps/sms/step.ts'
import { account, call, fakePorts, person } from './fake-ports.ts'

const params = { minutes: 5, sends: 2, digits: 6 }
const nowMs = 1_900_000_000_000
const number = '+12025550143'
const phone = { id: 'phone:1', kind: 'phone' }
const identity = account('acc_pat')
const pat = person('acc_pat', {
  userName: 'pat',
  credentials: [phone],
  claims: { other: { phone_number: number, phone_number_verified: true } },
})

function given(who: Person, more: Partial<Omit<StepCall, 'params'>> = {}) {
  return call({ ports: fakePorts({ people: [who] }), params, nowMs, identity, ...more })
}

async function asked(who: Person = pat) {
  const prepared = await sms.prepare!(given(who))
  const [write] = prepared!.writes
  assert.ok(prepared && write?.write === 'send-message')
  return { prepared, write, kept: prepared.keep, code: write.values.code! }
}

describe('sms step', () => {
  it('has a code sent to the account by text message, and proves possession by it (NIST SP 800-63B-4, 3.1.3)', async () => {
    const { prepared, write, kept, code } = await asked()
    assert.deepEqual([write.channel, write.account, write.text], ['sms', 'acc_pat', 'sms.otp'])
    assert.equal(write.untilMs, nowMs + 5 * 60_000)
    assert.ok(!JSON.stringify(kept).includes(code), 'only a digest is kept')
    assert.ok(!JSON.stringify(prepared).includes(number), 'the number is read when it is sent')
    const { outcome, credentials } = await sms.work(given(pat, { kept, input: { code } }))
    assert.deepEqual([outcome, credentials], ['success', ['phone:1']])
    const [proves] = sms.declaration.outcomes.success![0].proves!
    assert.deepEqual([proves!.factor, proves!.amr], ['possession', ['sms']])
  })

  it('takes no other code, and none that is late', async () => {
    const { kept, code } = await asked()
    const typed = (text: string, ms = 0) =>
      sms.work(given(pat, { kept, input: { code: text }, nowMs: nowMs + ms }))
    for (const wrong of ['', code.slice(1), `${code}0`]) {
      assert.equal((await typed(wrong)).outcome, 'invalid')
    }
    assert.equal((await typed(code, 299_999)).outcome, 'success')
    assert.equal((await typed(code, 300_000)).outcome, 'invalid')
  })

  it('takes no code that went to another number than the account has now', async () => {
    const { kept, code } = await asked()
    for (const credentials of [[], [{ id: 'phone:2', kind: 'phone' }]]) {
      const { outcome } = await sms.work(given({ ...pat, credentials }, { kept, input: { code } }))
      assert.equal(outcome, 'unavailable')
    }
  })

  it('sends as often as it may, counted for the account (I-23)', async () => {
    const first = await asked()
    assert.deepEqual(first.prepared.counts, { account: 'acc_pat', factor: 'sms-sent' })
    const again = (kept: StepCall['kept']) =>
      sms.prepare!(given(pat, { kept, input: { again: 'yes' } }))
    const second = await again(first.kept)
    assert.equal(second!.writes.length, 1)
    const third = await again(second!.keep)
    assert.deepEqual(third!.writes, [])
    assert.deepEqual(third!.exhibits, [{ kind: 'note', code: 'sms.enough' }])
  })

  it('is for whoever is known already: nobody else has a message sent', () => {
    assert.deepEqual(sms.declaration.needs, ['account'])
  })
})
