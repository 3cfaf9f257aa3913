/**
 * sync: brings a profile up to date with what the upstream has said in this login, or asks a directory itself.
 *
 *     run: sync
 *     with: { directory: staff, remove: true }      # without a directory: what this login has heard
 *
 * The connection says how: `override`, `preserve` or `none`, for all or for one attribute. What it never touches, in any mode: the user
 * name, passwords and other factors, the status, groups, and who is associated with whom. Somebody who
 * came by no connection, or whose account was made a moment ago, has nothing to bring up to date.
 *
 * With a directory, an account that is associated with it is looked for there by its entry's id, whichever way its
 * owner came: by a session, a passkey, another connection. Who has just typed their password there was looked at.
 * For the directory's `refreshMinutes` after that the account stands in for it, and it is not asked. Whoever is not
 * there, or not current, is nobody any more in this login, and has lost what they were given before.
 *
 * | outcome     | when                                                                        |
 * | ----------- | --------------------------------------------------------------------------- |
 * | success     | the profile is as the connection wants it; or the account is not of the directory |
 * | unknown     | the directory has them no more; with `remove` the account goes              |
 * | blocked     | the directory has them locked, or not current                               |
 * | unavailable | the directory is switched off                                               |
 *
 * A directory that does not answer for certain is `error` or `timeout`, and nobody's loss.
 */
import type { Sought } from '../../language/directory.ts'
import type { Claims } from '../../language/facts.ts'
import type { Person } from '../../language/ports.ts'
import { internalDirectory } from '../../language/read-directories.ts'
import {
  type Answer,
  type ConnectionSettings,
  defineStep,
  type StepCall,
} from '../../language/step.ts'
import type { Write } from '../../language/write.ts'
import { profileOf, synced } from '../profile.ts'
import { accountOf } from '../subject.ts'

const heard = { directory: internalDirectory } as const
const associated = { 'association.exists': true } as const
const nobody = { identity: 'none' } as const

export const sync = defineStep({
  declaration: {
    type: 'sync',
    mode: 'run',
    needs: ['account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        { given: heard, by: 'world', enact: 'has a profile that is up to date' },
        {
          unless: heard,
          when: associated,
          by: 'world',
          enact: 'is current at {connection}, and has a profile that is up to date',
        },
        {
          unless: heard,
          when: { 'association.exists': false },
          by: 'world',
          enact: 'is nobody of {connection}, which is not asked',
        },
      ],
      unknown: [
        {
          given: { remove: false },
          unless: heard,
          when: associated,
          by: 'world',
          ...nobody,
          enact: 'is gone from {connection}',
        },
        {
          given: { remove: true },
          unless: heard,
          when: associated,
          by: 'world',
          ...nobody,
          effects: { 'account.exists': false, 'association.exists': false },
          enact: 'is gone from {connection}, and their account with them',
        },
      ],
      blocked: [
        {
          unless: heard,
          when: associated,
          by: 'world',
          ...nobody,
          records: ['directory.blocked'],
          where: { 'directory.blocked': { is: true } },
          enact: 'is locked at {connection}, or not current',
        },
      ],
      unavailable: [
        { unless: heard, by: 'chance', enact: 'finds that {connection} is not to be asked' },
      ],
    },
  },
  params: {
    directory: {
      kind: 'directory',
      default: internalDirectory,
      description:
        'the directory that is asked for whoever is associated with it; `internal` asks none, and goes by what this login has heard',
    },
    remove: {
      kind: 'bool',
      default: false,
      description:
        'whether an account goes, with all that hangs on it, once its directory has the person no more',
    },
  },
  fields: [],

  async work(call) {
    const { connection, identity, params, ports } = call
    const known = accountOf(identity)
    const person = await ports.findAccount(known.account)
    if (!connection || !person) return { outcome: 'success' }
    if (params.directory === internalDirectory) {
      return { outcome: 'success', writes: profileWrites(person, known.claims, connection) }
    }
    const entries = entriesOf(person, connection)
    if (entries.length === 0) return { outcome: 'success', case: 2 }
    if (!connection.enabled) return { outcome: 'unavailable' }
    if (known.connection === connection.id) return current(person, known.claims, connection)
    if (await standsIn(call, person, connection)) return { outcome: 'success', case: 1 }
    return answerOf(person, await lookUp(call, connection, entries), connection, params.remove)
  },
})

