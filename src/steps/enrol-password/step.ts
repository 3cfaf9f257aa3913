/**
 * enrol-password: the person chooses a password for an account that has none.
 *
 *     offer: [enrol-password]
 *
 * What is typed is judged and hashed here, and nothing of it is kept but the hash.
 *
 * | outcome  | when                                                       |
 * | -------- | ---------------------------------------------------------- |
 * | success  | the account has the password from now on                   |
 * | invalid  | it is too short, too common or made of what is around it   |
 * | conflict | the account has a password, perhaps since a moment ago; or theirs is kept in a directory that is not ours |
 */
import { defineStep } from '../../language/step.ts'
import type { HashCost } from '../password/hash.ts'
import {
  choosePassword,
  newPasswordField,
  passwordOf,
  provesNewPassword,
} from '../password/new-password.ts'
import { accountOf } from '../subject.ts'

/** @param cost of the hash */
export function enrolPasswordStep(cost: HashCost) {
  return defineStep({
    declaration: {
      type: 'enrol-password',
      mode: 'offered',
      needs: ['account'],
      subject: 'keeps',
      credential: true,
      enrols: true,
      uses: 'password',
      hides: [],
      outcomes: {
        success: [
          {
            when: { 'account.has': false },
            by: 'person',
            proves: provesNewPassword,
            effects: { 'account.has': true },
            enact: 'chooses a password',
          },
        ],
        invalid: [
          {
            when: { 'account.has': false },
            by: 'person',
            enact: 'wants a password that will not do',
          },
        ],
        conflict: [
          {
            when: { 'account.has': true },
            by: 'world',
            enact: 'has been given a password elsewhere in the meantime',
          },
          {
            when: { 'account.has': false },
            by: 'chance',
            enact: 'has their password in a directory that is not ours',
          },
        ],
      },
    },
    params: {},
    hashes: true,
    fields: [newPasswordField],

    async work({ identity, input, ports }) {
      const person = await ports.findAccount(accountOf(identity).account)
      if (!person || passwordOf(person)) return { outcome: 'conflict' }
      if (!ports.keepsPasswordOf(person)) return { outcome: 'conflict', case: 1 }
      const { password = '' } = input
      const { problem, credential } = await choosePassword(password, person, cost, ports.random)
      if (problem) return { outcome: 'invalid', message: problem }
      return {
        outcome: 'success',
        credentials: [credential.id],
        writes: [{ write: 'add-credential', ...credential, otherwise: 'conflict' }],
      }
    },
  })
}
