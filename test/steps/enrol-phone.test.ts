import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressCredential } from '../../src/language/reach.ts'
import type { Answer, Prepared, StepCall } from '../../src/language/step.ts'
import type { Write } from '../../src/language/write.ts'
import { enrolPhone } from '../../src/steps/enrol-phone/step.ts'
import { account, call, fakePorts, person } from './fake-ports.ts'

const params = { minutes: 5, sends: 2, digits: 6 }
const number = '+12025550143'
const pat = person('acc_pat', {
  claims: { other: { nickname: 'P', phone_number: number, phone_number_verified: true } },
  credentials: [{ id: addressCredential('sms', number), kind: 'phone' }],
})
const bo = person('acc_bo', { source: 'google', claims: { other: { phone_number: number } } })
const cy = person('acc_cy')

const given = (whose: string, more: Partial<Omit<StepCall, 'params'>>) =>
  call({ ports: fakePorts({ people: [pat, bo, cy] }), params, identity: account(whose), ...more })

/** What came of it; nothing where no code was sent. */
interface Change {
  readonly prepared?: Prepared | undefined
  readonly write?: Write & { readonly write: 'send-message' }
  readonly answer?: Answer
}

/** Asks for a code for a number, and types it. */
async function change(whose: string, phone: string): Promise<Change> {
  const prepared = await enrolPhone.prepare!(given(whose, { input: { phone } }))
  const [write] = prepared?.writes ?? []
  if (!prepared || write?.write !== 'send-message') return { prepared }
  const { code = '' } = write.values
  const answer = await enrolPhone.work(given(whose, { kept: prepared.keep, input: { code } }))
  return { prepared, write, answer }
}

describe('enrol-phone step', () => {
  it('sends a code to the new number, as people write one, and tells the old one', async () => {
    const { write, answer, prepared } = await change('acc_pat', '+1 (202) 555-0199')
    assert.deepEqual([write?.channel, write?.to, write?.text], ['sms', '+12025550199', 'sms.otp'])
    assert.deepEqual([answer?.outcome, answer?.case], ['success', 1])
    const [profile, notice] = answer?.writes ?? []
    assert.ok(profile?.write === 'update-profile' && notice?.write === 'send-message')
    const other = { nickname: 'P', phone_number: '+12025550199', phone_number_verified: true }
    assert.deepEqual(profile.claims, { other })
    assert.deepEqual(profile.provenance, {
      'other.phone_number': 'local',
      'other.phone_number_verified': 'local',
    })
    assert.deepEqual([notice.to, notice.text], [number, 'sms.address-changed'])
    assert.deepEqual(prepared?.counts, { account: 'acc_pat', factor: 'enrol-phone-sent' })
  })

  it('puts a first number on an account, and tells nobody', async () => {
    const { answer } = await change('acc_cy', number)
    assert.deepEqual([answer?.outcome, answer?.case, answer?.inPlaceOf], ['success', 0, undefined])
    assert.deepEqual(
      answer?.writes?.map(({ write }) => write),
      ['update-profile'],
    )
  })

  it('tells nobody of a number that is proven once more', async () => {
    const { answer } = await change('acc_pat', number)
    assert.equal(answer?.writes?.length, 1)
  })

  it('sends nothing to what is no number, and takes the place of none that a connection says', async () => {
    for (const phone of ['', '12025550143', '+0', 'pat@x.test']) {
      assert.equal((await change('acc_pat', phone)).prepared, undefined, phone)
    }
    assert.equal((await change('acc_bo', '+12025550199')).prepared, undefined)
    const { outcome, case: by } = await enrolPhone.work(given('acc_bo', {}))
    assert.deepEqual([outcome, by], ['conflict', 1])
  })
})
