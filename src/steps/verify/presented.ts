/** What `verify-certificate` and `verify-ticket` are alike: a directory is asked whose it is that a browser presented. */
import type { PresentedKind } from '../../language/declaration.ts'
import type { Credential } from '../../language/directory.ts'
import type { Factor } from '../../language/facts.ts'
import { type Answer, defineStep, type StepCall } from '../../language/step.ts'
import { arrivalOf, asserted, noMethods, ofAccount, ofBlocked, passThrough } from './arrival.ts'

interface Kind {
  readonly presented: PresentedKind
  /** RFC 8176. */
  readonly amr: string
  readonly factor: Factor
  readonly phishingResistant: boolean
  /** As the directory is asked. */
  credential(presented: string, nowMs: number): Credential
}

export function verifyPresented({ presented, amr, factor, phishingResistant, credential }: Kind) {
  const what = { amr: [amr], factor, phishingResistant } as const
  const theirs = { ...what, source: 'upstream', credential: presented } as const
  const comes = {
    by: 'person',
    proves: [theirs],
    identity: 'pass-through',
    records: [...asserted, 'identity.scheme'],
    where: noMethods,
  } as const
  return defineStep({
    declaration: {
      type: `verify-${presented}`,
      mode: 'run',
      callsOut: true,
      needs: ['none'],
      subject: 'names',
      credential: true,
      hides: [],
      outcomes: {
        success: [
          {
            when: { 'association.exists': true, 'account.exists': true, 'account.active': true },
            by: 'person',
            proves: [theirs],
            identity: 'account',
            records: [...asserted, ...ofAccount],
            where: { ...noMethods, 'account.new': { is: false } },
            enact: `has a ${presented} of {connection}, which knows them by an account here`,
          },
        ],
        unknown: [
          {
            when: { 'association.exists': false, setting: { jit: true } },
            ...comes,
            enact: `has a ${presented} of {connection}, and has never been seen here`,
          },
          {
            given: { passThrough: true },
            when: { 'association.exists': false, setting: { jit: false } },
            ...comes,
            enact: `has a ${presented} of {connection}, and goes on without an account`,
          },
        ],
        disabled: [
          {
            given: { passThrough: false },
            when: { 'association.exists': false, setting: { jit: false } },
            by: 'person',
            enact: `has a ${presented} of {connection}, which makes no accounts`,
          },
        ],
        blocked: [
          {
            when: { 'association.exists': true, 'account.exists': true, 'account.active': false },
            by: 'person',
            ...ofBlocked,
            enact: `has a ${presented} of {connection}, and the account here is not active`,
          },
          {
            by: 'world',
            ...ofBlocked,
            enact: `has a ${presented} of {connection}, and is locked there, or not current`,
          },
        ],
        invalid: [{ by: 'person', enact: `has a ${presented} that is nobody's at {connection}` }],
        unavailable: [{ by: 'chance', enact: 'finds that {connection} is not asked' }],
      },
    },
    params: {
      directory: { kind: 'directory', description: 'the directory that is asked' },
      passThrough,
    },
    fields: [],

    work: (call) => verify(call, presented, credential),
  })
}

type Outcome = 'success' | 'unknown' | 'disabled' | 'blocked' | 'invalid' | 'unavailable'

async function verify(
  call: Pick<StepCall, 'typed' | 'nowMs' | 'connection' | 'ports'> & {
    readonly params: { readonly directory: string; readonly passThrough: boolean }
  },
  presented: PresentedKind,
  credential: Kind['credential'],
): Promise<Answer<Outcome>> {
  const shown = call.typed[presented]
  const directory = call.ports.directory(call.params.directory)
  const isAsked = directory.enabled && directory.takes.includes(presented)
  if (!shown || !isAsked) return { outcome: 'unavailable' }
  const found = await directory.verify(credential(shown, call.nowMs))
  if (found.verdict !== 'right') return { outcome: 'invalid' }
  const arrival = await arrivalOf(call, found.entry, presented)
  if (arrival.outcome !== 'blocked') return arrival
  const facts = { 'directory.blocked': true }
  return { outcome: 'blocked', case: arrival.by === 'account' ? 0 : 1, facts }
}
