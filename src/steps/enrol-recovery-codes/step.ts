/**
 * enrol-recovery-codes: shows ten recovery codes, this once, and keeps their hashes once the person says that
 * they have them.
 *
 *     offer: [enrol-recovery-codes]
 *
 * New ones take the place of those that there were. Nothing is proven by having been shown them. The
 * account's address is told.
 *
 * | outcome  | when                                                       |
 * | -------- | ---------------------------------------------------------- |
 * | success  | these codes count from now on, and no others               |
 * | invalid  | the person has not said that they have kept them           |
 * | conflict | others were made elsewhere in the meantime                 |
 */
import { defineStep } from '../../language/step.ts'
import { choice } from '../choice.ts'
import { noticeOfAdded } from '../notice.ts'
import type { HashCost } from '../password/hash.ts'
import { drawCodes, hashCodes } from '../recovery-code/codes.ts'
import { accountOf, newId } from '../subject.ts'

/** @param cost of the hash of each code */
export function enrolRecoveryCodesStep(cost: HashCost) {
  return defineStep({
    declaration: {
      type: 'enrol-recovery-codes',
      mode: 'offered',
      needs: ['account'],
      subject: 'keeps',
      credential: false,
      enrols: true,
      uses: 'recovery-code',
      sends: 'mail',
      hides: [],
      outcomes: {
        success: [
          {
            when: { 'account.has': false },
            by: 'person',
            effects: { 'account.has': true },
            enact: 'keeps the recovery codes that are shown',
          },
          {
            when: { 'account.has': true },
            by: 'person',
            effects: { 'account.has': true },
            enact: 'keeps the recovery codes that are shown in place of the old ones',
          },
        ],
        invalid: [{ by: 'person', enact: 'does not say that the recovery codes are kept' }],
        conflict: [{ by: 'chance', enact: 'has been shown other recovery codes in the meantime' }],
      },
    },
    params: {},
    hashes: true,
    fields: [choice('enrol-recovery-codes', 'kept', ['yes'])],

    async show({ kept, ports }) {
      const codes = kept?.codes ?? drawCodes(ports.random).join('\n')
      const exhibits = codes
        .split('\n')
        .map((text) => ({ kind: 'text', label: 'enrol-recovery-codes.one', text }) as const)
      return { exhibits, keep: { codes } }
    },

    async work({ identity, input, kept, login, nowMs, ports }) {
      if (input.kept !== 'yes') return { outcome: 'invalid' }
      const codes = kept?.codes
      if (codes === undefined) throw new TypeError('enrol-recovery-codes: no codes were shown')
      const { account } = accountOf(identity)
      const old = await ports.readCredential(account, 'recovery-code')
      const secret = await hashCodes(codes.split('\n'), cost)
      const id = newId('cred', ports.random)
      const add = { account, id, kind: 'recovery-code', secret, counter: 0 } as const
      const otherwise = 'conflict'
      return {
        outcome: 'success',
        case: old ? 1 : 0,
        writes: [
          ...(old
            ? [{ write: 'remove-credential', account, credential: old.id, otherwise } as const]
            : []),
          { write: 'add-credential', ...add, otherwise },
          noticeOfAdded({ login, nowMs }, account),
        ],
      }
    },
  })
}
