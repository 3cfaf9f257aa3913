import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changePasswordStep } from '../../src/steps/change-password/step.ts'
import { matchesPassword } from '../../src/steps/password/hash.ts'
import { account, call, fakePorts, person } from './fake-ports.ts'

const cost = { memoryKib: 8, passes: 1, lanes: 1 }
const step = changePasswordStep(cost)
const identity = account('acc_jane')
const password = 'seven quiet herons at dusk'
const old = [{ id: 'cred_old', kind: 'password' }]

function change(credentials = old, typed = password) {
  const jane = person('acc_jane', { userName: 'jane', credentials })
  return step.work(
    call({ ports: fakePorts({ people: [jane] }), identity, input: { password: typed } }),
  )
}

describe('change-password step', () => {
  it('puts another credential in place of the old one, ends what that gave, and tells the address', async () => {
    const { outcome, case: at, credentials, writes = [] } = await change()
    assert.deepEqual([outcome, at], ['success', 0])
    assert.deepEqual(
      writes.map(({ write, otherwise }) => [write, otherwise]),
      [
        ['remove-credential', 'conflict'],
        ['add-credential', 'conflict'],
        ['revoke', 'conflict'],
        ['send-message', 'skip'],
      ],
    )
    const added = writes.find((each) => each.write === 'add-credential')
    assert.ok(added?.write === 'add-credential')
    assert.deepEqual(credentials, [added.id])
    assert.notEqual(added.id, 'cred_old')
    assert.ok(await matchesPassword(added.secret, password, cost))
    assert.ok(!JSON.stringify(writes).includes(password))
  })

  it('gives a first one to whoever has none', async () => {
    const { outcome, case: at, writes = [] } = await change([])
    assert.deepEqual([outcome, at], ['success', 1])
    assert.equal(writes[0]?.write, 'add-credential')
  })

  for (const [typed, problem] of [
    ['short', 'too-short'],
    ['passwordpassword', 'common'],
    ['sallyport-jane-jane', 'context'],
  ] as const) {
    it(`takes none that is ${problem}, and writes nothing`, async () => {
      const { outcome, message, writes } = await change(old, typed)
      assert.deepEqual([outcome, message, writes], ['invalid', `password.${problem}`, undefined])
    })
  }

  it('E-10: gives a first one to nobody whose password is kept in a directory that is not ours', async () => {
    const ann = person('acc_ann', { source: 'staff' })
    const ports = { ...fakePorts({ people: [ann] }), keepsPasswordOf: () => false }
    const input = { password: 'seven quiet harbours' }
    const found = await step.work(call({ ports, identity: account('acc_ann'), input }))
    assert.deepEqual(found, { outcome: 'conflict', case: 1 })
  })

  it('is declared to enrol, so that it takes all that the account can give (I-30)', () => {
    assert.equal(step.declaration.enrols, true)
    assert.equal(step.declaration.uses, 'password')
  })
})
