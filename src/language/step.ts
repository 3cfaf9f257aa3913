/**
 * The contract between the flow language and a step type.
 *
 * Shared code never asks "which step is this?". It reads the declaration, and the step answers for
 * itself. A step never knows what comes next: it ends with an outcome, and the flow says where to.
 *
 * The type of `work` holds a step to its declaration: an outcome that is not declared does not compile.
 */
import type { OwnOutcome, StepDeclaration } from './declaration.ts'
import type { ConnectionScheme, FactValues, Identity, Proof } from './facts.ts'
import type { ParamSpecs, ParamValues } from './params.ts'
import type { Ports } from './ports.ts'
import type { Write } from './write.ts'

/** A field that a person fills in. Data only: pages and the JSON API render the same description. */
export interface Field {
  readonly name: string
  /** `credential`: what the browser's credential API has answered, as JSON; nobody types it. */
  readonly kind:
    | 'text'
    | 'email'
    | 'tel'
    | 'password'
    | 'new-password'
    | 'code'
    | 'credential'
    | 'choice'
  /** Of a `choice`: what can be chosen, each by a button of its own. */
  readonly choices?: readonly { readonly value: string; readonly label: string }[]
  /** Message code of the label. */
  readonly label: string
  /** HTML's `autocomplete` (WCAG 2.2, 1.3.5). */
  readonly autocomplete: string
  /** Longest accepted value in UTF-16 units. The engine refuses longer ones before the step sees them. */
  readonly maxLength: number
  readonly required: boolean
  /** It names the subject: left out where there is one already. */
  readonly names?: true
}

/** Something a page shows beside the fields. */
export type Exhibit =
  | { readonly kind: 'qr'; readonly uri: string; readonly svg: string; readonly secretText: string }
  | { readonly kind: 'text'; readonly label: string; readonly text: string }
  /** A sentence, by its message code. */
  | { readonly kind: 'note'; readonly code: string }
  /** What the credential API is asked, as WebAuthn Level 3 writes it in JSON (sections 5.1.8 and 5.1.9). */
  | {
      readonly kind: 'ceremony'
      readonly ceremony: 'get' | 'create'
      readonly options: Readonly<Record<string, unknown>>
    }

export interface StepCall<P extends ParamSpecs = ParamSpecs> {
  readonly params: ParamValues<P>
  readonly identity: Identity
  readonly facts: FactValues
  /** What has been proven so far in this login. */
  readonly proofs: readonly Proof[]
  /** What the person has sent for this step's fields, length-checked. Empty for a `run` step. */
  readonly input: Readonly<Record<string, string>>
  /** What was typed earlier in this same advance: the credential map of a chain of directories. */
  readonly typed: Readonly<Record<string, string>>
  /** The option's connection, where the step is by connection; for `run` the identity's. */
  readonly connection: ConnectionSettings | undefined
  /** What this step's `show` or `depart` wanted kept for this entry. */
  readonly kept: Readonly<Record<string, string>> | undefined
  /** The callback's whole address, for a step that was away. */
  readonly arrival:
    | { readonly url: string; readonly state: string; readonly posted?: string }
    | undefined
  /** What was sent by the link that this step has kept as `awaits`. Absent: nothing. */
  readonly linked?: string | undefined
  /** Fingerprint of a fresh secret, which this browser keeps if the step has it remembered. */
  readonly deviceHash?: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
  readonly login: {
    readonly id: string
    readonly deadlineMs: number
    /** Languages that it is held in (BCP 47), best first. */
    readonly languages: readonly string[]
  }
  readonly ports: Ports
}

/** The settings of a connection that steps may read. Secrets stay with the upstream client. */
export interface ConnectionSettings {
  readonly id: string
  readonly title: string
  /** Just-in-time provisioning. */
  readonly jit: boolean
  /** Upstream `amr` values that this connection is believed. */
  readonly trustsAmr: readonly string[]
  /**
   * Attributes of its `attributes` by which an account here may be found: its word is believed in them. Absent:
   * none. Live: trust that is withdrawn is withdrawn at once.
   */
  readonly identifies?: readonly string[]
  /** Live, and outside the digest. */
  readonly enabled: boolean
  /** Whether an address that it asserts counts as verified, whatever it says. Absent: as it says. */
  readonly emailVerified?: boolean
  /** The directory that its people get their accounts in. Absent: `internal`. */
  readonly directory?: string
  /** What a later login does to the profile. Absent: `preserve`. */
  readonly sync?: SyncMode
  /**
   * Of a directory: how long an account stands in for it once it was asked, in minutes. Absent, or 0: not at all.
   */
  readonly refreshMinutes?: number
  /** Attributes that it makes of claims; each may have a `sync` of its own. Absent: none. */
  readonly attributes?: Readonly<Record<string, { readonly sync?: SyncMode }>>
  /** Groups here by a group there, compared as they are. Absent: it maps none. */
  readonly groups?: Readonly<Record<string, readonly string[]>>
  /** What people are asked before they get an account; a flow reads it as `identity.scheme`. Absent: `silent`. */
  readonly scheme?: ConnectionScheme
  /** Domains of verified addresses that accounts are made for, in small letters. Absent: all. */
  readonly allowDomains?: readonly string[]
  /** Domains of addresses that no account is made for, in small letters. Absent: none. */
  readonly denyDomains?: readonly string[]
  /** The plug-in that makes accounts of its people. Absent: the built-in one. */
  readonly creator?: string
  /** The plug-in that grants groups to accounts made of its people. Absent: none does. */
  readonly assigner?: string
}

