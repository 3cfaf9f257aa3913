import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StepCall } from '../../src/language/step.ts'
import { proveEmail } from '../../src/steps/prove-email/step.ts'
import { call, fakePorts, person } from './fake-ports.ts'

const params = { minutes: 10, sends: 3, digits: 6 }
const nowMs = 1_900_000_000_000
const jane = person('acc_jane', { claims: { email: 'jane@acme.test', emailVerified: true } })

const given = (more: Partial<Omit<StepCall, 'params'>>) =>
  call({ ports: fakePorts({ people: [jane] }), params, nowMs, ...more })

async function asked(email: string) {
  const prepared = await proveEmail.prepare!(given({ input: { email } }))
  const [write] = prepared!.writes
  assert.ok(prepared && write?.write === 'send-message')
  return { prepared, write, kept: prepared.keep, code: write.values.code! }
}

const typed = (kept: StepCall['kept'], code: string, ms = 0) =>
  proveEmail.work(given({ kept, input: { code }, nowMs: nowMs + ms }))

describe('prove-email step', () => {
  it('makes whoever types the code somebody of that address, and of nothing else', async () => {
    const { write, kept, code } = await asked(' Ann@x.test ')
    assert.deepEqual([write.to, write.account, write.text], ['Ann@x.test', undefined, 'mail.otp'])
    const { outcome, identity } = await typed(kept, code)
    assert.equal(outcome, 'success')
    assert.deepEqual(identity, {
      kind: 'pass-through',
      connection: 'local',
      subject: 'ann@x.test',
      claims: { email: 'Ann@x.test', emailVerified: true },
    })
  })

  it('takes no other code, and none that is late', async () => {
    const { kept, code } = await asked('ann@x.test')
    assert.equal((await typed(kept, code === '000000' ? '111111' : '000000')).outcome, 'invalid')
    assert.equal((await typed(kept, code, 600_000)).outcome, 'invalid')
  })

  it('does as much for the address of an account, tells it so by mail, and takes no code (I-36)', async () => {
    const free = await asked('ann@x.test')
    const taken = await asked('jane@acme.test')
    assert.equal(taken.write.text, 'mail.account-exists')
    assert.deepEqual(taken.prepared.exhibits, free.prepared.exhibits)
    assert.deepEqual(Object.keys(taken.kept), Object.keys(free.kept))
    const right = await typed(taken.kept, taken.code)
    const wrong = await typed(free.kept, 'nothing')
    assert.deepEqual([right.outcome, wrong.outcome], ['conflict', 'invalid'])
    assert.equal(right.message, wrong.message)
    assert.ok(proveEmail.declaration.hides.includes('conflict'))
  })

  it('counts what is sent to an address by that address, however it is spelt', async () => {
    const [one, other] = [await asked('ann@x.test'), await asked('ANN@x.test')]
    assert.deepEqual(one.prepared.counts, other.prepared.counts)
    assert.ok(!JSON.stringify(one.prepared.counts).includes('ann'))
  })

  for (const email of ['', 'ann', 'a@b', 'a@b.c, d@e.f', 'a <a@b.c>', 'a@b.c\nBcc: d@e.f']) {
    it(`sends nothing to ${JSON.stringify(email)}`, async () => {
      assert.equal(await proveEmail.prepare!(given({ input: { email } })), undefined)
      const { outcome, message } = await proveEmail.work(given({ input: { email } }))
      assert.deepEqual([outcome, message], ['invalid', 'prove-email.no-address'])
    })
  }
})
