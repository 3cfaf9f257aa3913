/** Stories for tests, in fewer words than the checker needs. */
import type { Story, StoryFact, StoryMove } from '../../src/checker/story.ts'

/** @param facts by name; what they must be */
export function move(
  kind: StoryMove['kind'],
  state: string,
  key: string,
  to: string,
  facts: Readonly<Record<string, StoryFact['oneOf'][number]>> = {},
  more: Partial<StoryMove> = {},
): StoryMove {
  const [option, outcome] = key.includes('.') ? (key.split('.') as [string, string]) : ['', key]
  return {
    kind,
    state,
    ...(option ? { option } : {}),
    ...(outcome ? { outcome } : {}),
    ...(kind === 'answer' || kind === 'run' ? { case: 0 } : {}),
    to,
    text: `${state}, ${key} -> ${to}`,
    because: [],
    facts: Object.entries(facts).map(([name, value]) => ({
      name,
      is: `${name} is ${String(value)}`,
      oneOf: [value],
    })),
    ...more,
  }
}

export const rests = (state: string, facts: Parameters<typeof move>[4] = {}) =>
  move('offered', state, '', state, facts)

/** @param proven as a story says it: `pwd + otp + mfa`, or `nothing` */
export function story(moves: readonly StoryMove[], proven: string, flow = 'thrift'): Story {
  const so = `at ${moves.at(-1)?.to} with an account, proven: ${proven} (some factors)`
  return { version: 1, flow, given: [], moves, so, assumed: false }
}
