/**
 * otp: the person types a code that was sent to the verified address of the account.
 *
 *     offer: [{ otp: { minutes: 10, sends: 3 } }]
 *
 * First it is asked for, then typed; it can be asked for again. Entered with nobody known it names the subject:
 * whoever is named, the same is shown and as much is done. The code is good for this login and this account
 * alone, and once. Mail goes by an outbox, and the address is read when it is sent.
 *
 * Reading somebody's mail takes what opens the mailbox, commonly a password, and so it counts as knowledge:
 * NIST SP 800-63B-4, 3.1.3.1, does not take it for something that one has.
 *
 * | outcome     | when                                                            |
 * | ----------- | --------------------------------------------------------------- |
 * | success     | the code is right, in time, and the account active              |
 * | invalid     | the code is wrong or late                                       |
 * | blocked     | the code is right and the account locked or disabled            |
 * | unknown     | there is no account of that name                                |
 * | unavailable | the account has no verified address                             |
 */
import { timingSafeEqual } from 'node:crypto'
import { fingerprint } from '../../kit/random.ts'
import type { Identity } from '../../language/facts.ts'
import type { Person } from '../../language/ports.ts'
import { defineStep, type StepCall } from '../../language/step.ts'
import { profileOf } from '../profile.ts'
import { type AccountIdentity, namesAccount } from '../subject.ts'

const minuteMs = 60_000

const proves = [
  {
    amr: ['otp'],
    factor: 'knowledge',
    phishingResistant: false,
    source: 'registered',
    credential: 'email',
  },
] as const

const right = { 'account.exists': true, 'account.active': true, 'account.has': true } as const

const params = {
  minutes: {
    kind: 'int',
    min: 1,
    max: 10,
    default: 10,
    description: 'how long a code is good for',
  },
  sends: {
    kind: 'int',
    min: 1,
    max: 10,
    default: 3,
    description: 'how many codes can be asked for in one login',
  },
  digits: { kind: 'int', min: 6, max: 10, default: 6, description: 'how long a code is' },
} as const

type Call = StepCall<typeof params>

export const otp = defineStep({
  declaration: {
    type: 'otp',
    mode: 'offered',
    needs: ['none', 'account'],
    subject: 'either',
    credential: true,
    uses: 'email',
    hides: ['unknown', 'blocked', 'unavailable'],
    outcomes: {
      success: [
        {
          ...namesAccount,
          when: right,
          by: 'person',
          proves,
          enact: 'asks for a code by mail and types it',
        },
        {
          from: ['account'],
          when: right,
          by: 'person',
          proves,
          enact: 'types the code that was sent to the address of the same account',
        },
      ],
      invalid: [
        {
          when: { 'account.exists': true, 'account.has': true },
          by: 'person',
          enact: 'types a code that was not sent, or too late',
        },
      ],
      blocked: [
        {
          when: { 'account.exists': true, 'account.active': false, 'account.has': true },
          by: 'person',
          enact: 'types the right code of an account that is locked or disabled',
        },
      ],
      unknown: [
        { when: { 'account.exists': false }, by: 'world', enact: 'asks for a code as nobody' },
      ],
      unavailable: [
        {
          when: { 'account.exists': true, 'account.has': false },
          by: 'world',
          enact: 'asks for a code for an account that has no verified address',
        },
      ],
    },
  },
  params,
  fields: [
    {
      name: 'username',
      kind: 'text',
      label: 'otp.username',
      autocomplete: 'username',
      maxLength: 256,
      required: true,
      names: true,
    },
    {
      name: 'code',
      kind: 'code',
      label: 'otp.code',
      autocomplete: 'one-time-code',
      maxLength: 16,
      required: false,
    },
    {
      name: 'again',
      kind: 'choice',
      label: 'otp.not-there',
      choices: [{ value: 'yes', label: 'otp.again' }],
      autocomplete: 'off',
      maxLength: 3,
      required: false,
    },
  ],

  asks: ({ kept }) => (kept ? ['code', 'again'] : ['username']),

  async prepare(call) {
    if (call.kept && call.input.again !== 'yes') return undefined
    return send(call)
  },

  async guesses({ kept }) {
    return kept?.account ? { account: kept.account, factor: 'otp' } : undefined
  },

  async work({ identity, input, kept, login, nowMs, ports }) {
    const message = 'otp.invalid'
    const { account = '', credential = '', digest = '', untilMs = '0' } = kept ?? {}
    const person = await ports.findAccount(account)
    const typed = digestOf(login.id, account, (input.code ?? '').replace(/\s/g, ''))
    const matches = isEqual(digest, typed) && nowMs < Number(untilMs)

    if (!person) return { outcome: 'unknown', message }
    // Also where the address has changed since: the code was sent to another one.
    if (addressIn(person) !== credential) return { outcome: 'unavailable', message }
    if (!matches) return { outcome: 'invalid', message }
    if (person.status !== 'active') return { outcome: 'blocked', message }
    return { outcome: 'success', ...whoItIs(identity, person), credentials: [credential] }
  },
})

/** As much is done for nobody as for somebody. */
async function send(call: Call) {
  const { kept, login, nowMs, params, ports } = call
  const person = await subjectOf(call)
  const account = person?.id ?? ''
  const sent = Number(kept?.sent ?? 0) + 1
  if (kept && sent > params.sends) {
    return { exhibits: [{ kind: 'note', code: 'otp.enough' } as const], keep: kept, writes: [] }
  }
  const code = drawCode(params.digits, ports.random)
  const untilMs = nowMs + params.minutes * minuteMs
  const address = person && addressIn(person)
  const key = Buffer.from(ports.random(16)).toString('base64url')
  return {
    exhibits: [{ kind: 'note', code: 'otp.sent' } as const],
    keep: {
      account,
      credential: address ?? '',
      digest: digestOf(login.id, account, code),
      untilMs: String(untilMs),
      sent: String(sent),
    },
    writes: [
      {
        write: 'send-mail',
        account: address === undefined ? undefined : account,
        idempotencyKey: `otp ${key}`,
        text: 'mail.otp',
        values: { code, minutes: String(params.minutes) },
        untilMs,
        otherwise: 'skip',
      } as const,
    ],
    ...(address !== undefined && { counts: { account, factor: 'otp-sent' } }),
  }
}

async function subjectOf({ identity, input, kept, ports }: Call): Promise<Person | undefined> {
  if (identity.kind === 'account') return ports.findAccount(identity.account)
  const { account = '' } = kept ?? {}
  if (kept) return ports.findAccount(account)
  const { username = '' } = input
  return ports.findByUserName(username.trim())
}

/** The credential that a verified address is. */
function addressIn({ credentials }: Person): string | undefined {
  return credentials.find(({ kind }) => kind === 'email')?.id
}

/** Digits, each as likely as any other: bytes that would favour some are passed over. */
function drawCode(digits: number, random: (bytes: number) => Uint8Array): string {
  let code = ''
  while (code.length < digits) {
    for (const byte of random(digits)) if (byte < 250 && code.length < digits) code += byte % 10
  }
  return code
}

function digestOf(login: string, account: string, code: string): string {
  return fingerprint(JSON.stringify([login, account, code]))
}

function isEqual(kept: string, typed: string): boolean {
  const [a, b] = [Buffer.from(kept), Buffer.from(typed)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function whoItIs(before: Identity, person: Person) {
  if (before.kind === 'account') return { case: 1 }
  const identity: AccountIdentity = {
    kind: 'account',
    account: person.id,
    connection: 'local',
    claims: profileOf(person.claims),
    groups: person.groups,
    source: person.source,
    new: false,
  }
  return { identity }
}
