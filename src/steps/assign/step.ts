/**
 * assign: grants groups to the account by rules over what is known of the person.
 *
 *     run: assign
 *     with:
 *       rules:
 *         - when: identity.connection == 'corp'
 *           groups: [staff]
 *
 * What it grants carries its source: the application and the connection that the person came by. A later
 * login of that source takes away what its rules no longer give; what anybody else has granted stays. An
 * upstream that says nothing of groups takes none away, unless `missingGroups: clear` says so. What the
 * connection itself maps groups to is granted besides, with the connection alone as its source.
 *
 * A connection can have an assigner, a plug-in. It is asked for accounts that were made just in time by that
 * connection, until it has answered once; what it says is granted with itself as the source. Where it fails the
 * login goes on without, and the next one asks again; with `onFailure: deny` it does not go on.
 *
 * | outcome  | when                                          |
 * | -------- | --------------------------------------------- |
 * | success  | the account has the groups that the rules give |
 * | rejected | the account could not be given them; with `onFailure: deny`: the assigner has failed |
 */
import type { Person, Ports } from '../../language/ports.ts'
import { type ConnectionSettings, defineStep } from '../../language/step.ts'
import type { Write } from '../../language/write.ts'
import { type AccountIdentity, accountOf } from '../subject.ts'

export const assign = defineStep({
  declaration: {
    type: 'assign',
    mode: 'run',
    needs: ['account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: {
      success: [
        {
          by: 'world',
          identity: 'account',
          records: ['account.groups'],
          enact: 'gets the groups that the rules give',
        },
        {
          given: { onFailure: 'allow' },
          by: 'chance',
          identity: 'account',
          records: ['account.groups'],
          enact: 'gets the groups that the rules give, and none of an assigner that has failed',
        },
      ],
      rejected: [
        { by: 'chance', enact: 'cannot be given groups' },
        {
          given: { onFailure: 'deny' },
          by: 'chance',
          enact: 'is denied, because an assigner has failed',
        },
      ],
    },
  },
  params: {
    rules: {
      kind: 'rules',
      gives: 'groups',
      nests: true,
      description: 'each that holds gives its groups; together they are all that this state grants',
    },
    missingGroups: {
      kind: 'word',
      values: ['keep', 'clear'],
      default: 'keep',
      description:
        'what becomes of groups that rules over `identity.groups` gave before, when nothing is said of groups',
    },
    onFailure: {
      kind: 'word',
      values: ['allow', 'deny'],
      default: 'allow',
      description: 'what becomes of a login whose connection`s assigner has failed',
    },
  },
  fields: [],

  async work({ connection, facts, identity, params, ports }) {
    const known = accountOf(identity)
    const person = await ports.findAccount(known.account)
    if (!person) return { outcome: 'rejected' }

    const source = `assign:${facts['application.id']}:${known.connection}`
    const before = person.grants.flatMap((grant) => (grant.source === source ? grant.group : []))
    // A list that is not there says nothing; an empty one says that there are none.
    const isSilent = known.claims.groups === undefined && params.missingGroups === 'keep'
    const given = params.rules.flatMap(({ holds, gives, reads }) => {
      if (holds) return gives
      const keeps = isSilent && reads.includes('identity.groups')
      return keeps ? gives.filter((group) => before.includes(group)) : []
    })
    const ofRules = { source, groups: [...new Set(given)] }
    const ofConnection = mappedGroups(person, known, connection, params.missingGroups === 'keep')
    const assigned = await askAssigner(person, known, connection, ports)
    if (assigned && 'failed' in assigned && params.onFailure === 'deny') {
      return { outcome: 'rejected', case: 1, reason: 'assignment_failed' }
    }
    const ofAssigner = assigned && 'groups' in assigned ? assigned : undefined
    const granted = [ofRules, ofConnection, ofAssigner].flatMap((each) => each ?? [])
    const others = person.grants.filter((grant) =>
      granted.every((by) => by.source !== grant.source),
    )
    const groups = [...others.map(({ group }) => group), ...granted.flatMap((by) => by.groups)]
    const writes: Write[] = granted.map((by) => ({
      write: 'grant-groups',
      account: known.account,
      ...by,
      otherwise: 'rejected',
    }))
    const account = known.account
    if (ofAssigner) {
      const kept = { account, connection: known.connection }
      writes.push({ ...kept, write: 'keep-assignment', otherwise: 'skip' })
    }
    const hasFailed = assigned !== undefined && 'failed' in assigned
    return {
      outcome: 'success',
      ...(hasFailed && { case: 1, reason: 'assignment_failed' }),
      identity: { ...known, groups: [...new Set(groups)] },
      writes,
    }
  },
})

/**
 * What the connection's assigner says of an account that was made by it.
 *
 * @returns absence: there is none, it is not for this account, or it has said so before
 */
async function askAssigner(
  { id, userName, groups, source }: Person,
  { claims }: AccountIdentity,
  connection: ConnectionSettings | undefined,
  ports: Pick<Ports, 'assigner' | 'isAssigned'>,
): Promise<
  { readonly source: string; readonly groups: readonly string[] } | { failed: unknown } | undefined
> {
  if (!connection?.assigner || source !== connection.id) return undefined
  if (await ports.isAssigned(id, connection.id)) return undefined
  const user = { userName, connection: connection.id, claims, groups }
  const answer = await ports.assigner(connection.assigner).assign(user)
  return 'failed' in answer ? answer : { ...answer, source: `assigner:${connection.id}` }
}

/**
 * What the connection's own list makes of the groups that it asserts, each compared as it is: an equal
 * name is no mapping, and what is not in the list is dropped.
 *
 * @returns `undefined` where the connection has nothing to say, and had not before
 */
function mappedGroups(
  person: Person,
  { claims }: AccountIdentity,
  connection: ConnectionSettings | undefined,
  keepsMissing: boolean,
): { readonly source: string; readonly groups: readonly string[] } | undefined {
  if (!connection) return undefined
  const source = `connection:${connection.id}`
  const before = person.grants.flatMap((grant) => (grant.source === source ? grant.group : []))
  const { groups: map } = connection
  if (!map) return before.length > 0 ? { source, groups: [] } : undefined
  const isSilent = claims.groups === undefined && keepsMissing
  const given = (claims.groups ?? []).flatMap((group) =>
    Object.hasOwn(map, group) ? map[group]! : [],
  )
  return { source, groups: isSilent ? before : [...new Set(given)] }
}
