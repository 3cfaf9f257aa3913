/** Mistakes of an engine: one rule of ours is switched off, and a sound flow must be refused. */
import { needsTwo, twoLevels } from '../../support/checked.ts'
import { brokered, ends, type Row, sound } from './row.ts'

const again = {
  states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: second-again }
  second-again:
    decide:
      - when: proofs.factors >= 1
        to: second
      - to: no${ends}`,
}

const twoTimes = {
  states: `
  sign-in:
    offer: [passkey]
    on: { success: second, exhausted: no }
  second:
    offer: [passkey]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
  top: needsTwo,
}

const twoStates = {
  states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [otp]
    on: { success: confirm, unavailable: no, exhausted: no }
  confirm:
    offer: [otp, totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
  top: `properties: [{ name: sent, at: success, holds: "'sms' in proofs.amr" }]`,
}

export const engineRows: readonly Row[] = [
  {
    id: 'CVE-2025-15039, first pattern (WSO2-2025-4973)',
    system: 'WSO2',
    mistake: 'a step is run again after its own failure, and counts as passed',
    flow: again,
    without: 'startsUnproven',
    refusedBy: 'I-03',
    mended: again,
  },
  {
    id: 'CVE-2025-15039, second pattern (WSO2-2025-4973)',
    system: 'WSO2',
    mistake: 'a step is run again inside the handler of another one, and counts as passed',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: third, unavailable: no, exhausted: no }
  third:
    offer: [otp]
    on: { success: done, unavailable: second, exhausted: no }${ends}`,
    },
    without: 'startsUnproven',
    refusedBy: 'I-13',
  },
  {
    id: 'CVE-2026-49448',
    system: 'authentik',
    mistake: 'an empty submission passes the step of an upstream',
    flow: brokered('second'),
    without: 'provesOnlyVerified',
    refusedBy: 'I-01',
    mended: brokered('second'),
  },
  {
    id: 'CVE-2026-54730',
    system: 'authentik',
    mistake: 'a step advances on submission, its verifier never ran',
    flow: sound,
    without: 'provesOnlyVerified',
    refusedBy: 'I-03',
  },
  {
    id: 'CVE-2026-18963',
    system: 'Keycloak',
    mistake: 'choosing another way writes a note that another step takes for its success',
    flow: sound,
    without: 'provesOnlyVerified',
    refusedBy: 'I-01',
  },
  {
    id: 'CVE-2024-47070',
    system: 'authentik',
    mistake: 'a policy that fails counts as true, and the stage is skipped',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    skip: [{ when: "'mfa' in proofs.amr", to: done, because: two factors already }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: needsTwo,
    },
    without: 'failsClosed',
    refusedBy: 'I-02',
  },
  {
    id: 'CVE-2026-97176',
    system: 'Keycloak',
    mistake: 'a level that is essential is lost when a session answers',
    flow: {
      ...sound,
      top: twoLevels,
      states: sound.states.replace('unavailable: no', 'unavailable: done'),
    },
    without: 'floorAtEnd',
    refusedBy: 'I-27',
    mended: { ...sound, top: twoLevels },
  },
  {
    id: 'CVE-2026-9798, CVE-2025-10908',
    system: 'Keycloak, WSO2',
    mistake: 'a locked account gets in by a way that does not look',
    flow: brokered('second'),
    without: 'activeAtEnd',
    refusedBy: 'I-20',
    mended: brokered('second'),
  },
  {
    id: 'CVE-2023-46249',
    system: 'authentik',
    mistake: 'what is over opens again',
    flow: sound,
    without: 'overIsOver',
    refusedBy: 'I-35',
    mended: sound,
  },
  {
    id: 'CVE-2026-7507, WSO2-2022-1920, CVE-2025-52553',
    system: 'Keycloak, WSO2, authentik',
    mistake: 'who knows the id of a login goes on with it',
    flow: sound,
    without: 'browserBound',
    refusedBy: 'I-25',
    mended: sound,
  },
  {
    id: 'WSO2-2020-0751',
    system: 'WSO2',
    mistake:
      'the name of the option is taken from the request and not compared with what is offered',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: vault, exhausted: no }
  vault:
    offer: [passkey]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    without: 'onlyOffered',
    refusedBy: 'I-37',
  },
  {
    id: 'CVE-2024-4629, GHSA-7j7j-66cv-m239',
    system: 'Keycloak, Zitadel',
    mistake: 'attempts that were spent come back when the step is entered again',
    flow: again,
    without: 'attemptsKept',
    refusedBy: 'I-09',
    mended: sound,
  },
  {
    id: 'CVE-2025-12150',
    system: 'Keycloak',
    mistake: 'a factor can be registered below the level that the account has',
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
    without: 'enrolsByStrength',
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
    id: 'checker.md 9, second',
    system: 'an earlier flow of ours',
    mistake: 'one passkey counts as two factors',
    flow: twoTimes,
    without: 'countsCredentials',
    refusedBy: 'I-02',
    mended: { ...sound, top: needsTwo },
  },
  {
    id: 'checker.md 9, first',
    system: 'an earlier flow of ours',
    mistake: 'the option picked is not there, and enrolment follows though another one is',
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
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    },
    without: 'unavailableIsNone',
    refusedBy: 'I-30',
  },
  {
    id: 'checker.md 9, third',
    system: 'an earlier flow of ours',
    mistake: 'two factors are asked for and one is enough, because no account is made',
    flow: {
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
      top: `weaker: [{ ways: [github], because: visitors }]\n${twoLevels}`,
      jitOff: ['github'],
    },
    without: 'floorAtEnd',
    refusedBy: 'I-27',
  },
  {
    id: 'checker.md 9, fourth',
    system: 'an earlier flow of ours',
    mistake: 'proofs are kept by step, and the second use of one loses the first',
    flow: twoStates,
    without: 'proofsByState',
    refusedBy: 'sent',
    mended: twoStates,
  },
  {
    id: 'CVE-2024-1524, WSO2-2021-1573',
    system: 'WSO2',
    mistake: 'silent provisioning takes over the account that has the same name',
    flow: brokered('second'),
    without: 'namesIdentifyNobody',
    refusedBy: 'I-18',
    mended: brokered('second'),
  },
  {
    id: 'CVE-2022-23555, scenario 18',
    system: 'authentik',
    mistake: 'a session that was got elsewhere is a success here',
    flow: { ...sound, top: needsTwo },
    others: {
      other: {
        states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }${ends}`,
      },
    },
    without: 'sessionByStep',
    refusedBy: 'I-37',
    mended: { ...sound, top: needsTwo },
  },
  {
    id: 'CVE-2023-6787, CVE-2023-26481',
    system: 'Keycloak, authentik',
    mistake: 'a step-up in one person`s session is done with another`s credential',
    flow: sound,
    without: 'sessionBySubject',
    refusedBy: 'I-16',
    mended: sound,
  },
  {
    id: 'authentik#2330, Keycloak MultipleTabsLoginTest',
    system: 'authentik, Keycloak',
    mistake: 'a tab that was left standing is answered after going back',
    flow: sound,
    without: 'compareAndSet',
    refusedBy: 'I-01',
    mended: sound,
  },
  {
    id: 'CVE-2023-39522, WSO2-2024-3115',
    system: 'authentik, WSO2',
    mistake: 'the answer tells whether the account exists',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }${ends}`,
    },
    without: 'hidesAccounts',
    refusedBy: 'I-36',
  },
]
