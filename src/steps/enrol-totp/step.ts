/**
 * enrol-totp: the person adds an authenticator app by scanning a code and typing what the app then shows.
 *
 *     offer: [{ enrol-totp: { issuer: Thrift } }]
 *
 * The secret is kept sealed with the login until a right code confirms it, and is shown on no other page.
 * The code that confirms it is spent by that: it does not open the door as well. The account's address is told.
 *
 * | outcome  | when                                                      |
 * | -------- | --------------------------------------------------------- |
 * | success  | the code is right: the app counts from now on             |
 * | invalid  | the code is wrong: nothing is on file                     |
 * | conflict | the account has an app, perhaps since a moment ago        |
 */
import { defineStep } from '../../language/step.ts'
import { noticeOfAdded } from '../notice.ts'
import { accountOf, newId } from '../subject.ts'
import { encodeSecret, matchStep } from '../totp/code.ts'
import { drawSecret } from './exhibit.ts'

/** RFC 4226, section 4, R6 recommends 160 bits. */
const secretBytes = 20

export const enrolTotp = defineStep({
  declaration: {
    type: 'enrol-totp',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: true,
    enrols: true,
    uses: 'totp',
    sends: 'mail',
    hides: [],
    outcomes: {
      success: [
        {
          when: { 'account.has': false },
          by: 'person',
          proves: [
            {
              amr: ['otp'],
              factor: 'possession',
              phishingResistant: false,
              source: 'new',
              credential: 'totp',
            },
          ],
          effects: { 'account.has': true },
          enact: 'adds an authenticator app and types the code it shows',
        },
      ],
      invalid: [
        {
          when: { 'account.has': false },
          by: 'person',
          enact: 'types a wrong code for the new authenticator app',
        },
      ],
      conflict: [
        {
          when: { 'account.has': true },
          by: 'world',
          enact: 'has added an authenticator app elsewhere in the meantime',
        },
      ],
    },
  },
  params: {
    issuer: {
      kind: 'text',
      maxLength: 64,
      default: 'Sallyport',
      description: 'the name under which the authenticator app lists the account',
    },
  },
  fields: [
    {
      name: 'code',
      kind: 'code',
      label: 'enrol-totp.code',
      autocomplete: 'one-time-code',
      maxLength: 16,
      required: true,
    },
  ],

  async show({ identity, kept, params, ports }) {
    const person = await ports.findAccount(accountOf(identity).account)
    const secret = kept?.secret ?? encodeSecret(ports.random(secretBytes))
    const exhibit = await drawSecret(params.issuer, person?.userName ?? '', secret)
    return { exhibits: [exhibit], keep: { secret } }
  },

  async work({ identity, input, kept, login, nowMs, ports }) {
    const { account } = accountOf(identity)
    if (await ports.readCredential(account, 'totp')) return { outcome: 'conflict' }

    const { code = '' } = input
    const secret = kept?.secret
    if (secret === undefined) throw new TypeError('enrol-totp: no secret was shown')
    const step = await matchStep(secret, code, nowMs, 1, -1)
    if (step === undefined) return { outcome: 'invalid', message: 'enrol-totp.invalid' }
    const id = newId('cred', ports.random)
    return {
      outcome: 'success',
      credentials: [id],
      writes: [
        {
          write: 'add-credential',
          account,
          id,
          kind: 'totp',
          secret,
          counter: step,
          otherwise: 'conflict',
        },
        noticeOfAdded({ login, nowMs }, account),
      ],
    }
  },
})
