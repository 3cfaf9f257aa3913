/**
 * prove-email: somebody who has no account proves that a mailbox is theirs, by typing a code that was sent to it.
 *
 *     offer: [{ prove-email: { minutes: 10, sends: 3 } }]
 *
 * Whoever has proven it is a person of nowhere but this address; `register` makes an account of that. An address
 * that is somebody's account already is told so by mail, and by mail alone: here the same is shown, as much is done,
 * and no code is right (I-36). How often an address is written to, and guessed at, is counted over all logins.
 *
 * | outcome  | when                                             |
 * | -------- | ------------------------------------------------ |
 * | success  | the code is right, in time, and the address free |
 * | invalid  | the code is wrong or late, or no address         |
 * | conflict | the address is verified for an account here      |
 */
import { emailKey } from '../../language/email-key.ts'
import { addressCredential } from '../../language/reach.ts'
import { defineStep } from '../../language/step.ts'
import { isAddress } from '../collect/typed.ts'
import { codeFields, codeTo, isCodeSent, sentCodeParams } from '../otp/sent-code.ts'
import type { PassThroughIdentity } from '../subject.ts'

export const proveEmail = defineStep({
  declaration: {
    type: 'prove-email',
    mode: 'offered',
    needs: ['none'],
    subject: 'names',
    credential: true,
    uses: 'email',
    sends: 'mail',
    hides: ['conflict'],
    outcomes: {
      success: [
        {
          when: { 'account.exists': false },
          by: 'person',
          identity: 'pass-through',
          proves: [
            {
              amr: ['otp'],
              factor: 'knowledge',
              phishingResistant: false,
              // The mailbox was theirs before they came.
              source: 'registered',
              credential: 'email',
            },
          ],
          records: [
            'identity.amr',
            'identity.email',
            'identity.emailVerified',
            'identity.name',
            'identity.age',
            'identity.groups',
            'identity.scheme',
          ],
          where: {
            'identity.amr': { is: [] },
            'identity.emailVerified': { is: true },
            'identity.groups': { is: [] },
            'identity.scheme': { is: 'silent' },
          },
          enact: 'gives an address that is theirs and types the code that was sent to it',
        },
      ],
      invalid: [{ by: 'person', enact: 'types a code that was not sent, or too late' }],
      conflict: [
        {
          when: { 'account.exists': true },
          by: 'world',
          enact: 'gives the address of an account that there is',
        },
      ],
    },
  },
  params: sentCodeParams,
  fields: [
    {
      name: 'email',
      kind: 'email',
      label: 'prove-email.email',
      autocomplete: 'email',
      maxLength: 254,
      required: true,
    },
    ...codeFields('prove-email'),
  ],

  asks: ({ kept }) => (kept ? ['code', 'again'] : ['email']),

  async prepare(call) {
    const { input, kept, ports } = call
    if (kept && input.again !== 'yes') return undefined
    const email = kept?.email ?? input.email?.trim()
    if (!isAddress(email)) return undefined
    const owners = await ports.findByVerifiedEmail(email)
    const prepared = codeTo(call, {
      type: 'prove-email',
      channel: 'mail',
      text: owners.length > 0 ? 'mail.account-exists' : 'mail.otp',
      account: undefined,
      to: email,
      credential: addressCredential('mail', email),
      counts: { addressHash: addressCredential('mail', emailKey(email)) },
    })
    return { ...prepared, keep: { ...prepared.keep, email } }
  },

  // Apart from what is sent there.
  async guesses({ kept }) {
    return kept?.credential ? { addressHash: `typed ${kept.credential}` } : undefined
  },

  async work(call) {
    const { kept, ports } = call
    const message = 'prove-email.invalid'
    if (!kept?.email) return { outcome: 'invalid', message: 'prove-email.no-address' }
    const { email, credential = '' } = kept
    const matches = isCodeSent(call)
    const owners = await ports.findByVerifiedEmail(email)
    if (owners.length > 0) return { outcome: 'conflict', message }
    if (!matches) return { outcome: 'invalid', message }
    const identity: PassThroughIdentity = {
      kind: 'pass-through',
      connection: 'local',
      subject: emailKey(email),
      claims: { email, emailVerified: true },
    }
    return { outcome: 'success', identity, credentials: [credential] }
  },
})
