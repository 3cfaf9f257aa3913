/** One login on its way through a flow. Everything needed to go on is here: the process may restart. */

import type { Outcome } from '../language/declaration.ts'
import type { FactValues, Identity, Proof } from '../language/facts.ts'
import type { Exhibit } from '../language/step.ts'

export interface Login {
  /** `lg_` and 128 random bits. Worth nothing without the browser's secret. */
  readonly id: string
  readonly organisation: string
  readonly application: string
  /** The flow's name. */
  readonly flow: string
  /** The definition that it began with, and finishes on. */
  readonly digest: string
  /** The machine's node where it rests. */
  readonly position: string
  /** Grows by one with each answer. */
  readonly revision: number
  /** `running` at an offer; `ended` at an end; `answered` when the application has been told. */
  readonly status: 'running' | 'ended' | 'answered'
  /** Attempts spent, by state. Over the whole login: entering a state again refills nothing. */
  readonly spent: Readonly<Record<string, number>>
  readonly facts: LoginFacts
  /** Fingerprint of the one secret of the browser that began it. */
  readonly browserHash: string
  /** The OpenID provider's interaction that waits for it. */
  readonly interactionUid: string
  /** What the provider keeps of the request, as JSON; nothing of it is read here. Absent: nothing waits any more. */
  readonly interaction?: string
  /** Fingerprint of the `state` that an upstream is to bring back. */
  readonly awaitedHash: string | undefined
  /** The form by which that upstream has answered, until it is looked at. Absent: none has come. */
  readonly posted?: string
  /** Who works on it just now. */
  readonly claim: string | undefined
  /** Milliseconds since the Unix epoch; after it the claim counts for nothing. */
  readonly claimUntilMs: number | undefined
  /** Fingerprint of the idempotency key by which the present revision was reached. */
  readonly answeredKey: string | undefined
  readonly createdMs: number
  /** Absolute; no event is taken after it. */
  readonly deadlineMs: number
}

/** Sealed with the login's id. Nothing typed is ever in here. */
export interface LoginFacts {
  readonly identity: Identity
  readonly proofs: readonly Proof[]
  readonly request: RequestFacts
  /** What steps have recorded that is neither of the identity nor of proofs. */
  readonly recorded?: FactValues
  /** The account that facts of `recorded` were asked for, which are of an account. */
  readonly standing?: string | undefined
  /** Fingerprints of the device secrets that the browser showed when the login began. */
  readonly devices?: readonly string[]
  /** Fingerprint of the secret by which the browser is to be known from now on. */
  readonly remembered?: string
  /** The IP address that it began from. Absent: not known for certain. */
  readonly address?: string | undefined
  /** Whose session the browser had when the login began, also where that counts for nothing. Absent: nobody's. */
  readonly sessionOf?: string
  /** What the browser's session had proven when the login began. */
  readonly session: SessionFacts | undefined
  /** The way back: what stood before each offer that was left, oldest first. */
  readonly stack: readonly StackEntry[]
  /** Options with something made for them: a secret to enrol, a challenge. */
  readonly chosen: readonly Chosen[]
  /** The upstream whose answer is awaited. */
  readonly away: { readonly option: string; readonly url: string; readonly kept: Kept } | undefined
  readonly message: { readonly code: string; readonly option: string | undefined } | undefined
  /** What this person was offered where the login rests: decided when the state was entered. */
  readonly offered: readonly string[]
  /** Options that did not work when last tried. */
  readonly troubled: readonly string[]
  readonly end: End | undefined
  /** How many events have been recorded. */
  readonly events: number
}

export type Kept = Readonly<Record<string, string>>

export interface Chosen {
  readonly option: string
  readonly exhibits: readonly Exhibit[]
  readonly kept: Kept | undefined
}

/** What an application asked for. Never trusted to lower anything. */
export interface RequestFacts {
  /** `acr_values`, and essential `acr`: at least one of the latter must be reached. */
  readonly acr: readonly string[]
  readonly essentialAcr: readonly string[]
  readonly prompt: readonly string[]
  /** Seconds; 0 demands proofs made in this login (OpenID Connect Core, 3.1.2.1). */
  readonly maxAgeSeconds: number | undefined
  readonly loginHint: string | undefined
  readonly uiLocales: readonly string[]
  /** Languages of the browser that it came by (BCP 47), best first; absent when it did not say. */
  readonly browserLocales?: readonly string[]
}

export interface SessionFacts {
  readonly uid: string
  readonly account: string
  readonly proofs: readonly Proof[]
}

export interface StackEntry {
  readonly state: string
  readonly identity: Identity
  readonly proofs: readonly Proof[]
}

export interface End {
  readonly outcome: Outcome
  /** What the application is told; absent for success. */
  readonly error: string | undefined
  /** Level reached. Present for success. */
  readonly acr: string | undefined
  readonly amr: readonly string[]
  /** Seconds since the Unix epoch of the latest proof (OpenID Connect Core, 2). */
  readonly authTime: number | undefined
}

/** One line of a login's story, append-only. It never holds a secret or anything typed. */
export interface LoginEvent {
  readonly atMs: number
  readonly state: string
  readonly option: string | undefined
  readonly outcome: string
  readonly caseIndex: number | undefined
  readonly to: string | undefined
  /** Each condition that was asked, with its result and the facts that it read. */
  readonly decided: readonly DecidedCondition[]
  readonly reason: string | undefined
}

export interface DecidedCondition {
  readonly condition: string
  readonly result: 'true' | 'false' | 'error'
  readonly inputs: Readonly<Record<string, unknown>>
}
