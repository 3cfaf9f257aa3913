/**
 * What a step type declares: all that the checker, and shared code, know of it.
 *
 * What a step does beyond its declaration would be a hole in every proof, so `defineStep` holds the two
 * together.
 */

import type { FactName, Factor, FactValue, IdentityKind } from './facts.ts'
import type { Channel } from './reach.ts'

/** Every way a step can end. There are no others. */
export const outcomes = [
  'success',
  'invalid',
  'exhausted',
  'cancelled',
  'denied',
  'unavailable',
  'unknown',
  'blocked',
  'disabled',
  'conflict',
  'rejected',
  'pending',
  'error',
  'timeout',
] as const
export type Outcome = (typeof outcomes)[number]

/**
 * Outcomes that a step itself can return. The engine makes the others: `exhausted` when the attempts of
 * a state are spent, `cancelled` when the person goes, `unavailable` of an `offer` when no option is
 * left, `error` and `timeout` when the work throws.
 */
export type OwnOutcome = Exclude<Outcome, 'exhausted' | 'cancelled' | 'error' | 'timeout'>

/** What is true in the world, outside any login. Only steps read it, by way of their cases. */
export type WorldAtom =
  | 'account.exists'
  | 'account.active'
  /** The account has a credential of the step's kind, or, for a step by connection, an association. */
  | 'account.has'
  | 'association.exists'
  | 'name.taken'

/** What a login knows of the account that somebody proven upstream is to be linked with: its target. */
export type TargetAtom =
  /** There is one: found for them and yet to be proven, or proven by them and yet to be linked. */
  | 'target.known'
  /**
   * Credentials of its own have proven it: by one kind of factor, and by two where they can give two. What
   * an upstream says counts for nothing.
   */
  | 'target.proven'

export interface ProvesDeclaration {
  readonly amr: readonly string[]
  readonly factor: Factor
  readonly phishingResistant: boolean
  readonly source: 'registered' | 'upstream' | 'new'
  /**
   * Which credential: equal words within one step are one credential. A step by connection has its own
   * for each connection.
   */
  readonly credential: string
}

/** A value that is always the same, or a list that has, or lacks, these entries. */
export type KnownValue =
  | { readonly is: FactValue }
  | { readonly has?: readonly string[]; readonly lacks?: readonly string[] }

/** One way to come to an outcome. An outcome may have several. */
export interface Case {
  /** Parameters of the option with which there is this case. Absent: with any. */
  readonly given?: Readonly<Record<string, string | number | boolean>>
  /** Parameters of the option with which there is no such case. Absent: with any there is. */
  readonly unless?: Readonly<Record<string, string | number | boolean>>
  /** The only reading of the world; remembered. `setting` names a setting of the option's connection. */
  readonly when?: Partial<Readonly<Record<WorldAtom | TargetAtom, boolean>>> & {
    readonly setting?: Readonly<Record<string, boolean>>
  }
  /** Identity kinds of an entry at which it can happen; absent: all that the step needs. */
  readonly from?: readonly IdentityKind[]
  /** Who decides that it happens. */
  readonly by: 'person' | 'world' | 'upstream' | 'chance'
  readonly proves?: readonly ProvesDeclaration[]
  /**
   * The kind of identity afterwards; absent: the identity is as before. It records `identity.kind`, and
   * for an offered step `identity.connection`: the option's connection, or `local` where there is none.
   */
  readonly identity?: IdentityKind
  /** Whether there is a target afterwards. Absent: as before, and none where the kind of identity changes. */
  readonly target?: boolean
  /** Facts that are recorded, whose values the step chooses. */
  readonly records?: readonly FactName[]
  /** What is always so of the values of some of `records`. */
  readonly where?: Partial<Readonly<Record<FactName, KnownValue>>>
  /** What changes in the world. Any effect cuts the way back. */
  readonly effects?: Partial<Readonly<Record<WorldAtom, boolean>>>
  /** What was found of the world and is no longer known: another thing is asked about from here on. */
  readonly forgets?: readonly Exclude<WorldAtom, 'account.has' | 'association.exists'>[]
  /** How a scripted person or upstream brings it about: a sentence for a story, and a key for replay. */
  readonly enact?: string
}

/** What a browser can present with its request instead of having it typed. */
export const presentedKinds = ['certificate', 'ticket'] as const
export type PresentedKind = (typeof presentedKinds)[number]

/** What came with a request, each as base64: a certificate's DER, a ticket as it was sent. */
export type Presented = { readonly [K in PresentedKind]?: string }

/** Browsers present these only once they have been asked for them (RFC 4559, section 4). */
export const presentedWhenAsked: readonly PresentedKind[] = ['ticket']

export interface StepDeclaration {
  readonly type: string
  /** `offered` to a person, or `run` by the engine without one. */
  readonly mode: 'offered' | 'run'
  /** The person leaves for an upstream; an answer is accepted once, while it is awaited. */
  readonly away?: true
  /**
   * What is typed is checked by later states, by steps of this type: whatever comes of it an attempt is spent.
   * What such a step has proven in the session stands for what would be typed.
   */
  readonly handsOn?: string
  /**
   * It is answered by what the browser presents with its request: that alone is its input, under this name, and
   * nothing that a body says.
   */
  readonly presents?: PresentedKind
  /**
   * Its work waits for somebody outside, and so is never done while a transaction is open. Only of `run`.
   */
  readonly callsOut?: true
  /** The step is one per connection, and a flow names it by the connection's id. There is one such type. */
  readonly byConnection?: true
  /** Identity kinds with which the step can be entered. */
  readonly needs: readonly IdentityKind[]
  /** `names` a subject, `keeps` the one there is, or `either`: names when there is none, else keeps. */
  readonly subject: 'names' | 'keeps' | 'either' | 'none'
  /** Whether it verifies a credential. */
  readonly credential: boolean
  /**
   * What its form shows is made when the offer is entered, beside that of other options: a challenge that
   * a page needs before anybody has chosen. Otherwise when it is chosen, or is the only option.
   */
  readonly atOnce?: true
  /** What it sends to the account's own address: a server without a sender for that does not start. */
  readonly sends?: Channel
  /** Registers an authenticator: I-30 is checked by the engine, whatever the flow says. */
  readonly enrols?: true
  /**
   * The kind of credential that the option uses up to `account.has`: an option that uses one is offered
   * to a known account only if the account has it. Of a step that enrols: the kind that it makes. With
   * `byConnection` the option's connection is a part of it: `connection` stands for `connection:<id>`.
   */
  readonly uses?: string
  /** Shown and treated as `invalid` until something has been proven. */
  readonly hides: readonly Outcome[]
  /** Besides `error` and `timeout`, which all steps have, by chance. */
  readonly outcomes: { readonly [O in OwnOutcome]?: readonly [Case, ...Case[]] }
}
