/**
 * enrol-upstream: the person signs in at an upstream identity provider as well, and from then on that leads to
 * the account that they have proven here.
 *
 *     offer: [{ enrol-upstream: { connection: google } }, { enrol-upstream: { connection: github } }]
 *
 * Both sides are proven in this one login (I-17): the account beforehand, by credentials of its own and as
 * strongly as it can be, the upstream by coming back from it. Names and addresses are not looked at. Whoever
 * is known here already stays whose they are. The account's address is told.
 *
 * | outcome  | when                                                                  |
 * | -------- | --------------------------------------------------------------------- |
 * | success  | the upstream leads to the account from now on, or did already         |
 * | conflict | whoever signed in there has another account here                      |
 * | denied   | the person, or the upstream for them, said no                         |
 * | rejected | the account has not been proven as strongly as it can be, by its own  |
 *
 * A connection that is switched off is one that does not work just now, also while the person is away there.
 */
import { defineStep } from '../../language/step.ts'
import { UpstreamFailure } from '../federated/failure.ts'
import { backFromUpstream, leaveForUpstream, upstreamCredential } from '../federated/visit.ts'
import { noticeOfAdded } from '../notice.ts'
import { accountOf } from '../subject.ts'

/** As at sign-in: what was done upstream is not known. It stands in for nothing that was there before. */
const signedIn = {
  amr: ['fed'],
  factor: 'knowledge',
  phishingResistant: false,
  source: 'new',
  credential: 'upstream',
} as const

export const enrolUpstream = defineStep({
  declaration: {
    type: 'enrol-upstream',
    mode: 'offered',
    away: true,
    needs: ['account'],
    subject: 'keeps',
    credential: true,
    enrols: true,
    sends: 'mail',
    hides: [],
    outcomes: {
      success: [
        {
          when: { 'target.proven': true },
          by: 'person',
          proves: [signedIn],
          effects: { 'association.exists': true },
          enact: 'signs in at {connection}, which leads to the account from now on',
        },
        {
          when: { 'association.exists': true, 'target.proven': true },
          by: 'person',
          proves: [signedIn],
          enact: 'signs in at {connection}, which leads to the account already',
        },
      ],
      conflict: [
        {
          by: 'chance',
          enact: 'signs in at {connection} as somebody who has another account here',
        },
      ],
      denied: [{ by: 'person', enact: 'says no at {connection}' }],
      rejected: [
        {
          when: { 'target.proven': false },
          by: 'world',
          enact: 'has not proven the account as strongly as it can be',
        },
      ],
    },
  },
  params: { connection: { kind: 'connection', description: 'the connection that is linked' } },
  fields: [],

  /** Whoever happens to be signed in there may be somebody else: the upstream asks anew. */
  async depart(call, state) {
    return leaveForUpstream(call, state, true)
  },

  async work(call) {
    const { identity, ports, proofs } = call
    const visit = await backFromUpstream(call)
    if (!visit) throw new UpstreamFailure('UPSTREAM_OFF', call.params.connection, 'it is off')
    const { connection, answer } = visit
    if (answer.answer === 'denied') return { outcome: 'denied' }

    const { account } = accountOf(identity)
    const person = await ports.findAccount(account)
    if (!person || !ports.isProvenByOwn(person, proofs)) return { outcome: 'rejected' }

    const { subject } = answer
    const credentials = [upstreamCredential(connection, subject)]
    const known = await ports.findAssociated(connection.id, subject)
    if (known) {
      return known.id === account
        ? { outcome: 'success', case: 1, credentials }
        : { outcome: 'conflict' }
    }
    return {
      outcome: 'success',
      credentials,
      writes: [
        {
          write: 'associate',
          account,
          connection: connection.id,
          subject,
          otherwise: 'conflict',
        },
        noticeOfAdded(call, account),
      ],
    }
  },
})
