/**
 * postpone: the person does not want what is offered beside it, for now or for good.
 *
 *     offer: [enrol-passkey, { postpone: { what: passkey, days: 30 } }]
 *
 * Later logins read it as `account.putOff`, a list of such names: for now it has the name for `days`, for good
 * until the account is gone.
 *
 * | outcome | when                                  |
 * | ------- | ------------------------------------- |
 * | success | the person says not now, or never     |
 * | invalid | the answer is neither                 |
 */
import { putOffName } from '../../language/preference.ts'
import { defineStep } from '../../language/step.ts'
import { choice } from '../choice.ts'
import { accountOf } from '../subject.ts'

const dayMs = 86_400_000

export const postpone = defineStep({
  declaration: {
    type: 'postpone',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        { by: 'person', enact: 'puts it off for now' },
        { by: 'person', enact: 'does not want to be asked again' },
      ],
      invalid: [{ by: 'person', enact: 'says neither not now nor never' }],
    },
  },
  params: {
    what: { kind: 'text', maxLength: 64, description: 'its name in `account.putOff`' },
    days: {
      kind: 'int',
      min: 1,
      max: 365,
      default: 30,
      description: 'for how long not now holds',
    },
  },
  fields: [choice('postpone', 'decision', ['later', 'never'])],

  async work({ input, params, identity, nowMs }) {
    const { decision } = input
    if (decision !== 'later' && decision !== 'never') return { outcome: 'invalid' }
    return {
      outcome: 'success',
      case: decision === 'later' ? 0 : 1,
      writes: [
        {
          write: 'keep-preference',
          account: accountOf(identity).account,
          name: putOffName(params.what),
          value: decision,
          ...(decision === 'later' && { untilMs: nowMs + params.days * dayMs }),
          otherwise: 'skip',
        },
      ],
    }
  },
})
