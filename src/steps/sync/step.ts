/**
 * sync: brings a profile up to date with what the upstream has said in this login.
 *
 *     run: sync
 *
 * The connection says how: `override`, `preserve` or `none`, for all or for one attribute. What it never touches, in any mode: the user
 * name, passwords and other factors, the status, groups, and who is associated with whom. Somebody who
 * came by no connection, or whose account was made a moment ago, has nothing to bring up to date.
 *
 * | outcome | when                                    |
 * | ------- | --------------------------------------- |
 * | success | the profile is as the connection wants it |
 */
import { defineStep } from '../../language/step.ts'
import { profileOf, synced } from '../profile.ts'
import { accountOf } from '../subject.ts'

export const sync = defineStep({
  declaration: {
    type: 'sync',
    mode: 'run',
    needs: ['account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [{ by: 'world', enact: 'has a profile that is up to date' }],
    },
  },
  params: {},
  fields: [],

  async work({ connection, identity, ports }) {
    const known = accountOf(identity)
    const person = await ports.findAccount(known.account)
    if (!connection || !person) return { outcome: 'success' }

    const { id, sync: forAll = 'preserve', attributes = {} } = connection
    const modeOf = (name: string) => attributes[attributeName(name)]?.sync ?? forAll
    const profile = synced(person, profileOf(known.claims), id, modeOf)
    if (!profile) return { outcome: 'success' }
    return {
      outcome: 'success',
      writes: [
        {
          write: 'update-profile',
          account: person.id,
          from: person.claims,
          ...profile,
          otherwise: 'again',
        },
      ],
    }
  },
})

/** A connection's own attributes are further claims of the profile. */
function attributeName(name: string): string {
  return name.replace(/^other\./, '')
}
