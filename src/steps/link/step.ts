/**
 * link: associates a person whom an upstream has proven with the account here that is theirs already.
 *
 *     run: link
 *     with:
 *       rules:
 *         - when: identity.connection == 'google'
 *           match: [email]
 *         - when: identity.connection == 'corp'
 *           match: [employeeNumber]
 *
 * Entered with a pass-through identity it looks for the account: rules in order, and the first that finds
 * any decides; of a rule with several names each must find one, and all the same one. An address counts only
 * if it is verified on both sides, any other attribute only if whoever wrote it, on both sides, is believed in
 * it (`identifies`); and then it proves nothing: the outcome is `pending` until the owner of the account has proven it in this same login, by a factor of the
 * account and by a second one if it has one. Entered with the account that was proven so, it associates.
 * An association that exists is never pointed elsewhere.
 *
 * | outcome  | when                                                                        |
 * | -------- | --------------------------------------------------------------------------- |
 * | success  | the account is proven and associated; or another login has just done that   |
 * | pending  | one account matches, and its owner has yet to prove it                      |
 * | unknown  | no account matches                                                          |
 * | conflict | more than one does; or this person is somebody else's here by now           |
 * | blocked  | the account is locked or disabled                                           |
 * | rejected | the account has nothing to prove it by, or has not been proven as it can be |
 */
import type { Claims } from '../../language/facts.ts'
import { matchedAddress } from '../../language/identifying.ts'
import type { DecidedRule } from '../../language/params.ts'
import type { Person } from '../../language/ports.ts'
import { type Answer, defineStep, type StepCall } from '../../language/step.ts'
import { agreedWrites } from '../agreed.ts'
import type { AccountIdentity, PassThroughIdentity } from '../subject.ts'

const ofAccount = ['account.groups', 'account.source', 'account.new'] as const
const notNew = { 'account.new': { is: false } } as const

export const link = defineStep({
  declaration: {
    type: 'link',
    mode: 'run',
    needs: ['pass-through', 'account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        {
          from: ['account'],
          when: { 'association.exists': false, 'target.known': true, 'target.proven': true },
          by: 'world',
          target: false,
          records: ['account.agreed'],
          effects: { 'association.exists': true },
          enact: 'is linked with the account that they have proven',
        },
        {
          from: ['account'],
          when: { 'association.exists': true, 'target.known': true },
          by: 'world',
          target: false,
          records: ['account.agreed'],
          enact: 'is linked with the account already',
        },
        {
          from: ['pass-through'],
          when: { 'association.exists': true },
          by: 'world',
          identity: 'account',
          records: ofAccount,
          where: notNew,
          enact: 'has been linked with an account by another login in the meantime',
        },
      ],
      pending: [
        {
          from: ['pass-through'],
          when: { 'association.exists': false, 'account.exists': true, 'account.active': true },
          by: 'world',
          identity: 'pass-through',
          target: true,
          enact: 'matches one account, and has yet to prove that it is theirs',
        },
      ],
      unknown: [
        {
          from: ['pass-through'],
          when: { 'association.exists': false },
          by: 'world',
          enact: 'matches no account',
        },
      ],
      conflict: [
        {
          from: ['pass-through'],
          when: { 'association.exists': false },
          by: 'world',
          enact: 'matches more than one account',
        },
        {
          from: ['account'],
          when: { 'association.exists': true, 'target.known': true },
          by: 'world',
          enact: 'has been linked with another account in the meantime',
        },
      ],
      blocked: [
        {
          from: ['pass-through'],
          when: { 'association.exists': false, 'account.exists': true, 'account.active': false },
          by: 'world',
          enact: 'matches an account that is locked or disabled',
        },
        {
          from: ['account'],
          when: { 'account.active': false },
          by: 'world',
          enact: 'has proven an account that is locked or disabled',
        },
      ],
      rejected: [
        {
          from: ['pass-through'],
          when: { 'association.exists': false, 'account.exists': true },
          by: 'world',
          enact: 'matches an account that has nothing to prove it by',
        },
        {
          from: ['account'],
          when: { 'target.known': false },
          by: 'world',
          enact: 'is nobody who could be linked with the account',
        },
        {
          from: ['account'],
          when: { 'association.exists': false, 'target.known': true, 'target.proven': false },
          by: 'world',
          enact: 'has not proven the account as strongly as it can be',
        },
      ],
    },
  },
  params: {
    rules: {
      kind: 'rules',
      gives: 'match',
      matches: true,
      description:
        'the first that holds and finds an account decides; each says what must be equal',
    },
  },
  fields: [],

  async work(call) {
    const { identity } = call
    if (identity.kind === 'pass-through') return find(call, identity, call.params.rules)
    if (identity.kind === 'account') return associate(call, identity)
    throw new TypeError('link: nobody has been proven')
  },
})

