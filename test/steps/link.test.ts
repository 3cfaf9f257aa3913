import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Claims, Factor, Identity, Proof } from '../../src/language/facts.ts'
import { link } from '../../src/steps/link/step.ts'
import { account, call, connection, type FakeWorld, fakePorts, person } from './fake-ports.ts'

const verified: Claims = { email: 'jane@acme.test', emailVerified: true }
const password = { id: 'cred_pwd', kind: 'password' }
const totp = { id: 'cred_totp', kind: 'totp' }
const jane = person('acc_jane', { claims: verified, credentials: [password, totp] })
const byEmail = [{ holds: true, gives: ['email'], reads: [] }]

const comer = (claims: Claims = verified): Identity => ({
  kind: 'pass-through',
  connection: 'google',
  subject: 'g-1',
  claims,
})
const proven: Identity = { ...account('acc_jane'), connection: 'google', unlinked: 'g-1' }

const proof = (
  credential: string,
  factor: Factor,
  source: Proof['source'] = 'registered',
): Proof => ({
  state: 's',
  option: 'o',
  amr: [],
  factor,
  credential,
  phishingResistant: false,
  source,
  atMs: 0,
})
const both = [proof('cred_pwd', 'knowledge'), proof('cred_totp', 'possession')]

function work(
  world: FakeWorld,
  identity: Identity,
  given: { rules?: readonly unknown[]; proofs?: readonly Proof[] } = {},
) {
  const { rules = byEmail, proofs = [] } = given
  const ports = fakePorts(world)
  const params = { rules }
  return link.work(call({ ports, identity, proofs, params, connection: connection('google') }))
}

describe('link step, looking for an account', () => {
  it('finds the one with the same verified address, and associates nothing yet (scenario 8 a, I-17)', async () => {
    assert.deepEqual(await work({ people: [jane] }, comer()), {
      outcome: 'pending',
      identity: { ...comer(), candidate: 'acc_jane' },
    })
  })

  for (const [what, world, claims] of [
    [
      'the address is not verified upstream',
      { people: [jane] },
      { ...verified, emailVerified: false },
    ],
    ['nothing is said of an address', { people: [jane] }, { emailVerified: true }],
    [
      'the address here is not verified',
      { people: [person('acc_x', { claims: { ...verified, emailVerified: false } })] },
      verified,
    ],
  ] as const) {
    it(`finds nobody where ${what} (scenario 8 b, d)`, async () => {
      assert.deepEqual(await work(world, comer(claims)), { outcome: 'unknown' })
    })
  }

  it('finds nobody by a rule that does not hold, and without any', async () => {
    const rules = [{ holds: false, gives: ['email'], reads: [] }]
    assert.deepEqual(await work({ people: [jane] }, comer(), { rules }), { outcome: 'unknown' })
    assert.deepEqual(await work({ people: [jane] }, comer(), { rules: [] }), { outcome: 'unknown' })
  })

  it('takes no first of two (scenario 8 c, CVE-2025-11850)', async () => {
    const people = [jane, person('acc_other', { claims: verified })]
    assert.deepEqual(await work({ people }, comer()), { outcome: 'conflict' })
  })

  describe('by another attribute (W-7)', () => {
    const numbered = (id: string, employeeNumber: string) =>
      person(id, { claims: { ...verified, other: { employeeNumber } }, credentials: [password] })
    const byNumber = { holds: true, gives: ['employeeNumber'], reads: [] }
    const said = { other: { employeeNumber: '0042' } }
    const found = (
      people: readonly ReturnType<typeof person>[],
      claims: Claims,
      rules: readonly unknown[] = [byNumber],
      identifies: readonly string[] = ['employeeNumber'],
    ) => {
      const from = { ...connection('corp'), identifies }
      const ports = fakePorts({ people })
      const identity = comer(claims)
      return link.work(call({ ports, identity, params: { rules }, connection: from }))
    }

    it('finds the one that has it, if the connection is believed in it', async () => {
      const people = [numbered('acc_42', '0042'), numbered('acc_43', '0043')]
      const { outcome, identity } = await found(people, said)
      assert.equal(outcome, 'pending')
      assert.equal(identity?.kind === 'pass-through' && identity.candidate, 'acc_42')
      assert.equal((await found(people, said, [byNumber], [])).outcome, 'unknown')
    })

    it('is found by the first rule that finds anybody', async () => {
      const people = [jane, numbered('acc_42', '0042')]
      const rules = [{ ...byNumber, gives: ['costCentre'] }, ...byEmail, byNumber]
      const other = { ...verified, email: 'j@elsewhere.test', ...said }
      const { identity } = await found(people, other, rules)
      assert.equal(identity?.kind === 'pass-through' && identity.candidate, 'acc_42')
    })

    it('of a rule with two names both must find, and the same one', async () => {
      const both = [{ ...byNumber, gives: ['email', 'employeeNumber'] }]
      const claims = { ...verified, ...said }
      const own = numbered('acc_42', '0042')
      assert.equal((await found([own], claims, both)).outcome, 'pending')
      assert.equal((await found([own], said, both)).outcome, 'unknown')
      const apart = [jane, { ...own, claims: said }]
      assert.equal((await found(apart, claims, both)).outcome, 'conflict')
    })

    it('takes no first of two, and nothing that is no text or number', async () => {
      const people = [numbered('acc_42', '0042'), numbered('acc_x', '0042')]
      assert.equal((await found(people, said)).outcome, 'conflict')
      for (const employeeNumber of ['', null, ['0042'], 1.5]) {
        const claims = { other: { employeeNumber } }
        assert.equal((await found(people, claims)).outcome, 'unknown')
      }
    })
  })

  it('stops at an account that is locked, or that has nothing to prove it by', async () => {
    const locked = { people: [{ ...jane, status: 'locked' as const }] }
    assert.deepEqual(await work(locked, comer()), { outcome: 'blocked' })
    const credentials = [{ id: 'connection:corp:c-1', kind: 'connection:corp' }]
    const bare = { people: [{ ...jane, credentials }] }
    assert.deepEqual(await work(bare, comer()), { outcome: 'rejected' })
  })

  it('goes on with an account that a racing login has associated', async () => {
    const world = { people: [jane], associations: { 'google g-1': 'acc_jane' } }
    const answer = await work(world, comer())
    assert.deepEqual([answer.outcome, answer.case, answer.writes], ['success', 2, []])
  })
})

