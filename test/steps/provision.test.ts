import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Claims, Identity } from '../../src/language/facts.ts'
import { userNameKey } from '../../src/language/user-name.ts'
import { defaultCreator } from '../../src/steps/provision/creator.ts'
import { canonicalName, usableName } from '../../src/steps/provision/name.ts'
import { provision } from '../../src/steps/provision/step.ts'
import { call, connection, type FakeWorld, fakePorts, person } from './fake-ports.ts'

const ann: Claims = {
  email: 'ann@x.test',
  emailVerified: true,
  name: 'Ann Example',
  preferredUsername: 'Ann',
  groups: ['admins'],
  amr: ['mfa'],
  other: { locale: 'de' },
}

const passThrough = (claims: Claims = ann, subject = 'g-1'): Identity => ({
  kind: 'pass-through',
  connection: 'google',
  subject,
  claims,
})

const work = (
  world: FakeWorld,
  given: { jit?: boolean; claims?: Claims; approval?: boolean } = {},
) =>
  provision.work(
    call({
      params: { approval: given.approval ?? false },
      ports: fakePorts(world),
      identity: passThrough(given.claims),
      connection: connection('google', { jit: given.jit ?? true }),
    }),
  )

describe('provision step', () => {
  it('makes an account and its association in one (A-1, A-5, A-8)', async () => {
    const { outcome, identity, writes, case: index } = await work({})
    assert.equal(outcome, 'success')
    assert.equal(index ?? 0, 0)
    assert.ok(identity?.kind === 'account')
    assert.match(identity.account, /^acc_[A-Za-z0-9_-]{22}$/)
    assert.deepEqual(
      { ...identity, account: '' },
      {
        kind: 'account',
        account: '',
        connection: 'google',
        claims: ann,
        groups: [],
        source: 'google',
        new: true,
      },
    )
    assert.deepEqual(writes, [
      {
        write: 'create-account',
        id: identity.account,
        userName: 'ann',
        source: 'google',
        directory: 'internal',
        claims: {
          email: 'ann@x.test',
          emailVerified: true,
          name: 'Ann Example',
          preferredUsername: 'Ann',
          other: { locale: 'de' },
        },
        otherwise: 'again',
      },
      {
        write: 'associate',
        account: identity.account,
        connection: 'google',
        subject: 'g-1',
        otherwise: 'again',
      },
    ])
  })

  it('keeps what was agreed to with the account, its own or that of a racing login (W-1)', async () => {
    const agreed = { attributes: ['name'], atMs: 7 }
    const asked = {
      identity: { ...passThrough(), agreed } as Identity,
      connection: connection('google'),
      facts: { 'application.id': 'thrift' },
    }
    const raced = { people: [person('acc_ann')], associations: { 'google g-1': 'acc_ann' } }
    for (const world of [{}, raced]) {
      const { identity, writes } = await provision.work(call({ ports: fakePorts(world), ...asked }))
      assert.ok(identity?.kind === 'account')
      assert.deepEqual(writes?.at(-1), {
        ...{ write: 'keep-consent', account: identity.account, connection: 'google' },
        ...{ application: 'thrift', attributes: ['name'], agreedMs: 7, otherwise: 'skip' },
      })
    }
  })

  it("takes no name for somebody else's that another login of theirs has taken since it looked (I-31)", async () => {
    const before = fakePorts({})
    const since = fakePorts({
      people: [{ ...person('acc_ann'), userName: 'ann' }],
      associations: { 'google g-1': 'acc_ann' },
    })
    let looked = 0
    const ports = {
      ...since,
      findAssociated: (connection: string, subject: string) =>
        (looked++ === 0 ? before : since).findAssociated(connection, subject),
    }
    const {
      outcome,
      case: index,
      identity,
    } = await provision.work(
      call({ ports, identity: passThrough(), connection: connection('google') }),
    )
    assert.deepEqual([outcome, index], ['success', 1])
    assert.equal(identity?.kind === 'account' && identity.account, 'acc_ann')
  })

  it('gives each account an id of its own', async () => {
    const ports = fakePorts({})
    const make = () =>
      provision.work(call({ ports, identity: passThrough(), connection: connection('google') }))
    const ids = [await make(), await make()].map((answer) => answer.identity)
    assert.notDeepEqual(ids[0], ids[1])
  })

  it('makes one that lets nobody in, where somebody has to approve it (W-12, scenario 16 c)', async () => {
    const { outcome, identity, writes } = await work({}, { approval: true })
    assert.deepEqual([outcome, identity], ['pending', undefined])
    const [account, association] = writes ?? []
    assert.ok(account?.write === 'create-account' && association?.write === 'associate')
    assert.equal(account.status, 'pending')
    assert.equal(association.account, account.id)
    const plain = (await work({})).writes?.[0]
    assert.equal(plain && 'status' in plain, false)
  })

  it('makes no second one of who waits for approval, and lets in who has it (W-12)', async () => {
    const associations = { 'google g-1': 'acc_ann' }
    const waiting = { people: [person('acc_ann', { status: 'pending' })], associations }
    assert.deepEqual(await work(waiting, { approval: true }), { outcome: 'pending', case: 1 })
    const approved = { people: [person('acc_ann')], associations }
    const { outcome, writes } = await work(approved, { approval: true })
    assert.deepEqual([outcome, writes], ['success', undefined])
  })

  it('makes none with just-in-time provisioning off (A-43, scenario 2)', async () => {
    assert.deepEqual(await work({}, { jit: false }), { outcome: 'disabled' })
  })

  it('goes on with the account that a racing login has just made (security 67)', async () => {
    const made = person('acc_ann', { userName: 'ann', groups: ['staff'], source: 'google' })
    for (const jit of [true, false]) {
      const answer = await work(
        { people: [made], associations: { 'google g-1': 'acc_ann' } },
        { jit },
      )
      assert.equal(answer.outcome, 'success')
      assert.equal(answer.case, 1)
      assert.equal(answer.writes, undefined)
      assert.ok(answer.identity?.kind === 'account')
      assert.equal(answer.identity.account, 'acc_ann')
      assert.deepEqual(answer.identity.groups, ['staff'])
      assert.equal(answer.identity.new, false)
    }
  })

  for (const userName of ['ann', 'ANN', 'Ａｎｎ']) {
    it(`ends in conflict where "${userName}" has the name, and writes nothing (scenario 7, security 76)`, async () => {
      const world = { people: [person('acc_other', { userName, claims: { email: 'ann@x.test' } })] }
      assert.deepEqual(await work(world), { outcome: 'conflict' })
    })
  }

  it('never takes an equal address for an equal person (security 69, 70)', async () => {
    const jane = person('acc_jane', {
      userName: 'jane',
      claims: { email: 'ann@x.test', emailVerified: true },
    })
    const answer = await work({ people: [jane] })
    assert.ok(answer.identity?.kind === 'account')
    assert.notEqual(answer.identity.account, 'acc_jane')
    assert.ok(answer.writes?.every((write) => !JSON.stringify(write).includes('acc_jane')))
  })

  it('takes an association of another connection for nothing', async () => {
    const world = { people: [person('acc_2')], associations: { 'github g-1': 'acc_2' } }
    const answer = await work(world)
    assert.equal(answer.case ?? 0, 0)
    assert.ok(answer.identity?.kind === 'account' && answer.identity.new)
  })

  it('makes none of a person who comes with nothing for a name', async () => {
    const answer = await provision.work(
      call({
        ports: fakePorts({}),
        identity: passThrough({}, '.'.repeat(200)),
        connection: connection('google'),
      }),
    )
    assert.deepEqual(answer, { outcome: 'rejected' })
  })
})

