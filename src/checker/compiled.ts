/** The shapes of a compiled flow: what the explorers read, as tables. */

import type {
  Case,
  Outcome,
  OwnOutcome,
  StepDeclaration,
  WorldAtom,
} from '../language/declaration.ts'
import type { Branch, Option, State, TransitionKey } from '../language/flow.ts'
import type { Decider } from './condition.ts'
import type { ProofSlot } from './proofs.ts'
import type { EngineRules } from './rules.ts'

export interface Setup {
  readonly steps: readonly StepDeclaration[]
  readonly rules: EngineRules
  /** Settings of connections are free instead of as configured. */
  readonly anyConfiguration: boolean
  /** What other logins may change at any time. */
  readonly interference: readonly { readonly atom: WorldAtom; readonly uses?: string }[]
  readonly sessions: readonly SessionProfile[]
  /** Kinds of credential that some flow of the organisation offers or registers; absent: all there are. */
  readonly credentials?: ReadonlySet<string>
}

/** What a session can have proven: slots of whatever flow made it, by option. */
export interface SessionProfile {
  readonly proofs: readonly ProofSlot[]
  /** Moves of a person that the earlier login took at least; absent: one. */
  readonly moves?: number
}

export interface CompiledBranch {
  readonly decider: Decider | undefined
  readonly to: number
  readonly branch: Branch
}

export interface CompiledTransition {
  readonly state: number
  readonly key: TransitionKey
  readonly branches: readonly CompiledBranch[]
}

export interface CompiledCase {
  /** Counted over the whole flow. */
  readonly number: number
  readonly outcome: OwnOutcome
  readonly index: number
  readonly declared: Case
  /** Kinds of identity that it can begin with, as bits; absent: all. */
  readonly from: number | undefined
  /** Whether there must be an account to link with, and whether it must be proven. */
  readonly target: { readonly known: boolean | undefined; readonly proven: boolean | undefined }
  /** The step hides the outcome until something is proven. */
  readonly hidden: boolean
  /** Words that must have one of these bits; applied by clearing the others. */
  readonly needs: readonly (readonly [word: number, mask: number])[]
  /** What is asked of the identity's own connection, known only at run time. */
  readonly needsOfConnection: readonly { readonly what: string; readonly mask: number }[]
  readonly effects: readonly (readonly [word: number, mask: number])[]
  readonly effectsOfConnection: readonly { readonly what: string; readonly mask: number }[]
  readonly records: readonly (readonly [word: number, mask: number])[]
  readonly slots: readonly ProofSlot[]
  readonly transition: CompiledTransition | undefined
  /** Flags to raise: this outcome is what a property asks to have been passed. */
  readonly marks: number
}

export interface CompiledOption {
  /** Counted over the whole flow. */
  readonly number: number
  readonly option: Option
  readonly declaration: StepDeclaration
  /** Kinds of identity that it is for, as bits. */
  readonly needs: number
  /** Where a dependency that fails leads, where the flow says so for this option. */
  readonly faults: Readonly<Record<'error' | 'timeout', CompiledTransition | undefined>>
  readonly cases: readonly CompiledCase[]
  /** The word that says whether the account has what the option uses; 0 where it uses nothing. */
  readonly usesWord: number
  /** Index into the model's ways, for a step that can name the subject. */
  readonly way: number
  readonly connection: number
  readonly rules: readonly Decider[]
}

export interface CompiledState {
  readonly index: number
  readonly state: State
  readonly options: readonly CompiledOption[]
  readonly skip: readonly CompiledBranch[]
  readonly decided: CompiledTransition | undefined
  /** Transitions of the state itself, by a bare outcome. */
  readonly own: Readonly<Partial<Record<Outcome, CompiledTransition>>>
  /** Transitions of one option's own outcome, by their keys. */
  readonly wired: ReadonlyMap<TransitionKey, CompiledTransition>
  readonly marks: number
  /** The same proofs without those of this state, which begins unproven. */
  readonly unproven: (proofs: number) => number
}

export const labelKinds = [
  'start',
  'answer',
  'wrong',
  'fault',
  'none-left',
  'session',
  'around',
  'offered',
  'decided',
  'run',
  'finish',
  'back',
  'cancel',
  'expire',
  'attack',
] as const
export type LabelKind = (typeof labelKinds)[number]

/** What moved the login: an edge of the explored graph. */
export interface Label {
  readonly kind: LabelKind
  readonly state: number
  readonly option?: CompiledOption
  readonly outcome?: Outcome
  readonly caseIndex?: number
  readonly enact?: string
  /** Index into the transition's branches; absent where it has one only, or none was taken. */
  readonly branch?: number
  readonly because?: string
  /** A condition could not be decided. */
  readonly failed?: true
  /** An engine rule that is switched off made this possible. */
  readonly rule?: keyof EngineRules
}
