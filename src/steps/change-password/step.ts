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
 * | conflict | it was changed elsewhere in the meantime                   |
 */
import { defineStep } from '../../language/step.ts'
import { type HashCost, hashPassword, passwordMaxLength } from '../password/hash.ts'
import { passwordProblem } from '../password/rules.ts'
import { accountOf, newId } from '../subject.ts'

/** A notice that is older is no news. */
const noticeMs = 86_400_000

const chosen = {
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
      hides: [],
      outcomes: {
        success: [
          { ...chosen, when: { 'account.has': true }, enact: 'chooses another password' },
          { ...chosen, when: { 'account.has': false }, enact: 'chooses a first password' },
        ],
        invalid: [{ by: 'person', enact: 'wants another password that will not do' }],
        conflict: [{ by: 'chance', enact: 'has changed the password elsewhere in the meantime' }],
      },
    },
    params: {},
    fields: [
      {
        name: 'password',
        kind: 'new-password',
        label: 'change-password.password',
        autocomplete: 'new-password',
        maxLength: passwordMaxLength,
        required: true,
      },
    ],

    async work({ identity, input, ports, nowMs }) {
      const { account } = accountOf(identity)
      const person = await ports.findAccount(account)
      if (!person) return { outcome: 'conflict' }
      const { password = '' } = input
      const { email = '', name = '' } = person.claims
      const context = { userName: person.userName, words: ['sallyport', email, name] }
      const problem = passwordProblem(password, { ...context, withSecondFactor: false })
      if (problem) return { outcome: 'invalid', message: `change-${problem}` }

      const old = person.credentials.find(({ kind }) => kind === 'password')
      const id = newId('cred', ports.random)
      const secret = await hashPassword(password, cost)
      const otherwise = 'conflict'
      return {
        outcome: 'success',
        case: old ? 0 : 1,
        credentials: [id],
        writes: [
          ...(old
            ? [{ write: 'remove-credential', account, credential: old.id, otherwise } as const]
            : []),
          {
            write: 'add-credential',
            account,
            id,
            kind: 'password',
            secret,
            counter: 0,
            otherwise,
          },
          { write: 'revoke', account, otherwise },
          {
            write: 'send-mail',
            account,
            idempotencyKey: `mail ${id}`,
            text: 'mail.password-changed',
            values: {},
            untilMs: nowMs + noticeMs,
            otherwise: 'skip',
          },
        ],
      }
    },
  })
}
