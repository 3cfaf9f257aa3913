/**
 * How the checker grows: `npm run bench:checker`.
 *
 * The family G(n, k): n states in a row, k of them decide by a group of its own. Where nothing asks for the groups again they are forgotten; where a property at the end asks
 * for all of them, every combination has to be told apart: the worst that k independent facts can do.
 */

import { check } from '../../src/checker/check.ts'
import { allRules } from '../../src/checker/rules.ts'
import { search } from '../../src/checker/search.ts'
import type { FlowDefinition, State } from '../../src/language/flow.ts'
import { testSteps } from '../support/declarations.ts'

const place = { file: 'bench.yaml', line: 1, column: 1 }
const limits = { states: 2_000_000 }

export function family(n: number, k: number, askedAgain: boolean): FlowDefinition {
  const to = (id: string) => [{ to: id, place }]
  const own = {
    exhausted: to('no'),
    unavailable: to('no'),
    cancelled: to('no'),
    error: to('no'),
    timeout: to('no'),
  }
  const password = { id: 'password', step: 'password', params: {}, place }
  const notify = { id: 'notify', step: 'notify', params: {}, place }
  const next = (at: number) => (at + 1 < n ? `s${at + 1}` : 'done')
  const states: State[] = Array.from({ length: n }, (_, at): State => {
    const base = { id: `s${at}`, place }
    if (at === 0) {
      const on = { 'password.success': to(next(at)), ...own } as never
      return {
        ...base,
        kind: 'offer',
        options: [password],
        skip: [],
        attempts: 5,
        fresh: false,
        on,
      }
    }
    if (at <= k) {
      const source = `'g${at}' in account.groups`
      const when = { source, reads: ['account.groups' as const], place }
      const branches = [
        { when, to: next(at), place },
        { to: next(at), place },
      ]
      return { ...base, kind: 'decide', branches, on: own as never }
    }
    const on = { 'notify.success': to(next(at)), 'notify.rejected': to('no'), ...own } as never
    return { ...base, kind: 'run', option: notify, on }
  })
  states.push({ id: 'done', place, kind: 'end', outcome: 'success' })
  states.push({ id: 'no', place, kind: 'end', outcome: 'denied', error: 'access_denied' })
  const all = Array.from({ length: k }, (_, at) => `'g${at + 1}' in account.groups`).join(' || ')
  const source = all === '' ? 'proofs.factors >= 1' : `${all} || proofs.factors >= 1`
  return {
    name: `g-${n}-${k}`,
    title: 'bench',
    file: 'bench.yaml',
    applications: ['bench'],
    start: 's0',
    withinMs: 60_000,
    policy: { levels: [{ acr: 'one', factors: 1, phishingResistant: false }], floor: 'one' },
    weaker: [],
    assume: [],
    states: Object.fromEntries(states.map((state) => [state.id, state])),
    properties: askedAgain
      ? [
          {
            kind: 'at',
            name: 'asked',
            at: 'success',
            holds: { source, reads: ['account.groups', 'proofs.factors'], place },
            place,
          },
        ]
      : [],
    connections: {},
  }
}

export interface Measured {
  readonly states: number
  readonly transitions: number
  readonly milliseconds: number
  readonly complete: boolean
}

/** One exploration of the first explorer, the best of three. */
export function measure(flow: FlowDefinition): Measured {
  const setup = {
    steps: testSteps,
    rules: allRules,
    anyConfiguration: false,
    interference: [],
    sessions: [],
  }
  const runs = Array.from({ length: 3 }, () => {
    const before = performance.now()
    const { explored } = search(flow, setup, limits)
    const { states, transitions, complete } = explored
    return { states, transitions, complete, milliseconds: performance.now() - before }
  })
  return runs.reduce((best, one) => (one.milliseconds < best.milliseconds ? one : best))
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(12)).join('')
}

if (import.meta.main) {
  console.log(row(['n', 'k', 'facts', 'states', 'transitions', 'ms', 'states/s']))
  for (const again of [false, true]) {
    for (const k of again ? [0, 2, 4, 6, 8, 10, 12] : [0, 8, 16, 29]) {
      const { states, transitions, milliseconds, complete } = measure(family(30, k, again))
      const perSecond = Math.round((states / milliseconds) * 1000)
      const facts = again ? 'kept' : 'forgotten'
      const ms = milliseconds.toFixed(1)
      console.log(row([30, k, facts, complete ? states : 'limit', transitions, ms, perSecond]))
    }
  }
  const flow = family(30, 6, true)
  const before = performance.now()
  check({ flows: [flow] }, testSteps)
  console.log(`all properties of G(30, 6): ${(performance.now() - before).toFixed(0)} ms`)
}
