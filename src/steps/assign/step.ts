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
 * login of that source takes away what its rules no longer give; what anybody else has granted stays.
 *
 * | outcome  | when                                          |
 * | -------- | --------------------------------------------- |
 * | success  | the account has the groups that the rules give |
 * | rejected | the account could not be given them           |
 */
import { defineStep } from '../../language/step.ts'
import { accountOf } from '../subject.ts'

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
  },
  fields: [],

  async work({ facts, identity, params, ports }) {
    const known = accountOf(identity)
    const person = await ports.findAccount(known.account)
    if (!person) return { outcome: 'rejected' }

    const source = `assign:${facts['application.id']}:${known.connection}`
    const given = params.rules.flatMap((rule) => (rule.holds ? rule.gives : []))
    const others = person.grants.filter((grant) => grant.source !== source)
    const groups = [...new Set([...others.map(({ group }) => group), ...given])]
    return {
      outcome: 'success',
      identity: { ...known, groups },
      writes: [
        {
          write: 'grant-groups',
          account: known.account,
          groups: [...new Set(given)],
          source,
          otherwise: 'rejected',
        },
      ],
    }
  },
})
