import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Claims, Identity } from '../../src/language/facts.ts'
import { collect } from '../../src/steps/collect/step.ts'
import { defaultCreator } from '../../src/steps/provision/creator.ts'
import { call, fakePorts, person } from './fake-ports.ts'

const comer = (claims: Claims): Identity & { kind: 'pass-through' } => ({
  kind: 'pass-through',
  connection: 'google',
  subject: 'g-1',
  claims,
})
const known: Claims = { name: 'Ann', email: 'ann@x.test', emailVerified: true }
const everything = { name: true, email: true, username: true }
const people = [person('acc_jane', { userName: 'jane' })]

function work(claims: Claims, input: Record<string, string>, params: object = everything) {
  const given = { ports: fakePorts({ people }), identity: comer(claims), input }
  return collect.work(call({ ...given, params: params as Record<string, unknown> }))
}

describe('collect step', () => {
  it('asks for what the flow wants and is not known, and always for a user name that it wants (W-15)', () => {
    const asks = (claims: Claims, params: object) =>
      collect.asks!({ identity: comer(claims), params: params as typeof everything })
    assert.deepEqual(asks({}, everything), ['username', 'name', 'email'])
    assert.deepEqual(asks(known, everything), ['username'])
    assert.deepEqual(asks({ name: 'Ann' }, { ...everything, username: false }), ['email'])
    assert.deepEqual(asks({}, { name: false, email: false, username: false }), [])
  })

  it('adds what was typed to what is known, and takes no address for verified (security 74)', async () => {
    const input = { name: ' Ann ', email: 'ann@x.test', username: 'Annie' }
    assert.deepEqual(await work({ groups: ['a'] }, input), {
      outcome: 'success',
      identity: comer({
        groups: ['a'],
        name: 'Ann',
        email: 'ann@x.test',
        emailVerified: false,
        preferredUsername: 'annie',
      }),
    })
  })

  it('changes nothing that is known, whatever is sent along (security 74)', async () => {
    const input = { name: 'Eve', email: 'eve@x.test', username: 'eve' }
    const answer = await work(known, input, { ...everything, username: false })
    assert.deepEqual(answer, { outcome: 'success', identity: comer(known) })
  })

  for (const username of ['jane', 'JANE', 'Ｊａｎｅ', ' jane ']) {
    it(`gives nobody the name ${JSON.stringify(username)} that jane has (scenario 17, WSO2-2021-1573)`, async () => {
      const answer = await work(known, { username })
      assert.deepEqual(answer, { outcome: 'invalid', message: 'collect.taken' })
    })
  }

  for (const username of ['', 'admin', 'a b', 'github:1', 'jane@acme.test', 'аdmin']) {
    it(`takes ${JSON.stringify(username)} for no name (security 77)`, async () => {
      const answer = await work(known, { username })
      assert.deepEqual(answer, { outcome: 'invalid', message: 'collect.unusable' })
    })
  }

  it('lets nobody choose a name that provision would not give them', async () => {
    for (const username of ['Annie', 'ann@x.test', 'ÄNN']) {
      const answer = await work(known, { username })
      assert.ok(answer.identity?.kind === 'pass-through', username)
      const { connection, subject, claims } = answer.identity
      const made = defaultCreator.create({ connection, subject, claims })
      assert.equal(made?.userName, claims.preferredUsername)
    }
  })

  for (const [what, input] of [
    ['a name of spaces', { name: '  ', email: 'ann@x.test', username: 'ann' }],
    ['a name with a control character', { name: 'A\u0007', email: 'ann@x.test', username: 'ann' }],
    ['no address', { name: 'Ann', username: 'ann' }],
    ['an address that is none', { name: 'Ann', email: 'ann', username: 'ann' }],
    ['two addresses', { name: 'Ann', email: 'a@x.test,b@x.test', username: 'ann' }],
    ['an address of two lines', { name: 'Ann', email: 'ann@x.test\nx', username: 'ann' }],
  ] as const) {
    it(`is not content with ${what}`, async () => {
      assert.deepEqual(await work({}, input as Record<string, string>), { outcome: 'invalid' })
    })
  }
})
