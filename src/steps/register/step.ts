/**
 * register: makes an account for somebody who has proven an address here, and came by no connection.
 *
 *     run: register
 *
 * Its source is `local`, and its user name the address, or the one that was asked for before. It goes again with all
 * that hangs on it if the login never comes to success: whoever stops before they have a password leaves nothing.
 *
 * | outcome  | when                                                                         |
 * | -------- | ---------------------------------------------------------------------------- |
 * | success  | the account is made                                                          |
 * | conflict | the user name is taken, or the address has become somebody's in the meantime |
 * | rejected | no user name can be made of the address, or the person came by a connection  |
 */
import { defineStep } from '../../language/step.ts'
import { defaultCreator } from '../provision/creator.ts'
import { newId, passThroughOf } from '../subject.ts'

export const register = defineStep({
  declaration: {
    type: 'register',
    mode: 'run',
    needs: ['pass-through'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        {
          when: { 'name.taken': false },
          by: 'world',
          identity: 'account',
          records: ['account.groups', 'account.source', 'account.new'],
          where: {
            'account.groups': { is: [] },
            'account.source': { is: 'local' },
            'account.new': { is: true },
          },
          effects: { 'account.exists': true, 'account.active': true, 'name.taken': true },
          enact: 'gets an account of their own',
        },
      ],
      conflict: [
        {
          when: { 'name.taken': true },
          by: 'world',
          enact: 'wants the name of an account that there is',
        },
      ],
      rejected: [{ by: 'chance', enact: 'has an address that no name can be made of' }],
    },
  },
  params: {},
  fields: [],

  async work({ identity, login, ports }) {
    const { connection, subject, claims } = passThroughOf(identity)
    if (connection !== 'local') return { outcome: 'rejected' }
    const wanted = defaultCreator.create({ connection, subject, claims })
    if (!wanted) return { outcome: 'rejected' }
    const owners = await ports.findByVerifiedEmail(claims.email ?? '')
    if (owners.length > 0 || (await ports.findByUserName(wanted.userName))) {
      return { outcome: 'conflict' }
    }
    const account = newId('acc', ports.random)
    const own = { groups: [], source: 'local', new: true }
    return {
      outcome: 'success',
      identity: { kind: 'account', account, connection, claims: wanted.claims, ...own },
      writes: [
        {
          write: 'create-account',
          id: account,
          userName: wanted.userName,
          source: 'local',
          directory: 'internal',
          claims: wanted.claims,
          provisional: { login: login.id, untilMs: login.deadlineMs },
          otherwise: 'again',
        },
      ],
    }
  },
})
