/** A flow file as it was written: typed and placed, with its names not yet followed. */

import type { Outcome } from './declaration.ts'
import type { Condition, Option, Place, Policy, Property } from './flow.ts'

export interface Word {
  readonly text: string
  readonly place: Place
}

export interface ParsedBranch {
  readonly when?: Condition
  readonly to: Word
  readonly because?: string
  readonly place: Place
}

/** One line under `on`. */
export interface Wire {
  readonly place: Place
  /** Absent: of any option, or of the state itself. */
  readonly option?: string
  readonly outcome: Outcome
  readonly branches: readonly ParsedBranch[]
}

/** One parameter that a `call` gives. */
export interface Given {
  readonly name: string
  readonly place: Place
  readonly value: string | number | boolean
}

export type ParsedState = { readonly id: string; readonly place: Place } & (
  | {
      readonly kind: 'offer'
      readonly options: readonly Option[]
      readonly skip: readonly ParsedBranch[]
      readonly attempts: number
      readonly fresh: boolean
      readonly maxAgeMs?: number
      readonly on: readonly Wire[]
    }
  | { readonly kind: 'run'; readonly option: Option; readonly on: readonly Wire[] }
  | {
      readonly kind: 'decide'
      readonly branches: readonly ParsedBranch[]
      readonly on: readonly Wire[]
    }
  | {
      readonly kind: 'call'
      readonly flow: Word
      readonly given: readonly Given[]
      readonly on: readonly Wire[]
    }
  | { readonly kind: 'end'; readonly outcome: Outcome; readonly error?: string }
)

export interface ParsedFlow {
  readonly name: string
  readonly file: string
  readonly place: Place
  readonly title: string
  readonly applications: readonly Word[]
  readonly start: Word
  readonly withinMs: number
  readonly policy: Policy
  readonly weaker: readonly {
    readonly ways: readonly Word[]
    readonly because: string
    readonly place: Place
  }[]
  readonly assume: readonly Condition[]
  /** What whoever calls the flow has to see to. */
  readonly assumes: readonly Condition[]
  /** Where `cancelled`, `timeout` and `error` go when a state does not say. */
  readonly on: readonly Wire[]
  readonly states: ReadonlyMap<string, ParsedState>
  /** Not yet followed: `at`, `from`, `to` and `without` may name nothing. */
  readonly properties: readonly Property[]
}
