/**
 * totp: the person types the code that their authenticator app shows.
 *
 *     offer: [{ totp: { skew: 1 } }]
 *
 * Proves possession of the secret on file at this moment (RFC 6238). A code works once: its time step is
 * spent by the same commit that moves the login on, so that of two submissions one finds it spent
 * (RFC 6238, section 5.2).
 *
 * | outcome     | when                                        |
 * | ----------- | ------------------------------------------- |
 * | success     | the code is right and was not used before   |
 * | invalid     | the code is wrong, late or used before      |
 * | unavailable | the account has no authenticator app        |
 */
import { defineStep } from '../../language/step.ts'
import { accountOf } from '../subject.ts'
import { matchStep } from './code.ts'

export const totp = defineStep({
  declaration: {
    type: 'totp',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: true,
    uses: 'totp',
    hides: [],
    outcomes: {
      success: [
        {
          when: { 'account.has': true },
          by: 'person',
          proves: [
            {
              amr: ['otp'],
              factor: 'possession',
              phishingResistant: false,
              source: 'registered',
              credential: 'totp',
            },
          ],
          enact: 'types the code that the authenticator app shows',
        },
      ],
      invalid: [
        { when: { 'account.has': true }, by: 'person', enact: 'types a wrong or a used code' },
      ],
      unavailable: [
        { when: { 'account.has': false }, by: 'world', enact: 'has no authenticator app' },
      ],
    },
  },
  params: {
    skew: {
      kind: 'int',
      min: 0,
      max: 2,
      default: 1,
      description: 'time steps of 30 seconds that the clock of the device may be off, either way',
    },
  },
  fields: [
    {
      name: 'code',
      kind: 'code',
      label: 'totp.code',
      autocomplete: 'one-time-code',
      maxLength: 16,
      required: true,
    },
  ],

  async guesses({ identity }) {
    return { account: accountOf(identity).account, factor: 'totp' }
  },

  async work({ identity, input, nowMs, params, ports }) {
    const stored = await ports.readCredential(accountOf(identity).account, 'totp')
    if (!stored) return { outcome: 'unavailable' }

    const { secret, counter } = stored
    const { code = '' } = input
    const step = await matchStep(secret, code, nowMs, params.skew, counter)
    if (step === undefined) return { outcome: 'invalid', message: 'totp.invalid' }
    return {
      outcome: 'success',
      credentials: [stored.id],
      writes: [
        {
          write: 'advance-counter',
          credential: stored.id,
          from: counter,
          to: step,
          otherwise: 'invalid',
        },
      ],
    }
  },
})
