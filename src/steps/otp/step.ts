/**
 * otp: the person types a code that was sent to the verified address of the account.
 *
 *     offer: [{ otp: { minutes: 10, sends: 3, link: true } }]
 *
 * First it is asked for, then typed; it can be asked for again. Entered with nobody known it names the subject:
 * whoever is named, the same is shown and as much is done. The code is good for this login and this account
 * alone, and once. Mail goes by an outbox, and the address is read when it is sent.
 *
 * With `link` the mail has a link as well. Whoever opens it, on whatever device, is asked for a number that stands
 * where the login waits, and the login goes on there and nowhere else: by its button, or when its page is asked for
 * again. One try, so that nobody is talked into it.
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
import { fingerprint } from '../../kit/random.ts'
import type { Identity } from '../../language/facts.ts'
import type { Person } from '../../language/ports.ts'
import { defineStep, type Prepared, type StepCall } from '../../language/step.ts'
import { profileOf } from '../profile.ts'
import { type AccountIdentity, namesAccount } from '../subject.ts'
import {
  addressIn,
  codeFields,
  drawCode,
  isCodeSent,
  sendCode,
  sentCodeParams,
} from './sent-code.ts'

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

const way = { type: 'otp', channel: 'mail', credential: 'email' } as const

const [code, again] = codeFields('otp')

const params = {
  ...sentCodeParams,
  link: {
    kind: 'bool',
    default: false,
    description: 'whether the mail has a link as well, for whatever device it is read on',
  },
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
    sends: 'mail',
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
    code,
    {
      name: 'link',
      kind: 'choice',
      label: 'otp.link',
      choices: [{ value: 'yes', label: 'otp.link-opened' }],
      autocomplete: 'off',
      maxLength: 3,
      required: false,
    },
    again,
  ],

  asks: ({ kept, params: { link } }) =>
    kept ? ['code', ...(link ? ['link'] : []), 'again'] : ['username'],

  async prepare(call) {
    const { input, kept, linked, params: asked } = call
    if (kept && asked.link && input.link === 'yes' && linked === undefined) {
      const { number, awaits = '' } = kept
      return { exhibits: shown('otp.link-waiting', number), keep: kept, awaits, writes: [] }
    }
    if (kept && input.again !== 'yes') return undefined
    const prepared = sendCode(call, way, await subjectOf(call))
    return asked.link ? withLink(call, prepared) : prepared
  },

  async guesses({ kept }) {
    return kept?.account ? { account: kept.account, factor: 'otp' } : undefined
  },

  async work(call) {
    const { identity, kept, ports } = call
    const message = 'otp.invalid'
    const { account = '', credential = '' } = kept ?? {}
    const person = await ports.findAccount(account)
    const matches = isLinkOpened(call) || isCodeSent(call)

    if (!person) return { outcome: 'unknown', message }
    // Also where the address has changed since: the code was sent to another one.
    if (addressIn(person, way.credential) !== credential) return { outcome: 'unavailable', message }
    if (!matches) return { outcome: 'invalid', message }
    if (person.status !== 'active') return { outcome: 'blocked', message }
    return { outcome: 'success', ...whoItIs(identity, person), credentials: [credential] }
  },
})

/** The number is shown where the login waits, and never sent: who has only the mail cannot confirm. */
function withLink({ ports }: Call, prepared: Prepared): Prepared {
  const [write] = prepared.writes
  if (write?.write !== 'send-message') {
    const { number, awaits = '' } = prepared.keep
    return { ...prepared, exhibits: [...prepared.exhibits, ...numberOf(number)], awaits }
  }
  const token = Buffer.from(ports.random(32)).toString('base64url')
  const number = drawCode(2, ports.random)
  const awaits = fingerprint(token)
  const values = { ...write.values, link: token }
  return {
    ...prepared,
    exhibits: shown('otp.sent', number),
    keep: { ...prepared.keep, number, awaits },
    awaits,
    writes: [{ ...write, text: 'mail.otp-link', values }],
  }
}

function isLinkOpened({ input, kept, linked, nowMs, params: { link } }: Call): boolean {
  if (!link || input.code || !kept?.number) return false
  return linked?.trim() === kept.number && nowMs < Number(kept.untilMs)
}

function shown(note: string, number: string | undefined): Prepared['exhibits'] {
  return [{ kind: 'note', code: note }, ...numberOf(number)]
}

function numberOf(number: string | undefined): Prepared['exhibits'] {
  return number === undefined ? [] : [{ kind: 'text', label: 'otp.number', text: number }]
}

async function subjectOf({ identity, input, kept, ports }: Call): Promise<Person | undefined> {
  if (identity.kind === 'account') return ports.findAccount(identity.account)
  const { account = '' } = kept ?? {}
  if (kept) return ports.findAccount(account)
  const { username = '' } = input
  return ports.findByUserName(username.trim())
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
