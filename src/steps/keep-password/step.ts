/**
 * keep-password: the password that a directory has just found right becomes one of ours. Nobody is asked anything:
 * people move from one store to another as they sign in.
 *
 *     run: keep-password
 *
 * Only an account that has nothing of its own gets one so (I-30), and only where its directory is `local`:
 * whoever has a password here has to type that one, whatever the old directory says.
 *
 * | outcome  | when                                                                                |
 * | -------- | ----------------------------------------------------------------------------------- |
 * | success  | the password is kept                                                                |
 * | conflict | the account has a password                                                          |
 * | rejected | nothing was typed just before that a directory has found right, or none may be kept |
 */
import { defineStep } from '../../language/step.ts'
import { type HashCost, hashPassword } from '../password/hash.ts'
import { accountOf, newId } from '../subject.ts'

export function keepPasswordStep(cost: HashCost) {
  return defineStep({
    declaration: {
      type: 'keep-password',
      mode: 'run',
      needs: ['account'],
      subject: 'keeps',
      credential: false,
      uses: 'password',
      hides: [],
      outcomes: {
        success: [
          {
            when: { 'account.has': false },
            by: 'world',
            effects: { 'account.has': true },
            enact: 'has the same password here from now on',
          },
        ],
        conflict: [
          {
            when: { 'account.has': true },
            by: 'world',
            enact: 'has another password here already',
          },
        ],
        rejected: [
          { by: 'chance', enact: 'has something else here to prove who they are, and no password' },
        ],
      },
    },
    params: {},
    fields: [],

    async work({ connection, identity, ports, proofs, typed }) {
      const { account } = accountOf(identity)
      const person = await ports.findAccount(account)
      const { password } = typed
      const proven = proofs.some(({ credential }) =>
        credential.startsWith(`directory:${connection?.id}:`),
      )
      if (!person || !password || !connection || !proven) return { outcome: 'rejected' }
      if (person.credentials.some(({ kind }) => kind === 'password')) return { outcome: 'conflict' }
      const hasOwn = person.credentials.some(({ kind }) => !kind.startsWith('connection:'))
      if (hasOwn || connection.directory === connection.id) return { outcome: 'rejected' }
      return {
        outcome: 'success',
        writes: [
          {
            write: 'add-credential',
            account,
            id: newId('cred', ports.random),
            kind: 'password',
            secret: await hashPassword(password, cost),
            counter: 0,
            otherwise: 'again',
          },
        ],
      }
    },
  })
}
