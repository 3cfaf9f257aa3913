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
    ])
    assert.deepEqual(await exhibitsOf({}), [])
  })

  for (const [decision, outcome] of [
    ['yes', 'success'],
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
