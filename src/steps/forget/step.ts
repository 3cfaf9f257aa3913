/**
 * forget: from here on nobody is known and nothing is proven, as when the login began; and whoever is asked next
 * is told that what they typed was not right.
 *
 *     run: forget
 *     on: { success: sign-in }
 *
 * It stands at the end of a chain of directories. One of them may have known the person, and then an account was
 * not made, or not let in: what is seen of that is what is seen of a wrong password.
 *
 * | outcome | when   |
 * | ------- | ------ |
 * | success | always |
 */
import { defineStep } from '../../language/step.ts'

export const forget = defineStep({
  declaration: {
    type: 'forget',
    mode: 'run',
    needs: ['none', 'pass-through', 'account'],
    subject: 'none',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        { by: 'world', identity: 'none', enact: 'is nobody that is known, as at the beginning' },
      ],
    },
  },
  params: {},
  fields: [],

  async work() {
    return { outcome: 'success', identity: { kind: 'none' }, message: 'credentials.invalid' }
  },
})
