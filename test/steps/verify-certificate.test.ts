import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commonName, type Holder, newAuthority } from '../../src/cli/play/authority.ts'
import type { CertificateName } from '../../src/language/settings.ts'
import { verifyCertificate } from '../../src/steps/verify-certificate/step.ts'
import { checkedWith, endsWith, type Presenting, truthTable } from './presented-cases.ts'

const nowMs = Date.parse('2026-11-20T12:00:00Z')
const hourMs = 3_600_000
const authority = newAuthority('Staff CA')
const ofAlice = (more: Partial<Holder> = {}): Holder => ({
  subject: [[commonName, 'Alice']],
  fromMs: nowMs - hourMs,
  untilMs: nowMs + hourMs,
  ...more,
})
const named = (name: CertificateName) => ({ certificates: { name, authority: authority.pem } })
const presenting: Presenting = {
  step: verifyCertificate,
  kind: 'certificate',
  settings: named('subject.commonName'),
  right: authority.certify(ofAlice()),
  wrong: authority.certify(ofAlice({ subject: [[commonName, 'mallory']] })),
}

describe('the identity check by certificate', () => {
  for (const [what, given, outcome] of truthTable(presenting)) {
    it(`F-2, F-4 to F-14: ends with ${outcome} (${what})`, (t) =>
      endsWith(t, presenting, given, outcome))
  }
})

describe('verify-certificate', () => {
  const outcomeOf = async (t: Parameters<typeof checkedWith>[0], shown: string, more = {}) =>
    (await checkedWith(t, presenting, { shown, here: 'active', more })).outcome

  for (const [name, holder] of [
    [
      'subject.userId',
      {
        subject: [
          [commonName, 'x'],
          ['0.9.2342.19200300.100.1.1', 'alice'],
        ],
      },
    ],
    [
      'subject.serialNumber',
      {
        subject: [
          ['2.5.4.5', 'alice'],
          [commonName, 'x'],
        ],
      },
    ],
    ['subject.email', { subject: [['1.2.840.113549.1.9.1', 'alice']] }],
    ['alternative.email', { subject: [[commonName, 'x']], email: 'alice' }],
    ['alternative.principal', { subject: [[commonName, 'x']], principal: 'alice' }],
  ] as const) {
    it(`finds the entry by ${name}, and by nothing else`, async (t) => {
      const shown = authority.certify(ofAlice(holder))
      assert.equal(await outcomeOf(t, shown, named(name)), 'success')
      assert.equal(await outcomeOf(t, shown), 'invalid')
    })
  }

  it('takes none before its time, and none after it', async (t) => {
    const early = authority.certify(ofAlice({ fromMs: nowMs + 1000 }))
    const late = authority.certify(ofAlice({ untilMs: nowMs - 1000 }))
    assert.deepEqual([await outcomeOf(t, early), await outcomeOf(t, late)], ['invalid', 'invalid'])
  })

  it('takes none of another authority, also where that has the same name', async (t) => {
    const other = newAuthority('Staff CA')
    assert.equal(await outcomeOf(t, other.certify(ofAlice())), 'invalid')
  })

  it('takes none whose content was altered after it was signed', async (t) => {
    const der = Buffer.from(presenting.wrong, 'base64')
    der.write('alicexx', der.indexOf('mallory'))
    assert.equal(await outcomeOf(t, der.toString('base64')), 'invalid')
  })

  it('takes none that says two names: it is not for it to choose', async (t) => {
    const two = ofAlice({
      subject: [
        [commonName, 'alice'],
        [commonName, 'mallory'],
      ],
    })
    assert.equal(await outcomeOf(t, authority.certify(two)), 'invalid')
  })

  for (const [what, name] of [
    ['a null byte', 'alice\0.evil'],
    ['a wildcard', '*'],
    ['an LDAP filter', 'alice)(uid=*'],
    ['nothing', ''],
  ] as const) {
    it(`finds nobody by a name with ${what} in it`, async (t) => {
      const shown = authority.certify(ofAlice({ subject: [[commonName, name]] }))
      assert.equal(await outcomeOf(t, shown), 'invalid')
    })
  }

  it('says what it proves: a key, which nobody can be talked into showing elsewhere', () => {
    const [{ proves }] = verifyCertificate.declaration.outcomes.success!
    assert.deepEqual(proves, [
      {
        amr: ['swk'],
        factor: 'possession',
        phishingResistant: true,
        source: 'upstream',
        credential: 'certificate',
      },
    ])
  })
})
