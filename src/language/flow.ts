/**
 * A resolved flow: inert, complete, serialisable. `resolve` makes it from a file, `compile` makes a
 * machine of it, the engine runs it, the checker explores it. Sub-flows are already inlined.
 */

import type { Outcome } from './declaration.ts'
import type { FactName } from './facts.ts'
import type { SyncMode } from './step.ts'

/** A place in a file, for problems, stories and pictures. Lines and columns begin at 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Condition {
  /** CEL, as the author wrote it. */
  readonly source: string
  /** Every fact that it names. Each is read before it is evaluated; an error in one is an error of all. */
  readonly reads: readonly FactName[]
  readonly place: Place
}

/** One line of a transition. Only the last line of a list has no `when`. */
export interface Branch {
  readonly when?: Condition
  /** A state's id. */
  readonly to: string
  readonly because?: string
  readonly place: Place
}
export type Transition = readonly Branch[]

/** One step that a state offers or runs. */
export interface Option {
  /** What the flow calls it: the step's type, or the connection's id. Unique within its state. */
  readonly id: string
  readonly step: string
  readonly connection?: string
  /** Complete: defaults are filled in. A `rules` parameter holds its conditions undecided. */
  readonly params: Readonly<Record<string, ParamLiteral>>
  readonly place: Place
}

export type ParamLiteral =
  | string
  | number
  | boolean
  | readonly { readonly when: Condition; readonly gives: readonly string[] }[]

/** What an option gives by conditions, in the order of its file. */
export function rulesOf({ params }: Option): Exclude<ParamLiteral, string | number | boolean> {
  return Object.values(params).flatMap((literal) => (typeof literal === 'object' ? literal : []))
}

/**
 * The name under which a state's transition is found, and the type of the machine's event:
 * `<option>.<outcome>` for an outcome of a step; a bare `exhausted`, `unavailable`, `cancelled`, `error`
 * or `timeout` for one of the state itself; `decided` for a list that only conditions decide.
 *
 * `on` is complete: what it has is all that can happen, and README.md in this folder says what that is.
 */
export type TransitionKey = `${string}.${Outcome}` | Outcome | 'decided'

interface StateBase {
  /** `caller/state` for a state of a sub-flow. */
  readonly id: string
  readonly place: Place
}

export interface OfferState extends StateBase {
  readonly kind: 'offer'
  readonly options: readonly Option[]
  /** Named ways around it, in order; none of them true means that it is offered. */
  readonly skip: Transition
  /** How many submissions may end other than well, over the whole login: a re-entry refills nothing. */
  readonly attempts: number
  /** No proof of the session is taken for it. */
  readonly fresh: boolean
  /** A proof of the session that is older is asked for anew, in milliseconds. Absent: however old. */
  readonly maxAgeMs?: number
  readonly on: Readonly<Record<TransitionKey, Transition>>
}

export interface RunState extends StateBase {
  readonly kind: 'run'
  readonly option: Option
  readonly on: Readonly<Record<TransitionKey, Transition>>
}

export interface DecideState extends StateBase {
  readonly kind: 'decide'
  readonly branches: Transition
  /** It stands for an end of a called flow, of which a property speaks: `<call>/<outcome>`. */
  readonly ended?: string
  readonly on: Readonly<Record<TransitionKey, Transition>>
}

export interface EndState extends StateBase {
  readonly kind: 'end'
  readonly outcome: Outcome
  /** What the application is told (RFC 6749, 4.1.2.1, or a name of ours). Absent for success. */
  readonly error?: string
}

export type State = OfferState | RunState | DecideState | EndState

/** A level that an application can ask for as `acr`. */
export interface Level {
  readonly acr: string
  /** Kinds of factor, over different credentials. 1 to 3. */
  readonly factors: number
  readonly phishingResistant: boolean
}

export interface Policy {
  /** Weakest first. */
  readonly levels: readonly Level[]
  /** The level that every login by this flow reaches. An application or a request can only raise it. */
  readonly floor: string
}

/** A property that must hold on every path. See `checker/README.md` for what each kind means. */
export type Property =
  | {
      readonly kind: 'at'
      readonly name: string
      /**
       * A state's id, or an outcome of an end (`success`, of a called flow `<call>/success`); where it
       * could be both, the state's id.
       */
      readonly at: string
      /** Asked only where a rule of the state `at` gives this. Absent: wherever it is reached. */
      readonly gives?: string
      readonly when?: Condition
      readonly holds: Condition
      readonly place: Place
    }
  | {
      readonly kind: 'never'
      readonly name: string
      readonly at: string
      readonly when?: Condition
      /** State ids or `<state>.<option>.<outcome>` that the path must have passed to be allowed. */
      readonly without?: readonly string[]
      readonly place: Place
    }
  | {
      readonly kind: 'reachable'
      readonly name: string
      readonly at: string
      readonly when?: Condition
      readonly place: Place
    }
  | {
      readonly kind: 'always-possible' | 'inevitable'
      readonly name: string
      readonly from: string
      readonly to: string
      readonly place: Place
    }

export interface FlowDefinition {
  readonly name: string
  readonly title: string
  /** The file it came from, relative to the flows' folder. */
  readonly file: string
  readonly applications: readonly string[]
  readonly start: string
  /** An absolute deadline for the whole login, in milliseconds. */
  readonly withinMs: number
  readonly policy: Policy
  readonly weaker: readonly {
    readonly ways: readonly string[]
    readonly because: string
    readonly place: Place
  }[]
  readonly assume: readonly Condition[]
  readonly states: Readonly<Record<string, State>>
  readonly properties: readonly Property[]
  /** The settings of each connection it names, as far as they change what the flow means. */
  readonly connections: Readonly<Record<string, ConnectionFacts>>
}

/** What of a connection a flow depends on, and its digest covers. `enabled` is live and not here. */
export interface ConnectionFacts {
  readonly jit: boolean
  readonly trustsAmr: readonly string[]
  /** Where its people get their accounts. Absent: not known, as in a definition made by hand. */
  readonly directory?: string
  /** Absent: not known, as in a definition made by hand. */
  readonly sync?: SyncMode
  /** Any other setting that a step's `when.setting` can name. */
  readonly settings: Readonly<Record<string, boolean>>
  /**
   * Everything else that decides who comes by it: issuer or endpoints, client, which secret, mapping. A
   * canonical text, for the digest only. Absent: not known, as in a definition made by hand.
   */
  readonly origin?: string
}
