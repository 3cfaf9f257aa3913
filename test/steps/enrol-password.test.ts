import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { enrolPasswordStep } from '../../src/steps/enrol-password/step.ts'
import { matchesPassword } from '../../src/steps/password/hash.ts'
import { cheapHash } from '../support/world.ts'
import { account, call, fakePorts, person } from './fake-ports.ts'

const step = enrolPasswordStep(cheapHash)
const claims = { name: 'Ann Example', email: 'ann@x.test' }

function choose(password: string, credentials: readonly { id: string; kind: string }[] = []) {
  const ports = fakePorts({ people: [person('acc_ann', { userName: 'ann', claims, credentials })] })
  return step.work(call({ ports, identity: account('acc_ann'), input: { password } }))
}

describe('enrol-password step (W-1)', () => {
  it('puts the hash on the account, and nothing that was typed', async () => {
    const typed = 'seven quiet harbours'
    const { outcome, credentials, writes } = await choose(typed)
    assert.equal(outcome, 'success')
    const [write, ...more] = writes ?? []
    assert.ok(write?.write === 'add-credential')
    assert.deepEqual(more, [])
    assert.deepEqual(
      [write.account, write.kind, write.otherwise],
      ['acc_ann', 'password', 'conflict'],
    )
    assert.deepEqual(credentials, [write.id])
    assert.equal(JSON.stringify(writes).includes(typed), false)
    assert.equal(await matchesPassword(write.secret, typed, cheapHash), true)
  })

  for (const [password, message] of [
    ['too short', 'password.too-short'],
    ['', 'password.too-short'],
    ['passwordpassword', 'password.common'],
    ['Ann Example ann@x.test', 'password.context'],
  ] as const) {
    it(`does not take ${JSON.stringify(password)} (NIST SP 800-63B-4, 3.1.1.2)`, async () => {
      assert.deepEqual(await choose(password), { outcome: 'invalid', message })
    })
  }

  it('E-10: gives one to nobody whose password is kept in a directory that is not ours', async () => {
    const ann = person('acc_ann', { source: 'staff' })
    const ports = { ...fakePorts({ people: [ann] }), keepsPasswordOf: () => false }
    const input = { password: 'seven quiet harbours' }
    const found = await step.work(call({ ports, identity: account('acc_ann'), input }))
    assert.deepEqual(found, { outcome: 'conflict', case: 1 })
  })

  it('never replaces a password that is there', async () => {
    const { outcome, writes } = await choose('seven quiet harbours', [
      { id: 'cred_1', kind: 'password' },
    ])
    assert.deepEqual([outcome, writes], ['conflict', undefined])
  })
})
