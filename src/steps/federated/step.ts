/**
 * federated: the person signs in at an upstream identity provider and comes back.
 *
 *     offer: [google, github, corp]
 *
 * A flow names it by its connection. The key of a person is (connection, subject) and nothing else: an
 * equal name or address makes nobody the same (CVE-2024-1524, CVE-2025-10149).
 *
 * | outcome     | when                                                                     |
 * | ----------- | ------------------------------------------------------------------------ |
 * | success     | the person has an account here, and it is active                         |
 * | unknown     | proven upstream, and nobody we know: a pass-through identity             |
 * | blocked     | proven upstream, and the account here is locked or disabled              |
 * | denied      | the person, or the upstream for them, said no                            |
 * | invalid     | entered with an account, and the upstream proved somebody else           |
 * | unavailable | the connection was switched off while the person was away                |
 *
 * Nobody is sent to a connection that is switched off: it is one that does not work just now.
 */
import type { Claims } from '../../language/facts.ts'
import { type ConnectionSettings, defineStep } from '../../language/step.ts'
import { accountOf } from '../subject.ts'
import { backFromUpstream, leaveForUpstream, upstreamCredential } from './visit.ts'

/**
 * RFC 8176 has no value for federation; `fed` is ours. What the person did upstream is not known, so it
 * counts as the weakest kind.
 */
const signedIn = {
  amr: ['fed'],
  factor: 'knowledge',
  phishingResistant: false,
  source: 'upstream',
  credential: 'upstream',
} as const

/** The second factor that an upstream says it has asked for, where the connection is believed in that. */
const secondFactor = {
  amr: ['mfa'],
  factor: 'possession',
  phishingResistant: false,
  source: 'upstream',
  credential: 'upstream-second-factor',
} as const

const one = [signedIn] as const
const two = [signedIn, secondFactor] as const
const withoutMfa = { 'identity.amr': { lacks: ['mfa'] } } as const
const withMfa = { 'identity.amr': { has: ['mfa'] } } as const

const asserted = [
  'identity.amr',
  'identity.email',
  'identity.emailVerified',
  'identity.name',
  'identity.age',
  'identity.groups',
] as const
const ofAccount = ['account.groups', 'account.source', 'account.new'] as const

const associated = {
  'association.exists': true,
  'account.exists': true,
  'account.active': true,
} as const
const named = { identity: 'account', records: [...asserted, ...ofAccount] } as const
const notNew = { 'account.new': { is: false } } as const
const passed = { identity: 'pass-through', records: [...asserted, 'identity.scheme'] } as const
const believed = { setting: { trustsMfa: true } } as const

export const federated = defineStep({
  declaration: {
    type: 'federated',
    mode: 'offered',
    away: true,
    byConnection: true,
    needs: ['none', 'account'],
    subject: 'either',
    credential: true,
    uses: 'connection',
    hides: ['unavailable'],
    outcomes: {
      // The order is what `work` counts by: without or with a second factor, for nobody or for an account.
      success: [
        {
          from: ['none'],
          when: associated,
          by: 'person',
          proves: one,
          ...named,
          where: { ...withoutMfa, ...notNew },
          enact: 'signs in at {connection}, which knows them by an account here',
        },
        {
          from: ['none'],
          when: { ...associated, ...believed },
          by: 'upstream',
          proves: two,
          ...named,
          where: { ...withMfa, ...notNew },
          enact: 'signs in with two factors at {connection}, which knows them by an account here',
        },
        {
          from: ['account'],
          when: { ...associated, 'account.has': true },
          by: 'person',
          proves: one,
          enact: 'signs in at {connection} as the same person',
        },
        {
          from: ['account'],
          when: { ...associated, 'account.has': true, ...believed },
          by: 'upstream',
          proves: two,
          enact: 'signs in with two factors at {connection} as the same person',
        },
      ],
      unknown: [
        {
          from: ['none'],
          when: { 'association.exists': false },
          by: 'person',
          proves: one,
          ...passed,
          where: withoutMfa,
          enact: 'signs in at {connection}, and has never been seen here',
        },
        {
          from: ['none'],
          when: { 'association.exists': false, ...believed },
          by: 'upstream',
          proves: two,
          ...passed,
          where: withMfa,
          enact: 'signs in with two factors at {connection}, and has never been seen here',
        },
      ],
      blocked: [
        {
          when: { 'association.exists': true, 'account.exists': true, 'account.active': false },
          by: 'person',
          enact: 'signs in at {connection}, and the account here is locked or disabled',
        },
      ],
      denied: [{ by: 'person', enact: 'says no at {connection}' }],
      invalid: [
        { from: ['account'], by: 'person', enact: 'signs in at {connection} as somebody else' },
      ],
      unavailable: [{ by: 'chance', enact: 'finds {connection} switched off' }],
    },
  },
  params: {},
  fields: [],

  async depart(call, state) {
    // With an account in hand the question is whether it is the same person: the upstream asks anew.
    return leaveForUpstream(call, state, call.identity.kind === 'account')
  },

  async work(call) {
    const { identity, ports } = call
    const visit = await backFromUpstream(call)
    if (!visit) return { outcome: 'unavailable', message: 'federated.unavailable' }
    const { connection, answer } = visit
    if (answer.answer === 'denied') return { outcome: 'denied' }

    const claims = believedClaims(answer.claims, connection)
    const twice = claims.amr?.includes('mfa') ? 1 : 0
    const proven = upstreamCredential(connection, answer.subject)
    const credentials = twice ? [proven, `${proven}:second-factor`] : [proven]

    const person = await ports.findAssociated(connection.id, answer.subject)
    if (identity.kind === 'account') {
      if (person?.id !== accountOf(identity).account) {
        return { outcome: 'invalid', message: 'federated.invalid' }
      }
      if (person.status !== 'active') return { outcome: 'blocked' }
      return { outcome: 'success', case: 2 + twice, credentials }
    }
    if (!person) {
      const { subject } = answer
      const { scheme } = connection
      return {
        outcome: 'unknown',
        case: twice,
        credentials,
        identity: {
          kind: 'pass-through',
          connection: connection.id,
          subject,
          claims,
          ...(scheme && { scheme }),
        },
      }
    }
    if (person.status !== 'active') return { outcome: 'blocked' }
    return {
      outcome: 'success',
      case: twice,
      credentials,
      identity: {
        kind: 'account',
        account: person.id,
        connection: connection.id,
        claims,
        groups: person.groups,
        source: person.source,
        new: false,
      },
    }
  },
})

/** An upstream's word counts as far as the connection is believed in it, no further. */
function believedClaims(
  { amr = [], ...said }: Claims,
  { trustsAmr, emailVerified }: ConnectionSettings,
): Claims {
  const rest =
    emailVerified === undefined || said.email === undefined ? said : { ...said, emailVerified }
  const believedAmr = amr.filter((method) => trustsAmr.includes(method))
  return believedAmr.length > 0 ? { ...rest, amr: believedAmr } : rest
}
