/**
 * remember-device: asks whether this browser is to be remembered for the application, and remembers it.
 *
 *     offer: [{ remember-device: { days: 30 } }]
 *
 * What is remembered is the fact `device.known` of later logins: by the same account, to the same
 * application, in this browser. It proves nothing and counts for no level; a flow may ask for less where it
 * is true. It ends by itself, when the account is locked or signed out everywhere, and when a factor is
 * reset.
 *
 * | outcome | when                                 |
 * | ------- | ------------------------------------ |
 * | success | the person has said yes or no        |
 * | invalid | the answer is neither                |
 */
import { defineStep } from '../../language/step.ts'
import { choice } from '../choice.ts'
import { accountOf } from '../subject.ts'

const dayMs = 86_400_000

export const rememberDevice = defineStep({
  declaration: {
    type: 'remember-device',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      // A no is as good an answer as a yes: it asks for more at the next login, not for less.
      success: [
        { by: 'person', enact: 'has this device remembered' },
        { by: 'person', enact: 'does not have this device remembered' },
      ],
      invalid: [{ by: 'person', enact: 'says neither yes nor no' }],
    },
  },
  params: {
    days: {
      kind: 'int',
      min: 1,
      max: 365,
      default: 30,
      description: 'how long it is remembered',
    },
  },
  fields: [choice('remember-device', 'decision', ['yes', 'no'])],

  async work({ input, params, identity, facts, deviceHash, nowMs }) {
    if (input.decision !== 'yes' && input.decision !== 'no') return { outcome: 'invalid' }
    // A client that could not keep the secret has nothing remembered.
    if (input.decision === 'no' || deviceHash === undefined) return { outcome: 'success', case: 1 }
    return {
      outcome: 'success',
      writes: [
        {
          write: 'keep-device',
          account: accountOf(identity).account,
          application: String(facts['application.id']),
          secretHash: deviceHash,
          expiresMs: nowMs + params.days * dayMs,
          otherwise: 'skip',
        },
      ],
    }
  },
})
