/**
 * prefer: asks whether a way is to come first from now on, and keeps that with the account.
 *
 *     offer: [{ prefer: { way: totp } }]
 *
 * Later logins read it as `account.preferred`, and where they offer that way they offer it first. It leaves
 * every other way where it is, and proves nothing. An account prefers one way at a time.
 *
 * | outcome | when                     |
 * | ------- | ------------------------ |
 * | success | the person says so       |
 * | invalid | the answer is no answer  |
 */
import { preferredWay } from '../../language/preference.ts'
import { defineStep } from '../../language/step.ts'
import { choice } from '../choice.ts'
import { accountOf } from '../subject.ts'

export const prefer = defineStep({
  declaration: {
    type: 'prefer',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [{ by: 'person', enact: 'wants to be asked for it first from now on' }],
      invalid: [{ by: 'person', enact: 'does not say what is to come first' }],
    },
  },
  params: {
    way: { kind: 'text', maxLength: 64, description: 'the option that is to come first' },
  },
  fields: [choice('prefer', 'decision', ['yes'])],

  async work({ input, params, identity }) {
    if (input.decision !== 'yes') return { outcome: 'invalid' }
    return {
      outcome: 'success',
      writes: [
        {
          write: 'keep-preference',
          account: accountOf(identity).account,
          name: preferredWay,
          value: params.way,
          otherwise: 'skip',
        },
      ],
    }
  },
})
