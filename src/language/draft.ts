/** A state on its way from the file to the definition: sub-flows are inlined, outcomes not yet expanded. */

import type { Outcome } from './declaration.ts'
import type { EndState, Option, Place, Transition } from './flow.ts'

/** One line under `on`, with the ids that its branches lead to. */
export interface DraftWire {
  readonly place: Place
  readonly option?: string
  readonly outcome: Outcome
  readonly branches: Transition
}

/** Where what a state does not wire leads. */
export interface Defaults {
  readonly cancelled: Transition
  readonly timeout: Transition
  readonly error: Transition
}

interface DraftBase {
  readonly id: string
  readonly place: Place
}

interface Wired extends DraftBase {
  readonly on: readonly DraftWire[]
  readonly defaults: Defaults
}

export interface OfferDraft extends Wired {
  readonly kind: 'offer'
  readonly options: readonly Option[]
  readonly skip: Transition
  readonly attempts: number
  readonly fresh: boolean
  readonly maxAgeMs?: number
}

export interface RunDraft extends Wired {
  readonly kind: 'run'
  readonly option: Option
}

interface DecideDraft extends Wired {
  readonly kind: 'decide'
  readonly branches: Transition
  readonly ended?: string
}

export type Draft = OfferDraft | RunDraft | DecideDraft | EndState
export type WiredDraft = Exclude<Draft, EndState>
