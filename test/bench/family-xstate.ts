/** Family G(n, k) as an xstate machine, for the explorer that comes with xstate. */
import { assign, createMachine } from 'xstate'
import { getAdjacencyMap } from 'xstate/graph'
import { readAt } from './family.ts'

type Facts = Record<string, boolean | null>

/** States where a person can do something, and ends; what the engine does in between is not among them. */
export function exploreByXstate(n: number, k: number): { states: number; ms: number } {
  const before = process.cpuUsage()
  const machine = createMachine({
    context: Object.fromEntries(Array.from({ length: k }, (_, fact) => [`g${fact}`, null])),
    initial: 's0',
    states: {
      ...Object.fromEntries(Array.from({ length: n }, (_, at) => [`s${at}`, offer(n, k, at)])),
      done: {},
      no: {},
      expired: {},
    },
  } as never)
  const map = getAdjacencyMap(machine, {
    limit: 10_000_000,
    events: (snapshot: { value: unknown }) => {
      const at = /^s(\d+)$/.exec(String(snapshot.value))?.[1]
      return at === undefined ? [] : eventsOf(readAt(n, k, Number(at)))
    },
  } as never)
  const { user, system } = process.cpuUsage(before)
  return { states: Object.keys(map).length, ms: (user + system) / 1000 }
}

function offer(n: number, k: number, at: number): unknown {
  const next = at + 1 < n ? `s${at + 1}` : 'done'
  return {
    on: {
      answer: {
        target: next,
        guard: ({ context, event }: { context: Facts; event: { facts: Facts } }) =>
          Object.entries(event.facts).every(([name, is]) => (context[name] ?? is) === is),
        actions: assign(({ event }: { event: { facts: Facts } }) => event.facts) as never,
      },
      wrong: 'no',
      cancel: 'no',
      error: 'no',
      timeout: 'no',
      expire: 'expired',
      ...(at > 0 ? { back: `s${at - 1}` } : {}),
      ...(k === 0 ? {} : { fail: 'no' }),
    },
  }
}

/** Every combination of what is read here; the machine refuses those that contradict what is known. */
function eventsOf(facts: readonly number[]): readonly object[] {
  const combinations = facts.reduce<Facts[]>(
    (all, fact) => all.flatMap((one) => [false, true].map((is) => ({ ...one, [`g${fact}`]: is }))),
    [{}],
  )
  const others = ['wrong', 'cancel', 'error', 'timeout', 'expire', 'back', 'fail']
  return [
    ...combinations.map((read) => ({ type: 'answer', facts: read })),
    ...others.map((type) => ({ type })),
  ]
}
