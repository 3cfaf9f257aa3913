/**
 * recovery-code: the person types one of the codes that they were shown once and have kept.
 *
 *     offer: [totp, recovery-code]
 *
 * Each works once: it is crossed out by the same commit that moves the login on. The account's address is told, and
 * how many are left: whoever has found the paper does not stay unseen.
 *
 * | outcome     | when                                         |
 * | ----------- | -------------------------------------------- |
 * | success     | it is one of them, and was not used before   |
 * | invalid     | it is none of them, or was used before       |
 * | unavailable | the account has no such codes                |
 */
import { defineStep } from '../../language/step.ts'
import { minuteOf, notice } from '../notice.ts'
import type { HashCost } from '../password/hash.ts'
import { accountOf } from '../subject.ts'
import { codesLeft, useCode } from './codes.ts'

/** @param cost of the hash that a code is compared by */
export function recoveryCodeStep(cost: HashCost) {
  return defineStep({
    declaration: {
      type: 'recovery-code',
      mode: 'offered',
      needs: ['account'],
      subject: 'keeps',
      credential: true,
      uses: 'recovery-code',
      sends: 'mail',
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
                credential: 'recovery-code',
              },
            ],
            enact: 'types a recovery code that was not used before',
          },
        ],
        invalid: [
          {
            when: { 'account.has': true },
            by: 'person',
            enact: 'types what is no recovery code, or a used one',
          },
        ],
        unavailable: [
          { when: { 'account.has': false }, by: 'world', enact: 'has no recovery codes' },
        ],
      },
    },
    params: {},
    hashes: true,
    fields: [
      {
        name: 'code',
        kind: 'code',
        label: 'recovery-code.code',
        autocomplete: 'off',
        maxLength: 64,
        required: true,
      },
    ],

    async guesses({ identity }) {
      return { account: accountOf(identity).account, factor: 'recovery-code' }
    },

    left: codesLeft,

    async work({ identity, input, login, nowMs, ports }) {
      const { account } = accountOf(identity)
      const stored = await ports.readCredential(account, 'recovery-code')
      if (!stored) return { outcome: 'unavailable' }
      const { secret, counter, id } = stored
      const used = await useCode(secret, counter, input.code ?? '', cost)
      if (used === undefined) return { outcome: 'invalid', message: 'recovery-code.invalid' }
      return {
        outcome: 'success',
        credentials: [id],
        writes: [
          {
            write: 'advance-counter',
            credential: id,
            from: counter,
            to: used,
            otherwise: 'invalid',
          },
          notice(
            { login, nowMs },
            { account },
            {
              idempotencyKey: `recovery-code ${id} ${used}`,
              text: 'mail.recovery-code-used',
              values: { at: minuteOf(nowMs), left: String(codesLeft(used)) },
            },
          ),
        ],
      }
    },
  })
}
