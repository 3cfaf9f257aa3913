/**
 * verify: checks the user name and the password that were just typed against one directory.
 *
 *     run: verify
 *     with: { directory: staff }        # internal: our own accounts, whatever directory they are in
 *     with: { directory: staff, passThrough: true }       # whoever has no account goes on without one
 *
 * Who is right there has come by the directory as others come by a connection: an account is theirs that is
 * associated with the directory and the entry's id, never one of an equal name. A chain of directories is a
 * chain of these; what of it failed is told to nobody before something has been proven.
 *
 * | outcome     | when                                                                                |
 * | ----------- | ----------------------------------------------------------------------------------- |
 * | success     | right, and the account here is active                                               |
 * | unknown     | right, and nobody we know; the directory makes accounts, or none is needed           |
 * | disabled    | right, and nobody we know; the directory makes none, and one is needed               |
 * | blocked     | right, and the account here or the entry there is locked, disabled or not current; or too many passwords were wrong |
 * | invalid     | the password is wrong, or nobody has the name                                       |
 * | unavailable | the directory is switched off, or nothing that it can check was typed just before   |
 *
 * A directory that does not answer for certain is `error` or `timeout`: it is neither `invalid` nor anybody's loss.
 */
import type { DirectoryEntry } from '../../language/directory.ts'
import { internalDirectory } from '../../language/read-directories.ts'
import { type Answer, defineStep, type StepCall } from '../../language/step.ts'
import { profileOf } from '../profile.ts'
import { namesAccount } from '../subject.ts'
import { arrivalOf, asserted, noMethods, ofAccount, ofBlocked, passThrough } from './arrival.ts'

const own = { directory: internalDirectory } as const

const known = {
  amr: ['pwd'],
  factor: 'knowledge',
  phishingResistant: false,
} as const
const ownPassword = { ...known, source: 'registered', credential: 'password' } as const
const theirPassword = { ...known, source: 'upstream', credential: 'directory' } as const

const comes = {
  by: 'person',
  proves: [theirPassword],
  identity: 'pass-through',
  records: [...asserted, 'identity.scheme'],
  where: noMethods,
} as const

export const verify = defineStep({
  declaration: {
    type: 'verify',
    mode: 'run',
    callsOut: true,
    needs: ['none'],
    subject: 'names',
    credential: true,
    uses: 'password',
    hides: [],
    outcomes: {
      success: [
        {
          given: own,
          when: { 'account.exists': true, 'account.active': true, 'account.has': true },
          by: 'person',
          proves: [ownPassword],
          ...namesAccount,
          enact: 'has typed the right password of an account here',
        },
        {
          unless: own,
          when: { 'association.exists': true, 'account.exists': true, 'account.active': true },
          by: 'person',
          proves: [theirPassword],
          identity: 'account',
          records: [...asserted, ...ofAccount],
          where: { ...noMethods, 'account.new': { is: false } },
          enact: 'has typed what is right at {connection}, which knows them by an account here',
        },
      ],
      unknown: [
        {
          unless: own,
          when: { 'association.exists': false, setting: { jit: true } },
          ...comes,
          enact: 'has typed what is right at {connection}, and has never been seen here',
        },
        {
          given: { passThrough: true },
          unless: own,
          when: { 'association.exists': false, setting: { jit: false } },
          ...comes,
          enact: 'has typed what is right at {connection}, and goes on without an account',
        },
      ],
      disabled: [
        {
          given: { passThrough: false },
          unless: own,
          when: { 'association.exists': false, setting: { jit: false } },
          by: 'person',
          enact: 'has typed what is right at {connection}, which makes no accounts',
        },
      ],
      blocked: [
        {
          given: own,
          when: { 'account.exists': true, 'account.active': false, 'account.has': true },
          by: 'person',
          ...ofBlocked,
          enact: 'has typed the right password of an account that is locked or disabled',
        },
        {
          unless: own,
          when: { 'association.exists': true, 'account.exists': true, 'account.active': false },
          by: 'person',
          ...ofBlocked,
          enact: 'has typed what is right at {connection}, and the account here is not active',
        },
        { by: 'world', ...ofBlocked, enact: 'is locked there, or not current' },
      ],
      invalid: [
        {
          given: own,
          when: { 'account.exists': true, 'account.has': true },
          by: 'person',
          enact: 'has typed a wrong password of an account here',
        },
        {
          given: own,
          when: { 'account.exists': false },
          by: 'person',
          enact: 'has typed the name of no account here',
        },
        {
          given: own,
          when: { 'account.exists': true, 'account.has': false },
          by: 'person',
          enact: 'has typed the name of an account here that has no password',
        },
        { unless: own, by: 'person', enact: 'has typed what is wrong at {connection}' },
      ],
      unavailable: [{ by: 'chance', enact: 'finds that {connection} is not asked' }],
    },
  },
  params: {
    directory: {
      kind: 'directory',
      default: internalDirectory,
      description: 'the directory that is asked; `internal` is our own accounts',
    },
    passThrough,
  },
  fields: [],

  async work(call) {
    const { username, password } = call.typed
    if (!username || !password) return { outcome: 'unavailable' }
    const directory = call.ports.directory(call.params.directory)
    if (!directory.enabled) return { outcome: 'unavailable' }
    const found = await directory.verify({ kind: 'password', username, password })
    if (found.verdict === 'locked') return blocked(2)
    const isOwn = call.params.directory === internalDirectory
    if (found.verdict !== 'right') return isOwn ? wrong(call, username) : invalid(3)
    if (isOwn) return named(call, found.entry)
    const arrival = await arrivalOf(call, found.entry, 'directory')
    if (arrival.outcome === 'blocked') return blocked(arrival.by === 'account' ? 1 : 2)
    return arrival.outcome === 'success' ? { ...arrival, case: 1 } : arrival
  },
})

type VerifyOutcome = 'success' | 'unknown' | 'disabled' | 'blocked' | 'invalid' | 'unavailable'

/** Who has the name decides the case, and the case is told to nobody but the operator. */
async function wrong(
  { ports }: Pick<StepCall, 'ports'>,
  username: string,
): Promise<Answer<VerifyOutcome>> {
  const person = await ports.findByUserName(username.trim())
  if (!person) return invalid(1)
  return invalid(person.credentials.some(({ kind }) => kind === 'password') ? 0 : 2)
}

/** An account of ours, read again: it may have been changed since its password was looked at. */
async function named(
  { ports }: Pick<StepCall, 'ports'>,
  { id }: DirectoryEntry,
): Promise<Answer<VerifyOutcome>> {
  const person = await ports.findAccount(id)
  const stored = await ports.readCredential(id, 'password')
  if (!person || !stored) return invalid(2)
  if (person.status !== 'active') return blocked(0)
  const { groups, source } = person
  const claims = profileOf(person.claims)
  const whose = { kind: 'account', account: id, connection: 'local', new: false } as const
  return {
    outcome: 'success',
    credentials: [stored.id],
    identity: { ...whose, claims, groups, source },
  }
}

function invalid(at: 0 | 1 | 2 | 3): Answer<VerifyOutcome> {
  return { outcome: 'invalid', case: at }
}

function blocked(at: 0 | 1 | 2): Answer<VerifyOutcome> {
  return { outcome: 'blocked', case: at, facts: { 'directory.blocked': true } }
}
