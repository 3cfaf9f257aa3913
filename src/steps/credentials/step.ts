/**
 * credentials: takes a user name and a password, and checks nothing. Nothing of it is stored: it is handed on, in
 * memory, to the states that run in the same submission.
 *
 *     offer: [credentials]
 *     on: { success: staff, exhausted: refused }      # staff: { run: verify, with: { directory: staff } }
 *
 * Whatever comes of it an attempt is spent: what was typed is checked by what follows. Where the session holds a
 * proof by `verify`, that stands for what would be typed, and the account is known.
 *
 * | outcome | when                                                  |
 * | ------- | ----------------------------------------------------- |
 * | success | a name and a password were typed                      |
 * | invalid | one of the two was left empty                         |
 */
import { defineStep } from '../../language/step.ts'
import { given, handed, handsOver } from '../handed-on.ts'
import { passwordMaxLength } from '../password/hash.ts'

export const credentials = defineStep({
  declaration: {
    type: 'credentials',
    ...handsOver,
    handsOn: 'verify',
    outcomes: {
      success: [given('types a user name and a password')],
      invalid: [{ by: 'person', enact: 'leaves the user name or the password empty' }],
    },
  },
  // The states that run in the same submission compare what was typed with hashes.
  hashes: true,
  params: {},
  fields: [
    {
      name: 'username',
      kind: 'text',
      label: 'password.username',
      autocomplete: 'username',
      maxLength: 256,
      required: true,
    },
    {
      name: 'password',
      kind: 'password',
      label: 'password.password',
      autocomplete: 'current-password',
      maxLength: passwordMaxLength,
      required: true,
    },
  ],

  async work({ input: { username = '', password = '' } }) {
    if (username.trim() === '' || password === '') return { outcome: 'invalid' }
    return handed
  },
})