describe('the default creator', () => {
  const nameFor = (claims: Claims, subject = 'g-1') =>
    defaultCreator.create({ connection: 'google', subject, claims })?.userName

  it('prefers the name of the upstream, then the verified address, then the subject', () => {
    const email = 'ann@x.test'
    assert.equal(nameFor({ preferredUsername: 'Ann', email, emailVerified: true }), 'ann')
    assert.equal(nameFor({ email, emailVerified: true }), 'ann@x.test')
    assert.equal(nameFor({ email, emailVerified: false }), 'google:g-1')
    assert.equal(nameFor({ email }), 'google:g-1')
    assert.equal(nameFor({}), 'google:g-1')
  })

  it('gives nobody a name that looks like an address which was not verified', () => {
    const preferredUsername = 'jane@acme.test'
    assert.equal(nameFor({ preferredUsername }), 'google:g-1')
    assert.equal(nameFor({ preferredUsername, email: 'x@y.test', emailVerified: true }), 'x@y.test')
    assert.equal(
      nameFor({ preferredUsername, email: 'Jane@acme.test', emailVerified: true }),
      'jane@acme.test',
    )
  })

  it('gives nobody of one upstream the name that somebody of another gets by their subject', () => {
    assert.equal(nameFor({ preferredUsername: 'github:583231' }), 'google:g-1')
  })

  for (const preferredUsername of [
    'admin',
    'ROOT',
    'Support',
    'ａｄｍｉｎ',
    'аdmin',
    'admin\u200b',
    'ad min',
    '.jane',
    'jane.',
    '',
    '\u3164',
    '...',
    'jane\u0000',
    'a\u202eb',
    'adm1n',
    'r00t',
    'аԁmіn',
    'рауре',
    'ѕсоре',
    'οναι',
  ]) {
    it(`does not call anybody ${JSON.stringify(preferredUsername)} (security 77)`, () => {
      assert.equal(nameFor({ preferredUsername }), 'google:g-1')
    })
  }

  it('calls people by names of other scripts that nobody takes for Latin (security 77)', () => {
    for (const name of ['аня', 'борис', 'ελένη', 'արամ', '花子', 'سارة', 'jane1', 'bob3']) {
      assert.equal(nameFor({ preferredUsername: name }), canonicalName(name), name)
    }
  })

  it('evaluates nothing that it is told (security 79)', () => {
    for (const name of [`$${'{process.exit(1)}'}`, '{{7*7}}', '__proto__', 'constructor']) {
      const made = defaultCreator.create({
        connection: 'google',
        subject: 'g-1',
        claims: { name, preferredUsername: name },
      })
      assert.deepEqual(made, { userName: name, claims: { name, preferredUsername: name } })
    }
  })
})

describe('user names', () => {
  // Pairs that people take for one (security 77).
  const pairs = [
    ['Jane', 'jane'],
    ['ﬁnn', 'finn'],
    ['straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['Ｊａｎｅ', 'jane'],
    ['café', 'cafe\u0301'],
    [' jane ', 'jane'],
    ['jane＠acme.test', 'jane@acme.test'],
  ] as const
  for (const [one, other] of pairs) {
    it(`are the same: ${one} and ${other}`, () => {
      assert.equal(canonicalName(one), canonicalName(other))
    })
  }

  it('are folded once and for all, each character of the first two planes', () => {
    for (let point = 0; point < 0x2_0000; point++) {
      const once = canonicalName(String.fromCodePoint(point))
      if (canonicalName(once) !== once) assert.fail(`U+${point.toString(16)}`)
    }
  })

  it('are folded once and for all, whatever stands beside what', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = canonicalName(text)
        assert.equal(canonicalName(once), once)
      }),
      { numRuns: 1000 },
    )
  })

  it('that are usable are in the form that the store compares by', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const name = usableName(text)
        if (name !== undefined) assert.equal(userNameKey(name), name)
      }),
      { numRuns: 1000 },
    )
  })
})