/**
 * What of a profile follows the upstream at later logins. `override`: all of it, also what is no longer
 * said there. `preserve`: what came from there; what others have written stays. `none`: nothing.
 */
export const syncModes = ['override', 'preserve', 'none'] as const
export type SyncMode = (typeof syncModes)[number]

/** How a step ended, with what it wants written. */
export interface Answer<O extends OwnOutcome = OwnOutcome> {
  readonly outcome: O
  /** Index into the declaration's cases of this outcome. 0 when absent. */
  readonly case?: number
  /** The identity afterwards, where the case declares one. */
  readonly identity?: Identity
  /** Facts that are neither of the identity nor of proofs, among those that the case records. */
  readonly facts?: FactValues
  /** Credential ids, one for each entry of the case's `proves`, in that order. */
  readonly credentials?: readonly string[]
  /** The credential that the first of these takes the place of, where that is not removed by a write. */
  readonly inPlaceOf?: string
  readonly writes?: readonly Write[]
  /** Message code for the person, where the outcome stays at the offer. */
  readonly message?: string
  /** Why, in one word for the story of the login; of a `run` step. Absent: the case says it all. */
  readonly reason?: string
}

/** Whose attempts are counted, over all logins. */
export type Counted =
  | { readonly account: string; readonly factor: string }
  /** Of an address that is no account's: at most 64 characters that do not tell it. */
  | { readonly addressHash: string }

/** What stands between two submissions of one step. */
export interface Prepared {
  readonly exhibits: readonly Exhibit[]
  /** Comes back as `kept`. */
  readonly keep: Readonly<Record<string, string>>
  /** Fingerprint of a token in a link that was sent: who opens it may answer. It is in `keep` too, as `awaits`. */
  readonly awaits?: string
  /** Left out where `counts` has come too often. */
  readonly writes: readonly Write[]
  /** Whose doing this is, and of what: counted like guesses. */
  readonly counts?: Counted
}

export interface StepType<P extends ParamSpecs = ParamSpecs, O extends OwnOutcome = OwnOutcome> {
  readonly declaration: StepDeclaration
  readonly params: P
  /** None for a `run` step, and for one that is away. */
  readonly fields: readonly Field[]
  /** Whether its work is the hash of a password: so many at once as there are processors. */
  readonly hashes?: boolean
  /**
   * Whose attempt this submission is, before any work: the account and factor whose guesses are counted, or the
   * address. Absent: nothing of anybody is guessed at.
   */
  guesses?(call: StepCall<P>): Promise<Counted | undefined>
  /**
   * What to show when the step is chosen; `keep` comes back as `kept`. Asked again after an answer that
   * was not right, now with `kept`: what may be used once is then made anew. Absent: the fields alone.
   */
  show?(
    call: StepCall<P>,
  ): Promise<{ exhibits: readonly Exhibit[]; keep?: Readonly<Record<string, string>> }>
  /**
   * Whether this submission asks for something first, a code by mail: nothing is answered by it and no attempt
   * is spent. The step shows and keeps what it says here, and asks on.
   *
   * @returns absence when it is an answer
   */
  prepare?(call: StepCall<P>): Promise<Prepared | undefined>
  /** Which of the fields are asked for at this entry. Absent: all of them. */
  asks?(
    call: Pick<StepCall<P>, 'identity' | 'params'> & { readonly kept?: StepCall['kept'] },
  ): readonly string[]
  /** How often a credential of its kind can still be used, by what its counter says. Absent: without end. */
  left?(counter: number): number
  /** For a step that goes `away`: where to. */
  depart?(
    call: StepCall<P>,
    state: string,
  ): Promise<{ url: string; keep: Readonly<Record<string, string>> }>
  /**
   * Does the step's work. It must not change anything: what is to change, it returns.
   *
   * For an `offered` step no transaction is open. A `run` step reads through the one that commits it.
   *
   * @throws anything: the outcome is then `error`, or `timeout` for an `AbortError`
   */
  work(call: StepCall<P>): Promise<Answer<O>>
}

/** Declares a step type, and holds it to its own declaration at compile time. */
export function defineStep<const P extends ParamSpecs, const D extends StepDeclaration>(step: {
  declaration: D
  params: P
  fields: readonly Field[]
  hashes?: boolean
  guesses?: StepType<P>['guesses']
  show?: StepType<P>['show']
  prepare?: StepType<P>['prepare']
  asks?: StepType<P>['asks']
  left?: StepType<P>['left']
  depart?: StepType<P>['depart']
  work(call: StepCall<P>): Promise<Answer<keyof D['outcomes'] & OwnOutcome>>
}): StepType<P, keyof D['outcomes'] & OwnOutcome> {
  return Object.freeze(step) as StepType<P, keyof D['outcomes'] & OwnOutcome>
}