type SyncOutcome = 'success' | 'unknown' | 'blocked' | 'unavailable'

/** Ids of the entries that the account is associated with. */
function entriesOf({ credentials }: Person, { id }: ConnectionSettings): readonly string[] {
  const kind = `connection:${id}`
  return credentials.flatMap((each) => (each.kind === kind ? [each.id.slice(kind.length + 1)] : []))
}

/** Whether the directory was asked not so long ago. A time to come, by a clock that was wrong, is none. */
async function standsIn(
  { nowMs, ports }: Pick<StepCall, 'nowMs' | 'ports'>,
  person: Person,
  { id, refreshMinutes = 0 }: ConnectionSettings,
): Promise<boolean> {
  if (refreshMinutes === 0) return false
  const confirmedMs = await ports.confirmedMs(person.id, id)
  if (confirmedMs === undefined || confirmedMs > nowMs) return false
  return nowMs - confirmedMs < refreshMinutes * minuteMs
}

const minuteMs = 60_000

/** Of several entries one that is current speaks for the person, and one that is there is no absence. */
async function lookUp(
  { ports }: Pick<StepCall, 'ports'>,
  { id }: ConnectionSettings,
  entries: readonly string[],
): Promise<Sought> {
  let best: Sought = { sought: 'absent' }
  for (const entry of entries) {
    const found = await ports.findEntry(id, entry)
    if (found.sought === 'found' && found.entry.status === 'current') return found
    if (found.sought === 'found') best = found
  }
  return best
}

function answerOf(
  person: Person,
  found: Sought,
  connection: ConnectionSettings,
  remove: boolean,
): Answer<SyncOutcome> {
  const identity = { kind: 'none' } as const
  const lost = { account: person.id, otherwise: 'skip' } as const
  if (found.sought === 'absent') {
    const gone: Write = remove ? removal(person, connection) : { write: 'revoke', ...lost }
    return { outcome: 'unknown', case: remove ? 1 : 0, identity, writes: [gone] }
  }
  if (found.entry.status === 'current') return current(person, found.entry.claims, connection)
  return {
    outcome: 'blocked',
    identity,
    facts: { 'directory.blocked': true },
    writes: [{ write: 'revoke', ...lost }],
  }
}

/** An account of somebody else's that was linked with the entry stays. */
function removal({ id: account, source }: Person, { id: directory }: ConnectionSettings): Write {
  return source === directory
    ? { write: 'delete-account', account, source, otherwise: 'skip' }
    : { write: 'remove-associations', account, connection: directory, otherwise: 'skip' }
}

function current(
  person: Person,
  claims: Claims,
  connection: ConnectionSettings,
): Answer<SyncOutcome> {
  const { id: account } = person
  const confirmed = { account, directory: connection.id, otherwise: 'skip' } as const
  return {
    outcome: 'success',
    case: 1,
    writes: [
      ...profileWrites(person, claims, connection),
      { write: 'keep-confirmation', ...confirmed },
    ],
  }
}

function profileWrites(
  person: Person,
  claims: Claims,
  { id, sync: forAll = 'preserve', attributes = {} }: ConnectionSettings,
): readonly Write[] {
  const modeOf = (name: string) => attributes[attributeName(name)]?.sync ?? forAll
  const profile = synced(person, profileOf(claims), id, modeOf)
  if (!profile) return []
  const from = person.claims
  return [{ write: 'update-profile', account: person.id, from, ...profile, otherwise: 'again' }]
}

/** A connection's own attributes are further claims of the profile. */
function attributeName(name: string): string {
  return name.replace(/^other\./, '')
}
