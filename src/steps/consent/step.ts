/**
 * consent: shows what an upstream has said of a person, and asks whether an account may be made of it.
 *
 *     offer: [consent]
 *
 * What it is answered stands in the login's story. Nothing is stored of whoever says no.
 *
 * | outcome | when                                 |
 * | ------- | ------------------------------------ |
 * | success | the person agrees                    |
 * | denied  | the person does not                  |
 * | invalid | the answer is neither                |
 */
import { defineStep, type Exhibit } from '../../language/step.ts'
import { passThroughOf } from '../subject.ts'

export const consent = defineStep({
  declaration: {
    type: 'consent',
    mode: 'offered',
    needs: ['pass-through'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [{ by: 'person', enact: 'agrees that an account is made' }],
      denied: [{ by: 'person', enact: 'does not agree that an account is made' }],
      invalid: [{ by: 'person', enact: 'says neither yes nor no' }],
    },
  },
  params: {},
  fields: [
    {
      name: 'decision',
      kind: 'choice',
      label: 'consent.decision',
      choices: [
        { value: 'yes', label: 'consent.yes' },
        { value: 'no', label: 'consent.no' },
      ],
      autocomplete: 'off',
      maxLength: 3,
      required: true,
    },
  ],

  async show({ identity }) {
    const { name, email, preferredUsername } = passThroughOf(identity).claims
    const shown = { name, email, username: preferredUsername }
    const exhibits = Object.entries(shown).flatMap(([what, text]): Exhibit[] =>
      text === undefined ? [] : [{ kind: 'text', label: `consent.${what}`, text }],
    )
    return { exhibits }
  },

  async work({ input }) {
    if (input.decision === 'yes') return { outcome: 'success' }
    return input.decision === 'no' ? { outcome: 'denied' } : { outcome: 'invalid' }
  },
})
