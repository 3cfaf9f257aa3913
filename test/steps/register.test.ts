import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Identity } from '../../src/language/facts.ts'
import type { Person } from '../../src/language/ports.ts'
import { register } from '../../src/steps/register/step.ts'
import { call, fakePorts, person } from './fake-ports.ts'

const ann: Extract<Identity, { kind: 'pass-through' }> = {
  kind: 'pass-through',
  connection: 'local',
  subject: 'ann@x.test',
  claims: { email: 'Ann@x.test', emailVerified: true, name: 'Ann' },
}

const registers = (identity: Identity = ann, people: readonly Person[] = []) =>
  register.work(call({ ports: fakePorts({ people }), identity }))

describe('register step', () => {
  it('makes an account of ours, named by the address, which stays only if the login succeeds', async () => {
    const { outcome, identity, writes = [] } = await registers()
    assert.equal(outcome, 'success')
    const [write] = writes
    assert.ok(write?.write === 'create-account' && writes.length === 1)
    assert.deepEqual(
      [write.userName, write.source, write.claims, write.otherwise],
      ['ann@x.test', 'local', ann.claims, 'again'],
    )
    assert.deepEqual(write.provisional, {
      login: 'lg_1',
      untilMs: Date.parse('2026-11-20T12:15:00Z'),
    })
    assert.ok(identity?.kind === 'account' && identity.new && identity.source === 'local')
  })

  it('makes none where the name is taken, or the address has become somebody’s in the meantime', async () => {
    for (const other of [
      person('acc_1', { userName: 'ANN@x.test' }),
      person('acc_1', { userName: 'annie', claims: { email: 'Ann@x.test', emailVerified: true } }),
    ]) {
      const { outcome, writes } = await registers(ann, [other])
      assert.deepEqual([outcome, writes], ['conflict', undefined])
    }
  })

  it('makes none for whoever came by a connection: what that allows is said there', async () => {
    assert.equal((await registers({ ...ann, connection: 'google' })).outcome, 'rejected')
  })
})
