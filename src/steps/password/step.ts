/**
 * password: the person types a user name and a password of ours.
 *
 * Entered with nobody known it names the subject; entered with an account only the password of that
 * account counts, and no user name is asked for. Somebody proven upstream proves by it the account that
 * `link` has found for them, and no other.
 *
 * | outcome     | when                                                                  |
 * | ----------- | --------------------------------------------------------------------- |
 * | success     | the password is right and the account active                          |
 * | invalid     | the password is wrong                                                 |
 * | blocked     | the password is right and the account locked or disabled              |
 * | unknown     | there is no account of that name                                      |
 * | unavailable | the account has no password                                           |
 *
 * The last three look like `invalid` to whoever has proven nothing, and cost the same time: one hash.
 */
import type { Identity } from '../../language/facts.ts'
import type { Person } from '../../language/ports.ts'
import { defineStep, type StepCall } from '../../language/step.ts'
import { profileOf } from '../profile.ts'
import { type AccountIdentity, namesAccount } from '../subject.ts'
import {
  type HashCost,
  hashPassword,
  isCurrent,
  matchesPassword,
  passwordMaxLength,
} from './hash.ts'

const proves = [
  {
    amr: ['pwd'],
    factor: 'knowledge',
    phishingResistant: false,
    source: 'registered',
    credential: 'password',
  },
] as const

const active = { 'account.exists': true, 'account.active': true, 'account.has': true } as const
const locked = { ...active, 'account.active': false } as const

type AnyCall = Pick<StepCall, 'identity' | 'input' | 'ports'>

/** @param cost of the hashes it makes; a stored one that cost otherwise is renewed when it matches */
export function passwordStep(cost: HashCost) {
  return defineStep({
    declaration: {
      type: 'password',
      mode: 'offered',
      needs: ['none', 'pass-through', 'account'],
      subject: 'either',
      credential: true,
      uses: 'password',
      hides: ['unknown', 'blocked', 'unavailable'],
      outcomes: {
        success: [
          {
            ...namesAccount,
            when: active,
            by: 'person',
            proves,
            enact: 'types the right password',
          },
          {
            from: ['account'],
            when: active,
            by: 'person',
            proves,
            enact: 'types the right password of the same account',
          },
          {
            from: ['pass-through'],
            when: { ...active, 'target.known': true },
            by: 'person',
            proves,
            identity: 'account',
            target: true,
            records: ['account.groups', 'account.source', 'account.new'],
            where: { 'account.new': { is: false } },
            enact: 'types the right password of the account that is perhaps theirs',
          },
        ],
        invalid: [
          {
            from: ['none', 'account'],
            when: { 'account.exists': true, 'account.has': true },
            by: 'person',
            enact: 'types a wrong password',
          },
          {
            from: ['pass-through'],
            when: { 'account.exists': true, 'account.has': true, 'target.known': true },
            by: 'person',
            enact: 'types a wrong password for the account that is perhaps theirs',
          },
        ],
        blocked: [
          {
            from: ['none', 'account'],
            when: locked,
            by: 'person',
            enact: 'types the right password of an account that is locked or disabled',
          },
          {
            from: ['pass-through'],
            when: { ...locked, 'target.known': true },
            by: 'person',
            enact: 'types the right password of their account, which is locked or disabled',
          },
        ],
        unknown: [
          {
            from: ['none', 'account'],
            when: { 'account.exists': false },
            by: 'world',
            enact: 'types the name of nobody',
          },
        ],
        unavailable: [
          {
            from: ['none', 'account'],
            when: { 'account.exists': true, 'account.has': false },
            by: 'world',
            enact: 'types the name of an account that has no password',
          },
          {
            from: ['pass-through'],
            when: { 'account.exists': true, 'account.has': false, 'target.known': true },
            by: 'world',
            enact: 'has an account here, perhaps, and that has no password',
          },
          {
            from: ['pass-through'],
            when: { 'target.known': false },
            by: 'world',
            enact: 'has no account here that a password could prove',
          },
        ],
      },
    },
    params: {},
    hashes: true,
    fields: [
      {
        name: 'username',
        kind: 'text',
        label: 'password.username',
        autocomplete: 'username',
        maxLength: 256,
        required: true,
        names: true,
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

    async guesses(call) {
      const account = accountIn(call.identity) ?? (await subjectOf(call))?.id
      return account === undefined ? undefined : { account, factor: 'password' }
    },

    async work(call) {
      const { password: typed = '' } = call.input
      const person = await subjectOf(call)
      // Also asked for nobody: as many reads, whoever was named.
      const stored = await call.ports.readCredential(person?.id ?? '', 'password')
      const matches = await matchesPassword(stored?.secret, typed, cost)

      const fromUpstream = call.identity.kind === 'pass-through'
      if (!person && fromUpstream) return { outcome: 'unavailable', case: 2 }
      const wrong = { message: 'password.invalid', ...(fromUpstream ? { case: 1 } : {}) }
      if (!person) return { outcome: 'unknown', ...wrong }
      if (!stored) return { outcome: 'unavailable', ...wrong }
      if (!matches) return { outcome: 'invalid', ...wrong }
      if (person.status !== 'active') return { outcome: 'blocked', ...wrong }
      return {
        outcome: 'success',
        ...whoItIs(call.identity, person),
        credentials: [stored.id],
        writes: isCurrent(stored.secret, cost)
          ? []
          : [
              {
                write: 'replace-secret',
                credential: stored.id,
                from: stored.secret,
                to: await hashPassword(typed, cost),
                otherwise: 'skip',
              },
            ],
      }
    },
  })
}

async function subjectOf(call: AnyCall): Promise<Person | undefined> {
  const { username = '' } = call.input
  if (call.identity.kind === 'none') return call.ports.findByUserName(username.trim())
  const account = accountIn(call.identity)
  return account === undefined ? undefined : call.ports.findAccount(account)
}

/** The account that is known, or the one that somebody proven upstream has yet to prove. */
function accountIn(identity: Identity): string | undefined {
  if (identity.kind === 'none') return undefined
  return identity.kind === 'account' ? identity.account : identity.candidate
}

function whoItIs(before: Identity, person: Person) {
  if (before.kind === 'account') return { case: 1 }
  if (before.kind === 'none') return { identity: localIdentity(person) }
  const { connection, subject, claims, agreed } = before
  const own = { ...localIdentity(person), connection, claims }
  return { case: 2, identity: { ...own, unlinked: subject, ...(agreed && { agreed }) } }
}

function localIdentity(person: Person): AccountIdentity {
  return {
    kind: 'account',
    account: person.id,
    connection: 'local',
    claims: profileOf(person.claims),
    groups: person.groups,
    source: person.source,
    new: false,
  }
}
