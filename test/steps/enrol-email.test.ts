import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressCredential } from '../../src/language/reach.ts'
import type { StepCall } from '../../src/language/step.ts'
import { enrolEmail } from '../../src/steps/enrol-email/step.ts'
import { account, call, fakePorts, person } from './fake-ports.ts'

const params = { minutes: 10, sends: 3, digits: 6 }
const nowMs = 1_900_000_000_000
const old = addressCredential('mail', 'jane@acme.test')
const jane = person('acc_jane', {
  claims: { name: 'Jane', email: 'jane@acme.test', emailVerified: true },
  credentials: [{ id: old, kind: 'email' }],
})
const bo = person('acc_bo', { claims: { email: 'bo@acme.test', emailVerified: true } })
const ann = person('acc_ann', { source: 'google', claims: { email: 'ann@x.test' } })

const given = (more: Partial<Omit<StepCall, 'params'>>, whose = 'acc_jane') =>
  call({
    ports: fakePorts({ people: [jane, bo, ann] }),
    params,
    nowMs,
    identity: account(whose),
    ...more,
  })

async function asked(email: string, whose?: string) {
  const prepared = await enrolEmail.prepare!(given({ input: { email } }, whose))
  const [write] = prepared!.writes
  assert.ok(prepared && write?.write === 'send-message')
  return { prepared, write, kept: prepared.keep, code: write.values.code! }
}

const typed = (kept: StepCall['kept'], code: string, ms = 0, whose?: string) =>
  enrolEmail.work(given({ kept, input: { code }, nowMs: nowMs + ms }, whose))

describe('enrol-email step', () => {
  it('sends a code to the new address, and puts that in the place of the old one, which is told', async () => {
    const { write, kept, code } = await asked(' Jane@new.test ')
    assert.deepEqual(
      [write.to, write.account, write.text],
      ['Jane@new.test', undefined, 'mail.otp'],
    )
    const answer = await typed(kept, code)
    assert.deepEqual([answer.outcome, answer.case], ['success', 1])
    assert.deepEqual(answer.credentials, [addressCredential('mail', 'Jane@new.test')])
    assert.equal(answer.inPlaceOf, old)
    const [profile, notice] = answer.writes ?? []
    assert.ok(profile?.write === 'update-profile' && notice?.write === 'send-message')
    assert.deepEqual(profile.from, jane.claims)
    assert.deepEqual(profile.claims, { name: 'Jane', email: 'Jane@new.test', emailVerified: true })
    assert.deepEqual(profile.provenance, { email: 'local' })
    assert.deepEqual([notice.to, notice.text], ['jane@acme.test', 'mail.address-changed'])
    assert.deepEqual(notice.values, {}, 'nobody learns the new one from the old mailbox')
  })

  it('takes no other code, and none that is late', async () => {
    const { kept, code } = await asked('jane@new.test')
    assert.equal((await typed(kept, code === '000000' ? '111111' : '000000')).outcome, 'invalid')
    assert.equal((await typed(kept, code, 600_000)).outcome, 'invalid')
  })

  it('does as much for the address of another account, tells it so by mail, and takes no code (I-36)', async () => {
    const free = await asked('jane@new.test')
    const taken = await asked('bo@acme.test')
    assert.equal(taken.write.text, 'mail.address-in-use')
    assert.deepEqual(taken.prepared.exhibits, free.prepared.exhibits)
    assert.deepEqual(Object.keys(taken.kept), Object.keys(free.kept))
    const [right, wrong] = [await typed(taken.kept, taken.code), await typed(free.kept, 'nothing')]
    assert.deepEqual(right, wrong)
  })

  it('sends nothing for what is no address, or where a connection says the address', async () => {
    assert.equal(await enrolEmail.prepare!(given({ input: { email: 'no address' } })), undefined)
    const { outcome, message } = await typed(undefined, '')
    assert.deepEqual([outcome, message], ['invalid', 'enrol-email.no-address'])
    const hers = given({ input: { email: 'ann@new.test' } }, 'acc_ann')
    assert.equal(await enrolEmail.prepare!(hers), undefined)
    const { outcome: conflict, case: by } = await enrolEmail.work(hers)
    assert.deepEqual([conflict, by], ['conflict', 1])
  })

  it('counts what is sent by the address, and what is guessed by the account (I-23)', async () => {
    const [one, other] = [await asked('jane@new.test'), await asked('JANE@new.test')]
    assert.deepEqual(one.prepared.counts, other.prepared.counts)
    const guess = given({ kept: one.kept, input: { code: '1' } })
    const expected = { account: 'acc_jane', factor: 'enrol-email' }
    assert.deepEqual(await enrolEmail.guesses!(guess), expected)
  })
})
