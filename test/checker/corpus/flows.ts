/** Mistakes that a flow can make. */
import { needsTwo } from '../../support/checked.ts'
import { brokered, ends, type Row, sound } from './row.ts'

const recovery = (after: string) => ({
  states: `
  sign-in:
    offer: [password, mail-link]
    on: { password.success: second, mail-link.success: ${after}, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
})

export const flowRows: readonly Row[] = [
  {
    id: 'CVE-2026-15616',
    system: 'Logto',
    mistake: 'the second factor is not asked of who signs in by single sign-on',
    flow: brokered('done'),
    refusedBy: 'security 112',
    mended: brokered('second'),
  },
  {
    id: 'keycloak#10250',
    system: 'Keycloak',
    mistake:
      'after a brokered login the rest of the flow is not run, though the account has a factor',
    flow: brokered('done'),
    refusedBy: 'security 116',
    mended: brokered('second'),
  },
  {
    id: 'keycloak#12759',
    system: 'Keycloak',
    mistake: 'resetting the password signs in without the one-time code',
    flow: recovery('done'),
    refusedBy: 'security 116',
    mended: recovery('second'),
  },
  {
    id: 'authentik#18639',
    system: 'authentik',
    mistake: 'the example of a recovery flow goes around the second factor',
    flow: { ...recovery('done'), top: needsTwo },
    refusedBy: 'I-02',
    mended: { ...sound, top: needsTwo },
  },
  {
    id: 'CVE-2025-64103',
    system: 'Zitadel',
    mistake: 'a second factor that is registered is asked only when the policy forces it',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: forced, exhausted: no }
  forced:
    decide:
      - when: "'two' in request.acr"
        to: second
      - to: done
  second:
    offer: [totp]
    on: { success: done, unavailable: done, exhausted: no }${ends}`,
      top: 'policy:\n  acr: { one: { factors: 1 }, two: { factors: 2 } }',
    },
    refusedBy: 'security 116',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: done, exhausted: no }${ends}`,
    },
  },
  {
    id: 'CVE-2026-96445',
    system: 'Keycloak',
    mistake: 'the one-time code is skipped on what the client sends',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    skip: [{ when: "'trusted' in request.acr", to: done, because: the client says so }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    refusedBy: 'I-11',
    mended: sound,
  },
  {
    id: 'OWASP/wstg#1134',
    system: 'all that map acr_values to flows',
    mistake: 'an acr that the client asks for chooses the weaker way',
    flow: {
      states: `
  choice:
    decide:
      - when: "'one' in request.acr"
        to: weak
      - to: sign-in
  weak:
    offer: [password]
    on: { success: done, exhausted: no }
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: 'policy:\n  acr: { one: { factors: 1 }, two: { factors: 2 } }',
    },
    refusedBy: 'I-11',
    mended: {
      states: `
  choice:
    decide:
      - when: "'one' in request.acr"
        to: sign-in
      - to: sign-in
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: 'policy:\n  acr: { one: { factors: 1 }, two: { factors: 2 } }',
    },
  },
  {
    id: 'authentik#6169',
    system: 'authentik',
    mistake: 'a condition that fails skips the stage',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    skip: [{ when: "'staff' in account.groups", to: done, because: staff are in the house }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no, error: done }${ends}`,
    },
    refusedBy: 'I-29',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    skip: [{ when: "'staff' in account.groups", to: done, because: staff are in the house }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no, error: no }${ends}`,
    },
  },
  {
    id: 'security 115, W-21',
    system: 'adaptive scripts',
    mistake: 'a risk service that does not answer lets pass',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: risk, exhausted: no }
  risk:
    run: notify
    on: { success: second, rejected: second, timeout: done }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    refusedBy: 'I-29',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: risk, exhausted: no }
  risk:
    run: notify
    on: { success: second, rejected: second, timeout: second }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
  },
  {
    id: 'CVE-2021-40874',
    system: 'LemonLDAP::NG',
    mistake: 'of two modules combined the failure of one is taken for success',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: done, cancelled: no }${ends}`,
    },
    refusedBy: 'I-06',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }${ends}`,
    },
  },
  {
    id: 'CVE-2021-40874 (b)',
    system: 'LemonLDAP::NG',
    mistake: 'any password lets in',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: done, cancelled: no }${ends}`,
    },
    refusedBy: 'I-01',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no, cancelled: no }${ends}`,
    },
  },
  {
    id: 'product-is#12890',
    system: 'WSO2',
    mistake: 'provisioning was refused and the login succeeds all the same',
    flow: {
      states: `
  sign-in:
    offer: [google]
    on: { success: done, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: no, rejected: done }${ends}`,
    },
    refusedBy: 'I-06',
    mended: {
      states: `
  sign-in:
    offer: [google]
    on: { success: done, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: no, rejected: no }${ends}`,
    },
  },
  {
    id: 'CVE-2023-28862',
    system: 'LemonLDAP::NG',
    mistake: 'the session is there before the denial comes',
    flow: {
      states: `
  sign-in:
    offer: [google]
    on: { success: done, unknown: provision, denied: done, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: no, rejected: no }${ends}`,
    },
    refusedBy: 'I-01',
    mended: {
      states: `
  sign-in:
    offer: [google]
    on: { success: done, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: no, rejected: no }${ends}`,
    },
  },
  {
    id: 'product-is#14614 (A-50, scenario 4)',
    system: 'WSO2, Asgardeo',
    mistake: 'no account is made, and then a factor of the account is asked',
    flow: {
      states: `
  sign-in:
    offer: [password, github]
    on: { success: second, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: second, disabled: second, conflict: no, rejected: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      jitOff: ['github'],
    },
    refusedBy: 'I-04',
    mended: {
      states: `
  sign-in:
    offer: [password, github]
    on: { success: second, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: second, disabled: done, conflict: no, rejected: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: 'weaker: [{ ways: [github], because: visitors only look }]',
      jitOff: ['github'],
    },
  },
  {
    id: 'CVE-2025-10149',
    system: 'WSO2',
    mistake: 'groups of an account are given to who has none here',
    flow: {
      states: `
  sign-in:
    offer: [google]
    on: { success: assign, unknown: assign, denied: no, blocked: no, exhausted: no }
  assign:
    run: assign
    on: { success: done, rejected: no, error: no }${ends}`,
    },
    refusedBy: 'I-04',
    mended: {
      states: `
  sign-in:
    offer: [google]
    on: { success: assign, unknown: done, denied: no, blocked: no, exhausted: no }
  assign:
    run: assign
    on: { success: done, rejected: no, error: no }${ends}`,
    },
  },
  {
    id: 'CVE-2022-46172',
    system: 'authentik',
    mistake: 'a form makes accounts for who has proven nothing',
    flow: {
      states: `
  sign-in:
    offer: [password, register]
    on: { password.success: done, register.success: enrol, conflict: no, exhausted: no }
  enrol:
    offer: [enrol-passkey]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    refusedBy: 'I-05',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: enrol, exhausted: no }
  enrol:
    offer: [enrol-passkey]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
  },
  {
    id: 'CVE-2026-15611',
    system: 'Logto',
    mistake: 'an upstream identity is linked by an equal address',
    flow: {
      states: `
  sign-in:
    offer: [google]
    on: { success: done, unknown: link, denied: no, blocked: no, exhausted: no }
  link:
    run: link
    on: { success: done, unavailable: no }${ends}`,
    },
    refusedBy: 'I-17',
    mended: {
      states: `
  sign-in:
    offer: [google]
    on: { success: done, unknown: prove, denied: no, blocked: no, exhausted: no }
  prove:
    offer: [password]
    on: { success: link, unavailable: no, exhausted: no }
  link:
    run: link-proven
    on: { success: done, rejected: no }${ends}`,
    },
  },
  {
    id: 'CVE-2026-53516',
    system: 'better-auth',
    mistake: 'linked to an account that nobody has proven',
    flow: {
      states: `
  sign-in:
    offer: [password, google]
    on: { success: done, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: link, rejected: no }
  link:
    run: link
    on: { success: done, unavailable: no }${ends}`,
    },
    refusedBy: 'I-17',
    mended: {
      states: `
  sign-in:
    offer: [password, google]
    on: { success: done, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: prove, rejected: no }
  prove:
    offer: [password]
    on: { success: link, unavailable: no, exhausted: no }
  link:
    run: link-proven
    on: { success: done, rejected: no }${ends}`,
    },
  },
  {
    id: 'CVE-2026-105207',
    system: 'Zitadel',
    mistake: 'a link without a verified primary factor',
    flow: {
      states: `
  sign-in:
    offer: [google]
    on: { success: second, unknown: link, denied: no, blocked: no, exhausted: no }
  link:
    run: link
    on: { success: second, unavailable: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    refusedBy: 'I-17',
    mended: {
      states: `
  sign-in:
    offer: [google]
    on: { success: second, unknown: prove, denied: no, blocked: no, exhausted: no }
  prove:
    offer: [password]
    on: { success: link, unavailable: no, exhausted: no }
  link:
    run: link-proven
    on: { success: second, rejected: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
  },
  {
    id: 'WSO2-2021-1459',
    system: 'WSO2',
    mistake: 'a factor is enrolled with the password alone, though the account has another',
    others: {
      other: {
        states: `
  sign-in:
    offer: [passkey]
    on: { success: done, exhausted: no }${ends}`,
      },
    },
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    refusedBy: 'I-30',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp, passkey, otp, mail-link]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
  },
  {
    id: 'keycloak#47619, CVE-2026-4633',
    system: 'Keycloak',
    mistake: 'asking for the name first tells whether the account exists',
    flow: {
      states: `
  who:
    offer: [identify]
    on: { success: sign-in, exhausted: no }
  sign-in:
    offer: [password]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    refusedBy: 'I-36',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }${ends}`,
    },
  },
  {
    id: 'CVE-2026-97176 (b)',
    system: 'Keycloak',
    mistake: 'a session of a weaker application is enough for a stronger one',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }${ends}`,
      top: needsTwo,
    },
    refusedBy: 'I-02',
    mended: { ...sound, top: needsTwo },
  },
  {
    id: 'security 117, CVE-2025-3910',
    system: 'Keycloak',
    mistake: 'who must set up a second factor can leave it',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp, passkey, otp, mail-link]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp]
    on: { success: done, unavailable: no, exhausted: no, cancelled: done }${ends}`,
    },
    refusedBy: 'I-06',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp, passkey, otp, mail-link]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp]
    on: { success: done, unavailable: no, exhausted: no, cancelled: no }${ends}`,
    },
  },
  {
    id: 'scenario 27, D-1',
    system: 'OpenASelect',
    mistake: 'a second factor that the person lacks is skipped without a word',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [otp]
    on: { success: done, unavailable: done, exhausted: no }${ends}`,
      top: needsTwo,
    },
    refusedBy: 'I-02',
    mended: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [otp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: needsTwo,
    },
  },
  {
    id: 'I-12',
    system: 'conditional access',
    mistake: 'the second factor is skipped for who says nothing about a group',
    flow: {
      states: `
  sign-in:
    offer: [corp]
    on: { success: second, unknown: no, denied: no, blocked: no, exhausted: no }
  second:
    skip: [{ when: "!('contractors' in identity.groups)", to: done, because: staff }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    refusedBy: 'I-12',
    mended: {
      states: `
  sign-in:
    offer: [corp]
    on: { success: second, unknown: no, denied: no, blocked: no, exhausted: no }
  second:
    skip: [{ when: "'staff' in identity.groups", to: done, because: staff }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
  },
  {
    id: 'I-12 (b)',
    system: 'conditional access',
    mistake: 'who has proven less is asked for less',
    flow: {
      states: `
  sign-in:
    offer: [password, passkey]
    on: { success: second, exhausted: no }
  second:
    skip: [{ when: '!proofs.phishingResistant', to: done, because: turned around }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    refusedBy: 'I-12',
    mended: {
      states: `
  sign-in:
    offer: [password, passkey]
    on: { success: second, exhausted: no }
  second:
    skip: [{ when: proofs.phishingResistant, to: done, because: a passkey is enough }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
  },
]