type Found = Answer<'success' | 'pending' | 'unknown' | 'conflict' | 'blocked' | 'rejected'>

async function find(
  call: StepCall,
  identity: PassThroughIdentity,
  rules: readonly DecidedRule[],
): Promise<Found> {
  const { ports, facts } = call
  const { connection, subject, claims } = identity
  const known = await ports.findAssociated(connection, subject)
  if (known) {
    const { id: account, groups, source } = known
    return {
      outcome: 'success',
      case: 2,
      identity: { kind: 'account', account, connection, claims, groups, source, new: false },
      writes: agreedWrites(identity, account, facts),
    }
  }
  const [match, ...others] = await matches(call, claims, rules)
  if (!match) return { outcome: 'unknown' }
  if (others.length > 0) return { outcome: 'conflict' }
  if (match.status !== 'active') return { outcome: 'blocked' }
  if (ownCredentials(match).length === 0) return { outcome: 'rejected' }
  return { outcome: 'pending', identity: { ...identity, candidate: match.id } }
}

/** Those that the first rule finds which finds any. */
async function matches(
  call: StepCall,
  claims: Claims,
  rules: readonly DecidedRule[],
): Promise<readonly Person[]> {
  for (const { holds, gives } of rules) {
    if (!holds) continue
    const found: (readonly Person[])[] = []
    for (const name of gives) found.push(await matchesOf(call, claims, name))
    if (found.length === 0 || found.some(({ length }) => length === 0)) continue
    return [...new Map(found.flat().map((person) => [person.id, person])).values()]
  }
  return []
}

async function matchesOf(
  { connection, ports }: StepCall,
  { email, emailVerified, other = {} }: Claims,
  name: string,
): Promise<readonly Person[]> {
  if (name === matchedAddress) {
    const isProven = email !== undefined && emailVerified === true
    return isProven ? ports.findByVerifiedEmail(email) : []
  }
  const value = Object.hasOwn(other, name) ? other[name] : undefined
  const isSaid = (typeof value === 'string' && value !== '') || Number.isSafeInteger(value)
  const isBelieved = connection?.identifies?.includes(name) === true
  return isSaid && isBelieved ? ports.findByAttribute(name, String(value)) : []
}

async function associate(
  { facts, ports, proofs }: Pick<StepCall, 'facts' | 'ports' | 'proofs'>,
  identity: AccountIdentity,
): Promise<Found> {
  const { unlinked, agreed, ...linked } = identity
  const { account, connection } = identity
  const kept = {
    identity: linked,
    ...(agreed && { facts: { 'account.agreed': true } }),
  }
  const consents = agreedWrites(identity, account, facts)
  const person = await ports.findAccount(account)
  if (person?.status !== 'active') return { outcome: 'blocked', case: 1 }
  if (unlinked === undefined) return { outcome: 'rejected', case: 1 }

  const known = await ports.findAssociated(connection, unlinked)
  if (known) {
    return known.id === account
      ? { outcome: 'success', case: 1, ...kept, writes: consents }
      : inConflict
  }
  if (!ports.isProvenByOwn(person, proofs)) return { outcome: 'rejected', case: 2 }
  return {
    outcome: 'success',
    ...kept,
    writes: [
      { write: 'associate', account, connection, subject: unlinked, otherwise: 'again' },
      ...consents,
    ],
  }
}

const inConflict: Found = { outcome: 'conflict', case: 1 }

/** The address is what the match was made by: it proves nothing besides. */
function ownCredentials({ credentials }: Person): Person['credentials'] {
  return credentials.filter(({ kind }) => !kind.startsWith('connection:') && kind !== 'email')
}
