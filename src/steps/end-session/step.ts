/**
 * end-session: shows where else somebody is signed in, and ends sessions there.
 *
 *     skip: [{ when: account.otherSessions < 3, to: done, because: there is room for another session }]
 *     offer: [{ end-session: { atMost: 2 } }]
 *
 * `oldest` ends as many of the oldest as there are too many; `others` ends all of them. Whoever wants to
 * keep them cancels, and does not get in here.
 *
 * | outcome | when                                                 |
 * | ------- | ---------------------------------------------------- |
 * | success | no more than `atMost` sessions elsewhere are left    |
 * | invalid | the answer is neither                                |
 */
import type { OtherSession } from '../../language/ports.ts'
import { defineStep, type Exhibit } from '../../language/step.ts'
import { choice } from '../choice.ts'
import { accountOf } from '../subject.ts'

export const endSession = defineStep({
  declaration: {
    type: 'end-session',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        {
          by: 'person',
          records: ['account.otherSessions'],
          enact: 'ends sessions that they have elsewhere',
        },
      ],
      invalid: [{ by: 'person', enact: 'does not say which sessions to end' }],
    },
  },
  params: {
    atMost: {
      kind: 'int',
      min: 0,
      max: 100,
      default: 0,
      description: 'how many sessions in other browsers may stay',
    },
  },
  fields: [choice('end-session', 'which', ['oldest', 'others'])],

  async show({ identity, ports }) {
    const sessions = await ports.otherSessions(accountOf(identity).account)
    return { exhibits: sessions.map(exhibitOf) }
  },

  async work({ input, params, identity, ports }) {
    const { account } = accountOf(identity)
    const sessions = await ports.otherSessions(account)
    const many = { oldest: Math.max(0, sessions.length - params.atMost), others: sessions.length }
    if (input.which !== 'oldest' && input.which !== 'others') return { outcome: 'invalid' }
    const ended = sessions.slice(0, many[input.which]).map(({ id }) => id)
    return {
      outcome: 'success',
      facts: { 'account.otherSessions': sessions.length - ended.length },
      writes: [{ write: 'end-sessions', account, sessions: ended, otherwise: 'skip' }],
    }
  },
})

/** When it began, to the minute, in UTC. */
function exhibitOf({ sinceMs }: OtherSession): Exhibit {
  const text = `${new Date(sinceMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return { kind: 'text', label: 'end-session.since', text }
}
