/**
 * provision: makes an account for a person whom an upstream has proven, just in time.
 *
 *     run: provision
 *
 * Race-free by construction: the account and its association are written in the commit that moves the
 * login on, each only if it is not there yet. A login that finds them made, or its name taken, looks again,
 * and goes on with the account that the other one has made. No row of an existing account is ever touched,
 * and nobody is linked for an equal name or address.
 *
 * | outcome  | when                                                                       |
 * | -------- | -------------------------------------------------------------------------- |
 * | success  | the account is made; or another login of this person has just made it      |
 * | disabled | just-in-time provisioning is off for the connection                        |
 * | conflict | the user name is taken                                                     |
 * | rejected | the connection's domains leave the person out, or the creator does         |
 * | error    | the creator has thrown, or answered what none may; timeout: it was late     |
 * | pending  | with `approval`: the account is made, and lets nobody in until approved    |
 */
import type { Claims, FactValues } from '../../language/facts.ts'
import type { Person } from '../../language/ports.ts'
import {
  type Answer,
  type ConnectionSettings,
  defineStep,
  type StepCall,
} from '../../language/step.ts'
import type { Write } from '../../language/write.ts'
import { agreedWrites } from '../agreed.ts'
import { newId, type PassThroughIdentity, passThroughOf } from '../subject.ts'
import { defaultCreator } from './creator.ts'

const ofAccount = ['account.groups', 'account.source', 'account.new'] as const

const free = {
  'association.exists': false,
  'name.taken': false,
  setting: { jit: true },
} as const
const made = {
  'account.exists': true,
  'account.active': true,
  'association.exists': true,
  'name.taken': true,
} as const

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
          given: { approval: false },
          when: free,
          by: 'world',
          identity: 'account',
          records: ofAccount,
          where: { 'account.groups': { is: [] }, 'account.new': { is: true } },
          effects: made,
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
      pending: [
        {
          given: { approval: true },
          when: free,
          by: 'world',
          effects: { ...made, 'account.active': false },
          enact: 'gets an account that somebody has yet to approve',
        },
        {
          given: { approval: true },
          when: { 'association.exists': true, 'account.active': false },
          by: 'world',
          enact: 'has got an account that somebody has yet to approve',
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
          enact:
            'comes with nothing that an account can be made of, or from a domain that gets none',
        },
        {
          when: { 'association.exists': false, setting: { jit: true } },
          by: 'chance',
          enact: 'is somebody of whom the creator makes no account',
        },
      ],
    },
  },
  params: {
    approval: {
      kind: 'bool',
      default: false,
      description: 'whether somebody has to approve the account before it lets anybody in',
    },
    rollbackOnAbort: {
      kind: 'bool',
      default: false,
      description: 'whether the account goes again if this login never comes to success',
    },
  },
  fields: [],

  async work({ connection: settings, facts, identity, login, params, ports, typed }) {
    const comer = passThroughOf(identity)
    const { connection, subject, claims } = comer
    const known = async () => {
      const person = await ports.findAssociated(connection, subject)
      return person && accountOf(person, comer, params.approval, facts)
    }
    const found = await known()
    if (found) return found
    if (!settings?.jit) return { outcome: 'disabled' }
    if (!isOfDomain(claims, settings)) return { outcome: 'rejected' }

    const directory = settings.directory ?? 'internal'
    const request = { connection, subject, claims, directory, credentials: typed }
    const created = settings.creator
      ? await ports.creator(settings.creator).create(request)
      : undefined
    if (created && 'declined' in created) return declined(created.declined)
    const wanted = created?.user ?? defaultCreator.create(request)
    if (!wanted) return { outcome: 'rejected' }
    if (await ports.findByUserName(wanted.userName)) {
      // Theirs, where another login of theirs has made it since.
      return (await known()) ?? { outcome: 'conflict' }
    }

    const account = newId('acc', ports.random)
    const writes: readonly Write[] = [
      {
        write: 'create-account',
        id: account,
        userName: wanted.userName,
        source: connection,
        directory,
        claims: wanted.claims,
        ...(params.approval ? { status: 'pending' } : {}),
        ...(params.rollbackOnAbort && !params.approval
          ? { provisional: provisionalFor(login) }
          : {}),
        otherwise: 'again',
      },
      { write: 'associate', account, connection, subject, otherwise: 'again' },
      ...agreedWrites(comer, account, facts),
    ]
    if (params.approval) return { outcome: 'pending', writes }
    const own = { groups: [], source: connection, new: true }
    return {
      outcome: 'success',
      identity: { kind: 'account', account, connection, claims, ...own },
      writes,
    }
  },
})

/** What another login has made, now or long ago. */
function accountOf(
  { id: account, groups, source, status }: Person,
  comer: PassThroughIdentity,
  approval: boolean,
  facts: FactValues,
): Answer<'success' | 'pending'> {
  if (status === 'pending' && approval) return { outcome: 'pending', case: 1 }
  const { connection, claims } = comer
  const consents = agreedWrites(comer, account, facts)
  return {
    outcome: 'success',
    case: 1,
    identity: { kind: 'account', account, connection, claims, groups, source, new: false },
    ...(consents.length > 0 && { writes: consents }),
  }
}

/** The next directory of a chain may do better: nothing was written. */
function declined(how: 'null' | 'failed'): Answer<'rejected'> {
  return {
    outcome: 'rejected',
    case: 1,
    reason: how === 'null' ? 'creator_declined' : 'creator_failed',
  }
}

function provisionalFor({ id, deadlineMs }: StepCall['login']) {
  return { login: id, untilMs: deadlineMs }
}

/**
 * Whether accounts are made for people of this address. A list of domains that are let in takes an address
 * that is verified; one of a domain that is shut out is enough to be left out, verified or not.
 */
function isOfDomain(
  { email, emailVerified }: Claims,
  { allowDomains, denyDomains = [] }: ConnectionSettings,
): boolean {
  const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase()
  if (domain !== undefined && denyDomains.includes(domain)) return false
  if (!allowDomains) return true
  return domain !== undefined && emailVerified === true && allowDomains.includes(domain)
}
