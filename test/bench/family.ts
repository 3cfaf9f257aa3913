/**
 * Family G(n, k): n offers in a row, and k facts that are yes or no, each read twice, half the chain apart.
 *
 * At each offer a person can pass, answer wrongly (two attempts), go back, cancel or wait until it has
 * expired; the step can fail, and so can a condition. A request that is sent again gets the answer that it
 * had, so it is no move. What has been read stays known, because one can always go back to where it is read
 * again: k facts multiply.
 */

import type { StepDeclaration } from '../../src/language/declaration.ts'
import type { Condition, FlowDefinition, State, Transition } from '../../src/language/flow.ts'

const place = { file: 'family.yaml', line: 1, column: 1 }

/** Names an account; then something asked of it at each offer. Neither fails but by chance. */
export const familySteps: readonly StepDeclaration[] = [
  {
    type: 'password',
    mode: 'offered',
    needs: ['none'],
    subject: 'names',
    credential: true,
    hides: [],
    outcomes: {
      success: [
        {
          by: 'person',
          identity: 'account',
          records: ['account.groups'],
          proves: [
            {
              amr: ['pwd'],
              factor: 'knowledge',
              credential: 'password',
              phishingResistant: false,
              source: 'registered',
            },
          ],
        },
      ],
      invalid: [{ by: 'person' }],
    },
  },
  {
    type: 'answer',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: false,
    hides: [],
    outcomes: { success: [{ by: 'person' }], invalid: [{ by: 'person' }] },
  },
]

/** The facts that are read at an offer: fact i first at i / k of the first half, then half a chain later. */
export function readAt(n: number, k: number, at: number): number[] {
  const half = n / 2
  return Array.from({ length: k }, (_, fact) => fact).filter(
    (fact) => Math.floor((fact * half) / k) === at % half,
  )
}

export function family(n: number, k: number): FlowDefinition {
  const to = (id: string): Transition => [{ to: id, place }]
  const states: State[] = Array.from({ length: n }, (_, at): State => {
    const next = at + 1 < n ? `s${at + 1}` : 'done'
    const step = at === 0 ? 'password' : 'answer'
    const read = readAt(n, k, at).map((fact) => ({ when: whether(fact), to: next, place }))
    const no = to('no')
    const on = { exhausted: no, unavailable: no, cancelled: no, error: no, timeout: no }
    return {
      id: `s${at}`,
      place,
      kind: 'offer',
      options: [{ id: step, step, params: {}, place }],
      skip: [],
      attempts: 2,
      fresh: false,
      on: { ...on, success: [...read, { to: next, place }] } as never,
    }
  })
  states.push({ id: 'done', place, kind: 'end', outcome: 'success' })
  states.push({ id: 'no', place, kind: 'end', outcome: 'denied', error: 'access_denied' })
  return {
    name: `g-${n}-${k}`,
    title: 'family',
    file: place.file,
    applications: ['family'],
    start: 's0',
    withinMs: 60_000,
    policy: { levels: [{ acr: 'one', factors: 1, phishingResistant: false }], floor: 'one' },
    weaker: [],
    assume: [],
    states: Object.fromEntries(states.map((state) => [state.id, state])),
    properties: [],
    connections: {},
  }
}

function whether(fact: number): Condition {
  return { source: `'g${fact}' in account.groups`, reads: ['account.groups'], place }
}
