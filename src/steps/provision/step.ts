/**
 * provision: makes an account for a person whom an upstream has proven, just in time.
 *
 *     run: provision
 *
 * Race-free by construction: the account and its association are written in the commit that moves the
 * login on, each only if it is not there yet. A login that finds them made looks again, and goes on with
 * the account that the other one has made. No row of an existing account is ever touched, and nobody is
 * linked for an equal name or address.
 *
 * | outcome  | when                                                                       |
 * | -------- | -------------------------------------------------------------------------- |
 * | success  | the account is made; or another login of this person has just made it      |
 * | disabled | just-in-time provisioning is off for the connection                        |
 * | conflict | the user name is taken                                                     |
 * | rejected | the creator makes no account for this person                               |
 */
import { defineStep } from '../../language/step.ts'
import { newId, passThroughOf } from '../subject.ts'
import { defaultCreator } from './creator.ts'

const ofAccount = ['account.groups', 'account.source', 'account.new'] as const

export const provision = defineStep({
  declaration: {
    type: 'provision',
    mode: 'run',
    needs: ['pass-through'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        {
          when: { 'association.exists': false, 'name.taken': false, setting: { jit: true } },
          by: 'world',
          identity: 'account',
          records: ofAccount,
          where: { 'account.groups': { is: [] }, 'account.new': { is: true } },
          effects: {
            'account.exists': true,
            'account.active': true,
            'association.exists': true,
            'name.taken': true,
          },
          enact: 'gets an account',
        },
        {
          when: { 'association.exists': true },
          by: 'world',
          identity: 'account',
          records: ofAccount,
          where: { 'account.new': { is: false } },
          enact: 'has got an account by another login in the meantime',
        },
      ],
      disabled: [
        {
          when: { 'association.exists': false, setting: { jit: false } },
          by: 'world',
          enact: 'gets no account, because {connection} does not make any',
        },
      ],
      conflict: [
        {
          when: { 'association.exists': false, 'name.taken': true, setting: { jit: true } },
          by: 'world',
          enact: 'has a name that an account here has already',
        },
      ],
      rejected: [
        {
          when: { 'association.exists': false, setting: { jit: true } },
          by: 'chance',
          enact: 'comes with nothing that an account can be made of',
        },
      ],
    },
  },
  params: {},
  fields: [],

  async work({ connection: settings, identity, ports, typed }) {
    const { connection, subject, claims } = passThroughOf(identity)
    const person = await ports.findAssociated(connection, subject)
    if (person) {
      const { id: account, groups, source } = person
      return {
        outcome: 'success',
        case: 1,
        identity: { kind: 'account', account, connection, claims, groups, source, new: false },
      }
    }
    if (!settings?.jit) return { outcome: 'disabled' }

    const wanted = defaultCreator.create({ connection, subject, claims, typed })
    if (!wanted) return { outcome: 'rejected' }
    if (await ports.findByUserName(wanted.userName)) return { outcome: 'conflict' }

    const account = newId('acc', ports.random)
    return {
      outcome: 'success',
      identity: {
        kind: 'account',
        account,
        connection,
        claims,
        groups: [],
        source: connection,
        new: true,
      },
      writes: [
        {
          write: 'create-account',
          id: account,
          userName: wanted.userName,
          source: connection,
          directory: settings.directory ?? 'internal',
          claims: wanted.claims,
          otherwise: 'again',
        },
        { write: 'associate', account, connection, subject, otherwise: 'again' },
      ],
    }
  },
})
