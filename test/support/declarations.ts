/** Declarations of step types for tests of the checker: it must need nothing else of a step. */
import type { Case, StepDeclaration } from '../../src/language/declaration.ts'

type Outcomes = StepDeclaration['outcomes']
type Proves = NonNullable<Case['proves']>[number]

function proves(factor: Proves['factor'], word: string, more: Partial<Proves> = {}): Proves {
  return {
    amr: [word],
    factor,
    credential: word,
    phishingResistant: false,
    source: 'registered',
    ...more,
  }
}

const ofUpstream = [
  'identity.amr',
  'identity.email',
  'identity.emailVerified',
  'identity.name',
  'identity.age',
  'identity.groups',
] as const
const ofAccount = ['account.groups', 'account.source', 'account.new'] as const
const here = { 'account.exists': true, 'account.active': true, 'account.has': true } as const
const named = {
  identity: 'account',
  records: [...ofUpstream, ...ofAccount],
  where: {
    'identity.amr': { is: [] },
    'identity.groups': { is: [] },
    'account.new': { is: false },
  },
} as const

/** A step that knows an account by what it has: it names one, or keeps the one there is. */
function primary(type: string, given: readonly [Proves, ...Proves[]]): StepDeclaration {
  const whose = { proves: given, by: 'person', enact: `passes ${type}` } as const
  return {
    type,
    mode: 'offered',
    needs: ['none', 'pass-through', 'account'],
    subject: 'either',
    credential: true,
    uses: type,
    hides: ['unknown', 'blocked', 'unavailable'],
    outcomes: {
      success: [
        { ...whose, ...named, from: ['none'], when: here },
        { ...whose, from: ['account'], when: here },
        // Somebody proven upstream proves the account that is perhaps theirs.
        {
          ...whose,
          from: ['pass-through'],
          when: here,
          identity: 'account',
          target: true,
          records: ofAccount,
          where: { 'account.new': { is: false } },
        },
      ],
      invalid: [{ by: 'person', when: { 'account.exists': true, 'account.has': true } }],
      blocked: [
        {
          from: ['none'],
          by: 'person',
          when: { 'account.exists': true, 'account.active': false, 'account.has': true },
        },
      ],
      unknown: [{ from: ['none'], by: 'world', when: { 'account.exists': false } }],
      unavailable: [{ by: 'world', when: { 'account.exists': true, 'account.has': false } }],
    },
  }
}

/** A step that asks a known account for what it has. */
function second(
  type: string,
  given: readonly [Proves, ...Proves[]],
  more: Outcomes = {},
): StepDeclaration {
  return {
    type,
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: true,
    uses: type,
    hides: [],
    outcomes: {
      success: [
        { by: 'person', when: { 'account.has': true }, proves: given, enact: `passes ${type}` },
      ],
      invalid: [{ by: 'person', when: { 'account.has': true } }],
      unavailable: [{ by: 'world', when: { 'account.has': false } }],
      ...more,
    },
  }
}

function enrols(type: string, uses: string, given: Proves): StepDeclaration {
  return {
    type,
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: true,
    enrols: true,
    uses,
    hides: [],
    outcomes: {
      success: [
        {
          by: 'person',
          when: { 'account.has': false },
          proves: [{ ...given, source: 'new' }],
          effects: { 'account.has': true },
          enact: `registers a ${uses}`,
        },
      ],
      invalid: [{ by: 'person' }],
    },
  }
}

const upstream = proves('knowledge', 'fed', { source: 'upstream', credential: 'upstream' })
const upstreamSecond = proves('possession', 'mfa', {
  source: 'upstream',
  credential: 'upstream-second',
})
const linked = { 'association.exists': true, 'account.exists': true, 'account.active': true }

const federated: StepDeclaration = {
  type: 'federated',
  mode: 'offered',
  away: true,
  byConnection: true,
  needs: ['none', 'account'],
  subject: 'either',
  credential: true,
  uses: 'connection',
  hides: ['unavailable'],
  outcomes: {
    success: [
      {
        from: ['none'],
        when: linked,
        by: 'person',
        proves: [upstream],
        ...named,
        where: { 'identity.amr': { lacks: ['mfa'] }, 'account.new': { is: false } },
        enact: 'signs in at {connection}, which knows them by an account here',
      },
      {
        from: ['none'],
        when: { ...linked, setting: { trustsMfa: true } },
        by: 'upstream',
        proves: [upstream, upstreamSecond],
        ...named,
        where: { 'identity.amr': { has: ['mfa'] }, 'account.new': { is: false } },
        enact: 'signs in with two factors at {connection}',
      },
      { from: ['account'], when: linked, by: 'person', proves: [upstream] },
    ],
    unknown: [
      {
        from: ['none'],
        when: { 'association.exists': false },
        by: 'person',
        proves: [upstream],
        identity: 'pass-through',
        records: ofUpstream,
        where: { 'identity.amr': { lacks: ['mfa'] } },
        enact: 'signs in at {connection}, and has never been seen here',
      },
    ],
    blocked: [
      {
        when: { 'association.exists': true, 'account.exists': true, 'account.active': false },
        by: 'person',
      },
    ],
    denied: [{ by: 'person', enact: 'says no at {connection}' }],
    invalid: [{ from: ['account'], by: 'person' }],
    unavailable: [{ by: 'chance' }],
  },
}

const made = {
  'account.exists': true,
  'account.active': true,
  'association.exists': true,
  'name.taken': true,
}

