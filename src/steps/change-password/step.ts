/**
 * change-password: the person chooses a password in place of the one that there is, or a first one.
 *
 *     offer: [change-password]
 *
 * It takes a proof as strong as the account can give (I-30), so that a recovery is no weaker than a sign-in.
 * Whoever was signed in by the old password is not any more, anywhere, and the account's address is told.
 *
 * | outcome  | when                                                       |
 * | -------- | ---------------------------------------------------------- |
 * | success  | this password counts from now on, and no other             |
 * | invalid  | it is too short, too common or made of what is around it   |
 * | conflict | it was changed elsewhere in the meantime; or theirs is kept in a directory that is not ours |
 */
import { defineStep } from '../../language/step.ts'
import { notice } from '../notice.ts'
import type { HashCost } from '../password/hash.ts'
import {
  choosePassword,
  newPasswordField,
  passwordOf,
  provesNewPassword,
} from '../password/new-password.ts'
import { accountOf } from '../subject.ts'

const chosen = {
  by: 'person',
  proves: provesNewPassword,
  effects: { 'account.has': true },
} as const

/** @param cost of the hash */
export function changePasswordStep(cost: HashCost) {
  return defineStep({
    declaration: {
      type: 'change-password',
      mode: 'offered',
      needs: ['account'],
      subject: 'keeps',
      credential: true,
      enrols: true,
      uses: 'password',
      sends: 'mail',
      hides: [],
      outcomes: {
        success: [
          { ...chosen, when: { 'account.has': true }, enact: 'chooses another password' },
          { ...chosen, when: { 'account.has': false }, enact: 'chooses a first password' },
        ],
        invalid: [{ by: 'person', enact: 'wants another password that will not do' }],
        conflict: [
          { by: 'chance', enact: 'has changed the password elsewhere in the meantime' },
          { by: 'chance', enact: 'has their password in a directory that is not ours' },
        ],
      },
    },
    params: {},
    hashes: true,
    fields: [newPasswordField],

    async work({ identity, input, login, ports, nowMs }) {
      const { account } = accountOf(identity)
      const person = await ports.findAccount(account)
      if (!person) return { outcome: 'conflict' }
      if (!ports.keepsPasswordOf(person)) return { outcome: 'conflict', case: 1 }
      const { password = '' } = input
      const { problem, credential } = await choosePassword(password, person, cost, ports.random)
      if (problem) return { outcome: 'invalid', message: problem }

      const old = passwordOf(person)
      const otherwise = 'conflict'
      return {
        outcome: 'success',
        case: old ? 0 : 1,
        credentials: [credential.id],
        writes: [
          ...(old
            ? [{ write: 'remove-credential', account, credential: old.id, otherwise } as const]
            : []),
          { write: 'add-credential', ...credential, otherwise },
          { write: 'revoke', account, otherwise },
          notice(
            { login, nowMs },
            { account },
            {
              idempotencyKey: `mail ${credential.id}`,
              text: 'mail.password-changed',
              values: {},
            },
          ),
        ],
      }
    },
  })
}
