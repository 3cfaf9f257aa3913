/**
 * A code that is sent to an account and typed back: good for one login and one account, once, and for a while.
 * What is kept of it is a digest.
 */
import { timingSafeEqual } from 'node:crypto'
import { fingerprint } from '../../kit/random.ts'
import type { Person } from '../../language/ports.ts'
import type { Channel } from '../../language/reach.ts'
import type { Field, Prepared, StepCall } from '../../language/step.ts'

const minuteMs = 60_000

export const sentCodeParams = {
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

type Call = StepCall<typeof sentCodeParams>

/** What sets one way of sending codes apart from another. */
export interface Way {
  /** The step's type: message codes begin with it. */
  readonly type: string
  readonly channel: Channel
  /** The kind of credential that the address is. */
  readonly credential: string
}

/** The code, and the button that asks for another. */
export function codeFields(type: string): readonly [Field, Field] {
  return [
    {
      name: 'code',
      kind: 'code',
      label: `${type}.code`,
      autocomplete: 'one-time-code',
      maxLength: 16,
      required: false,
    },
    {
      name: 'again',
      kind: 'choice',
      label: `${type}.not-there`,
      choices: [{ value: 'yes', label: `${type}.again` }],
      autocomplete: 'off',
      maxLength: 3,
      required: false,
    },
  ]
}

/** To the account's own address. As much is done for nobody as for somebody. */
export function sendCode(
  call: Call,
  { type, channel, credential }: Way,
  person?: Person,
): Prepared {
  const address = person && addressIn(person, credential)
  const account = person?.id
  return codeTo(call, {
    type,
    channel,
    text: `${channel}.otp`,
    account: address === undefined ? undefined : account,
    about: account,
    credential: address ?? '',
    counts: address === undefined ? undefined : { account: account!, factor: `${type}-sent` },
  })
}

export interface Sending extends Pick<Way, 'type' | 'channel'> {
  /** Message code. */
  readonly text: string
  /** Whose address it goes to. Absent: `to`, or nobody. */
  readonly account: string | undefined
  readonly to?: string
  /** The account that the code is good for, also where nothing is sent. Absent: none. */
  readonly about?: string | undefined
  /** What is proven by it. */
  readonly credential: string
  readonly counts: Prepared['counts'] | undefined
}

/** Whatever the message says, a code is drawn and a digest kept. */
export function codeTo(call: Call, sending: Sending): Prepared {
  const { kept, login, nowMs, params, ports } = call
  const { type, channel, text, account, to, about = '', credential, counts } = sending
  const sent = Number(kept?.sent ?? 0) + 1
  if (kept && sent > params.sends) {
    return { exhibits: [{ kind: 'note', code: `${type}.enough` }], keep: kept, writes: [] }
  }
  const code = drawCode(params.digits, ports.random)
  const untilMs = nowMs + params.minutes * minuteMs
  const key = Buffer.from(ports.random(16)).toString('base64url')
  const digest = digestOf(login.id, about, code)
  return {
    exhibits: [{ kind: 'note', code: `${type}.sent` }],
    keep: { account: about, credential, digest, untilMs: String(untilMs), sent: String(sent) },
    writes: [
      {
        write: 'send-message',
        channel,
        account,
        ...(to !== undefined && { to }),
        idempotencyKey: `${type} ${key}`,
        text,
        values: { code, minutes: String(params.minutes) },
        languages: login.languages,
        untilMs,
        otherwise: 'skip',
      },
    ],
    ...(counts && { counts }),
  }
}

/** Whether what was typed is the code that was sent, for this login and account, in time. */
export function isCodeSent({ input, kept, login, nowMs }: Call): boolean {
  const { account = '', digest = '', untilMs = '0' } = kept ?? {}
  const typed = digestOf(login.id, account, (input.code ?? '').replace(/\s/g, ''))
  return isEqual(digest, typed) && nowMs < Number(untilMs)
}

/** The credential that a verified address is. */
export function addressIn({ credentials }: Person, kind: string): string | undefined {
  return credentials.find((credential) => credential.kind === kind)?.id
}

/** Digits, each as likely as any other: bytes that would favour some are passed over. */
export function drawCode(digits: number, random: (bytes: number) => Uint8Array): string {
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