describe('link step, with the account proven', () => {
  it('associates, and nothing else (scenario 8 a)', async () => {
    const { unlinked, ...linked } = proven as Identity & { unlinked: string }
    assert.deepEqual(await work({ people: [jane] }, proven, { proofs: both }), {
      outcome: 'success',
      identity: linked,
      writes: [
        {
          write: 'associate',
          account: 'acc_jane',
          connection: 'google',
          subject: unlinked,
          otherwise: 'again',
        },
      ],
    })
  })

  for (const [what, proofs] of [
    ['nothing', []],
    ['the password alone', [proof('cred_pwd', 'knowledge')]],
    ['the app alone', [proof('cred_totp', 'possession')]],
    [
      "the upstream's word for a second factor",
      [proof('cred_pwd', 'knowledge'), proof('connection:google:g-1', 'possession', 'upstream')],
    ],
    [
      'an app that was added a moment ago',
      [proof('cred_pwd', 'knowledge'), proof('cred_totp', 'possession', 'new')],
    ],
    ["somebody else's app", [proof('cred_pwd', 'knowledge'), proof('cred_other', 'possession')]],
  ] as const) {
    it(`is not content with ${what} (security 75)`, async () => {
      const answer = await work({ people: [jane] }, proven, { proofs })
      assert.deepEqual(answer, { outcome: 'rejected', case: 2 })
    })
  }

  it('keeps what was agreed to before the account was proven', async () => {
    const agreed = { attributes: ['email'], atMs: 7 }
    const answer = await work({ people: [jane] }, { ...proven, agreed } as Identity, {
      proofs: both,
    })
    assert.deepEqual(answer.facts, { 'account.agreed': true })
    assert.deepEqual(answer.writes?.[1], {
      write: 'keep-consent',
      account: 'acc_jane',
      connection: 'google',
      application: 'thrift',
      attributes: ['email'],
      agreedMs: 7,
      otherwise: 'skip',
    })
    assert.equal('agreed' in answer.identity!, false)
  })

  it('is content with the password where that is all there is', async () => {
    const people = [{ ...jane, credentials: [password] }]
    const { outcome } = await work({ people }, proven, { proofs: both.slice(0, 1) })
    assert.equal(outcome, 'success')
  })

  it('associates nobody who has come by no upstream', async () => {
    const answer = await work({ people: [jane] }, account('acc_jane'), { proofs: both })
    assert.deepEqual(answer, { outcome: 'rejected', case: 1 })
  })

  it('never points an association elsewhere (I-18)', async () => {
    const people = [jane, person('acc_other')]
    const elsewhere = { people, associations: { 'google g-1': 'acc_other' } }
    const conflict = await work(elsewhere, proven, { proofs: both })
    assert.deepEqual(conflict, { outcome: 'conflict', case: 1 })
    const here = { people, associations: { 'google g-1': 'acc_jane' } }
    const done = await work(here, proven, { proofs: both })
    const { unlinked: _, ...linked } = proven as Extract<Identity, { kind: 'account' }>
    assert.deepEqual(done, { outcome: 'success', case: 1, identity: linked, writes: [] })
  })

  it('stops at an account that was locked, or is gone', async () => {
    const people = [{ ...jane, status: 'disabled' as const }]
    const stopped = { outcome: 'blocked', case: 1 }
    assert.deepEqual(await work({ people }, proven, { proofs: both }), stopped)
    assert.deepEqual(await work({}, proven, { proofs: both }), stopped)
  })
})