const provision: StepDeclaration = {
  type: 'provision',
  mode: 'run',
  needs: ['pass-through'],
  subject: 'keeps',
  credential: false,
  hides: [],
  outcomes: {
    success: [
      {
        when: { 'association.exists': false, 'name.taken': false, setting: { jit: true } },
        by: 'world',
        identity: 'account',
        records: ofAccount,
        where: { 'account.groups': { is: [] }, 'account.new': { is: true } },
        effects: made,
        enact: 'gets an account',
      },
      {
        when: { 'association.exists': true },
        by: 'world',
        identity: 'account',
        records: ofAccount,
        where: { 'account.new': { is: false } },
      },
    ],
    disabled: [
      {
        when: { 'association.exists': false, setting: { jit: false } },
        by: 'world',
        enact: 'gets no account, because {connection} does not make any',
      },
    ],
    conflict: [
      {
        when: { 'association.exists': false, 'name.taken': true, setting: { jit: true } },
        by: 'world',
      },
    ],
    rejected: [{ when: { setting: { jit: true } }, by: 'chance' }],
  },
}

/** Makes an account for whoever comes: what a sign-up form does. */
const register: StepDeclaration = {
  type: 'register',
  mode: 'offered',
  needs: ['none'],
  subject: 'names',
  credential: false,
  hides: [],
  outcomes: {
    success: [
      {
        when: { 'name.taken': false },
        by: 'person',
        identity: 'account',
        records: ofAccount,
        where: { 'account.new': { is: true } },
        effects: { 'account.exists': true, 'account.active': true, 'name.taken': true },
        enact: 'fills in a form',
      },
    ],
    conflict: [{ when: { 'name.taken': true }, by: 'world' }],
  },
}

const assign: StepDeclaration = {
  type: 'assign',
  mode: 'run',
  needs: ['account'],
  subject: 'keeps',
  credential: false,
  hides: [],
  outcomes: {
    success: [{ by: 'world', identity: 'account', records: ['account.groups'] }],
    rejected: [{ by: 'chance' }],
  },
}

/** Links an upstream identity to an account that has the same address. */
const link: StepDeclaration = {
  type: 'link',
  mode: 'run',
  needs: ['pass-through'],
  subject: 'keeps',
  credential: false,
  hides: [],
  outcomes: {
    success: [
      {
        when: { 'name.taken': true },
        by: 'world',
        identity: 'account',
        records: ofAccount,
        where: { 'account.new': { is: false } },
        effects: { 'association.exists': true },
        enact: 'is linked to the account of that name',
      },
    ],
    unavailable: [{ when: { 'name.taken': false }, by: 'world' }],
  },
}

/** Links as it should be: only an account that was proven in this login. */
const linkProven: StepDeclaration = {
  type: 'link-proven',
  mode: 'run',
  needs: ['account'],
  subject: 'keeps',
  credential: false,
  hides: [],
  outcomes: {
    success: [
      {
        when: { 'association.exists': false, 'target.known': true, 'target.proven': true },
        by: 'world',
        target: false,
        effects: { 'association.exists': true },
        enact: 'is linked with the account that they have proven',
      },
    ],
    rejected: [{ by: 'world', enact: 'has not proven the account' }],
  },
}

/** Asks who is there, and proves nothing. */
const identify: StepDeclaration = {
  type: 'identify',
  mode: 'offered',
  needs: ['none'],
  subject: 'names',
  credential: false,
  hides: ['unknown'],
  outcomes: {
    success: [
      { when: { 'account.exists': true }, by: 'person', ...named, enact: 'types a user name' },
    ],
    unknown: [
      { when: { 'account.exists': false }, by: 'world', enact: 'types the name of nobody' },
    ],
  },
}

/** Asks whom an upstream has proven for what it has not said, and for another name. */
const collect: StepDeclaration = {
  type: 'collect',
  mode: 'offered',
  needs: ['pass-through'],
  subject: 'keeps',
  credential: false,
  hides: [],
  outcomes: {
    success: [
      {
        by: 'person',
        identity: 'pass-through',
        records: ['identity.email', 'identity.emailVerified', 'identity.name'],
        forgets: ['name.taken'],
        enact: 'fills in a form',
      },
    ],
    invalid: [{ by: 'person' }],
  },
}

/** Says something to somebody; it can fail. */
const notify: StepDeclaration = {
  type: 'notify',
  mode: 'run',
  needs: ['account', 'pass-through', 'none'],
  subject: 'none',
  credential: false,
  hides: [],
  outcomes: { success: [{ by: 'world' }], rejected: [{ by: 'chance' }] },
}

const totpProof = proves('possession', 'otp', { credential: 'totp' })
const passkeyProof = proves('possession', 'hwk', { phishingResistant: true, credential: 'passkey' })

export const testSteps: readonly StepDeclaration[] = [
  primary('password', [proves('knowledge', 'pwd')]),
  primary('passkey', [passkeyProof]),
  /** A link in a mail: it names who has the mailbox. */
  primary('mail-link', [proves('possession', 'mail')]),
  second('totp', [totpProof]),
  second('otp', [proves('possession', 'sms')]),
  second('recovery-code', [proves('knowledge', 'code')]),
  enrols('enrol-totp', 'totp', totpProof),
  enrols('enrol-passkey', 'passkey', passkeyProof),
  federated,
  provision,
  register,
  assign,
  link,
  linkProven,
  identify,
  collect,
  notify,
]
