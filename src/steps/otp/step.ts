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
import type { Identity } from '../../language/facts.ts'
import type { Person } from '../../language/ports.ts'
import { defineStep, type StepCall } from '../../language/step.ts'
import { profileOf } from '../profile.ts'
import { type AccountIdentity, namesAccount } from '../subject.ts'
import { addressIn, codeFields, isCodeSent, sendCode, sentCodeParams } from './sent-code.ts'

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
  params: sentCodeParams,
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
    ...codeFields('otp'),
  ],

  asks: ({ kept }) => (kept ? ['code', 'again'] : ['username']),

  async prepare(call) {
    if (call.kept && call.input.again !== 'yes') return undefined
    return sendCode(call, way, await subjectOf(call))
  },

  async guesses({ kept }) {
    return kept?.account ? { account: kept.account, factor: 'otp' } : undefined
  },

  async work(call) {
    const { identity, kept, ports } = call
    const message = 'otp.invalid'
    const { account = '', credential = '' } = kept ?? {}
    const person = await ports.findAccount(account)
    const matches = isCodeSent(call)

    if (!person) return { outcome: 'unknown', message }
    // Also where the address has changed since: the code was sent to another one.
    if (addressIn(person, way.credential) !== credential) return { outcome: 'unavailable', message }
    if (!matches) return { outcome: 'invalid', message }
    if (person.status !== 'active') return { outcome: 'blocked', message }
    return { outcome: 'success', ...whoItIs(identity, person), credentials: [credential] }
  },
})

async function subjectOf({
  identity,
  input,
  kept,
  ports,
}: StepCall<typeof sentCodeParams>): Promise<Person | undefined> {
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
