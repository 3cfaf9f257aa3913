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
 * | conflict | the account has a password, perhaps since a moment ago     |
 */
import { defineStep } from '../../language/step.ts'
import { type HashCost, hashPassword, passwordMaxLength } from '../password/hash.ts'
import { passwordProblem } from '../password/rules.ts'
import { accountOf, newId } from '../subject.ts'

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
            proves: [
              {
                amr: ['pwd'],
                factor: 'knowledge',
                phishingResistant: false,
                source: 'new',
                credential: 'password',
              },
            ],
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
        ],
      },
    },
    params: {},
    fields: [
      {
        name: 'password',
        kind: 'new-password',
        label: 'enrol-password.password',
        autocomplete: 'new-password',
        maxLength: passwordMaxLength,
        required: true,
      },
    ],

    async work({ identity, input, ports }) {
      const { account } = accountOf(identity)
      const person = await ports.findAccount(account)
      if (!person || person.credentials.some(({ kind }) => kind === 'password')) {
        return { outcome: 'conflict' }
      }
      const { password = '' } = input
      const { email = '', name = '' } = person.claims
      const context = { userName: person.userName, words: ['sallyport', email, name] }
      const problem = passwordProblem(password, { ...context, withSecondFactor: false })
      if (problem) return { outcome: 'invalid', message: `enrol-${problem}` }

      const id = newId('cred', ports.random)
      const secret = await hashPassword(password, cost)
      const credential = { account, id, kind: 'password', secret, counter: 0 } as const
      return {
        outcome: 'success',
        credentials: [id],
        writes: [{ write: 'add-credential', ...credential, otherwise: 'conflict' }],
      }
    },
  })
}
