import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Person } from '../../src/language/ports.ts'
import { keepPasswordStep } from '../../src/steps/keep-password/step.ts'
import { matchesPassword } from '../../src/steps/password/hash.ts'
import { cheapHash } from '../support/directories.ts'
import { account, call, connection, fakePorts, person } from './fake-ports.ts'

const step = keepPasswordStep(cheapHash)

async function kept({
  credentials = [],
  password = 'as-it-was',
  proven = 'directory:old:1',
  directory = 'internal',
}: {
  readonly credentials?: Person['credentials']
  readonly password?: string
  readonly proven?: string
  readonly directory?: string
} = {}) {
  const people = [person('acc_1', { credentials })]
  const proof = {
    state: 'there',
    option: 'verify',
    amr: ['pwd'],
    factor: 'knowledge',
    credential: proven,
    phishingResistant: false,
    source: 'upstream',
    atMs: 0,
  } as const
  return step.work(
    call({
      ports: fakePorts({ people }),
      identity: { ...account('acc_1'), connection: 'old' },
      connection: connection('old', { directory }),
      proofs: [proof],
      typed: { username: 'rose', password },
    }),
  )
}

describe('keep-password', () => {
  it('keeps a hash of what was typed, and the account needs nothing else', async () => {
    const held = [{ id: 'x', kind: 'connection:old' }]
    const { outcome, writes = [] } = await kept({ credentials: held })
    assert.equal(outcome, 'success')
    const [write] = writes
    assert.ok(write?.write === 'add-credential')
    assert.deepEqual([write.account, write.kind], ['acc_1', 'password'])
    assert.ok(await matchesPassword(write.secret, 'as-it-was', cheapHash))
  })

  it('changes no password that there is', async () => {
    const found = await kept({ credentials: [{ id: 'cred_1', kind: 'password' }] })
    assert.deepEqual(found, { outcome: 'conflict' })
  })

  for (const [what, given] of [
    ['I-30: to an account with another factor', { credentials: [{ id: 'c', kind: 'totp' }] }],
    ['of nothing typed', { password: '' }],
    ['of what another directory has found right', { proven: 'directory:other:1' }],
    ['of what an upstream has proven', { proven: 'connection:old:1' }],
    ['E-10: to an account in a directory that is not ours', { directory: 'old' }],
  ] as const) {
    it(`adds none ${what}`, async () => {
      assert.deepEqual(await kept(given), { outcome: 'rejected' })
    })
  }
})
