import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Claims, Identity } from '../../src/language/facts.ts'
import { consent } from '../../src/steps/consent/step.ts'
import { call, fakePorts } from './fake-ports.ts'

const comer = (claims: Claims): Identity => ({
  kind: 'pass-through',
  connection: 'google',
  subject: 'g-1',
  claims,
})

describe('consent step', () => {
  it('shows what is known of the person, and nothing that is not', async () => {
    const exhibitsOf = async (claims: Claims) => {
      const shown = await consent.show!(call({ ports: fakePorts({}), identity: comer(claims) }))
      return shown.exhibits.map((each) => each.kind === 'text' && [each.label, each.text])
    }
    assert.deepEqual(await exhibitsOf({ name: 'Ann', email: 'ann@x.test', groups: ['a'] }), [
      ['consent.name', 'Ann'],
      ['consent.email', 'ann@x.test'],
      ['consent.further', 'groups'],
    ])
    assert.deepEqual(await exhibitsOf({}), [])
  })

  const input = { decision: 'yes' }
  const claims: Claims = { name: 'Ann', emailVerified: true, amr: ['pwd'], other: { phone: '1' } }
  const attributes = ['name', 'other.phone']
  const facts = { 'application.id': 'thrift' } as const

  it('has a yes wait in the login where there is no account to keep it with', async () => {
    const ann = comer(claims)
    const ports = fakePorts({})
    assert.deepEqual(await consent.work(call({ ports, identity: ann, input, facts, nowMs: 7 })), {
      outcome: 'success',
      identity: { ...ann, agreed: { attributes, atMs: 7 } },
    })
  })

  it('keeps a yes with the account that it is of, and none for what is said by nobody else', async () => {
    const account = (connection: string): Identity => ({
      ...{ kind: 'account', account: 'acc_1', connection, claims },
      ...{ groups: [], source: connection, new: false },
    })
    const kept = { account: 'acc_1', application: 'thrift', attributes, agreedMs: 7 }
    for (const connection of ['google', 'local']) {
      const ports = fakePorts({})
      const identity = account(connection)
      const answer = await consent.work(call({ ports, identity, input, facts, nowMs: 7 }))
      assert.deepEqual(answer.facts, { 'account.agreed': true })
      const write = { ...kept, connection, write: 'keep-consent', otherwise: 'skip' }
      assert.deepEqual(answer.writes, connection === 'local' ? [] : [write])
    }
  })

  for (const [decision, outcome] of [
    ['no', 'denied'],
    ['', 'invalid'],
    ['YES', 'invalid'],
    [undefined, 'invalid'],
  ] as const) {
    it(`takes ${JSON.stringify(decision)} for ${outcome}, and writes nothing`, async () => {
      const input: Record<string, string> = decision === undefined ? {} : { decision }
      const ports = fakePorts({})
      const answer = await consent.work(call({ ports, identity: comer({}), input }))
      assert.deepEqual(answer, { outcome })
      assert.deepEqual(ports.reads, [])
    })
  }
})
