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
 * | outcome  | when                                          |
 * | -------- | --------------------------------------------- |
 * | success  | the account has the groups that the rules give |
 * | rejected | the account could not be given them           |
 */
import type { Person } from '../../language/ports.ts'
import { type ConnectionSettings, defineStep } from '../../language/step.ts'
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
      ],
      rejected: [{ by: 'chance', enact: 'cannot be given groups' }],
    },
  },
  params: {
    rules: {
      kind: 'rules',
      gives: 'groups',
      description: 'each that holds gives its groups; together they are all that this state grants',
    },
    missingGroups: {
      kind: 'word',
      values: ['keep', 'clear'],
      default: 'keep',
      description:
        'what becomes of groups that rules over `identity.groups` gave before, when nothing is said of groups',
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
    const granted = ofConnection ? [ofRules, ofConnection] : [ofRules]
    const others = person.grants.filter((grant) =>
      granted.every((by) => by.source !== grant.source),
    )
    const groups = [...others.map(({ group }) => group), ...granted.flatMap((by) => by.groups)]
    return {
      outcome: 'success',
      identity: { ...known, groups: [...new Set(groups)] },
      writes: granted.map((by) => ({
        write: 'grant-groups',
        account: known.account,
        ...by,
        otherwise: 'rejected',
      })),
    }
  },
})

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
