/** What a check says, as data. Texts, JSON and SARIF are made from it elsewhere. */
import type { Place } from '../language/flow.ts'
import type { Story } from './story.ts'

export type Decision = 'holds' | 'broken' | 'possibly broken' | 'not decided'

export interface Verdict {
  /** A number that is permanent, or the name that an author gave. */
  readonly property: string
  readonly sentence: string
  /** Who can break it: what the flow says, the engine, or whoever wrote the property. */
  readonly by: 'flow' | 'engine' | 'author'
  readonly verdict: Decision
  /** Why it is not decided, or only possibly broken; or what was found where no story tells it. */
  readonly because?: string
  readonly place: Place
  readonly story?: Story
  /** The two columns of a pair of runs. */
  readonly columns?: readonly [string, string]
  /** What to change, each a way by itself. */
  readonly remedies?: readonly string[]
}

export interface Report {
  readonly flow: string
  readonly file: string
  readonly states: number
  readonly transitions: number
  /** Sets of whole environments that the second explorer has told apart. */
  readonly environments: number
  /** Starting sessions: what a login of this organisation can have proven. */
  readonly sessions: number
  readonly verdicts: readonly Verdict[]
  readonly weaker: readonly { readonly ways: readonly string[]; readonly because: string }[]
  readonly assumptions: readonly string[]
  readonly abstracted: readonly string[]
}

/** What the model leaves out, said with every check. */
export const abstracted: readonly string[] = [
  'a person has one credential of each kind',
  'wrong answers change nothing but the attempts left: they are taken together',
  'time is one deadline that may pass at any moment; an old proof of a session may be too old',
  'the floor of an application and a maximum age can only ask for more',
  'what other logins do is any effect that a step declares, at any moment',
  'same face: states and options are compared; attempts left, messages, headers, cookies, time, length and mail are not',
]
