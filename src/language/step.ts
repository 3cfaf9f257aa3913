/**
 * The contract between the flow language and a step type.
 *
 * Shared code never asks "which step is this?". It reads the declaration, and the step answers for
 * itself. A step never knows what comes next: it ends with an outcome, and the flow says where to.
 *
 * The declaration is also all that the checker knows of a step. What a step does beyond it would be a
 * hole in every proof, so the type of `work` holds the two together: an outcome that is not declared
 * does not compile.
 */
import type {
  Claims,
  ConnectionScheme,
  FactName,
  Factor,
  FactValue,
  FactValues,
  Identity,
  IdentityKind,
  Proof,
} from './facts.ts'
import type { ParamSpecs, ParamValues } from './params.ts'
import type { Write } from './write.ts'

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

export interface StepDeclaration {
  readonly type: string
  /** `offered` to a person, or `run` by the engine without one. */
  readonly mode: 'offered' | 'run'
  /** The person leaves for an upstream; an answer is accepted once, while it is awaited. */
  readonly away?: true
  /**
   * Its work waits for somebody outside, and so is never done while a transaction is open. Only of `run`.
   */
  readonly callsOut?: true
  /** The step is one per connection, and a flow names it by the connection's id. */
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

/** A field that a person fills in. Data only: pages and the JSON API render the same description. */
export interface Field {
  readonly name: string
  /** `credential`: what the browser's credential API has answered, as JSON; nobody types it. */
  readonly kind: 'text' | 'email' | 'password' | 'new-password' | 'code' | 'credential' | 'choice'
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

/** One account as a step sees it: no secrets. */
export interface Person {
  readonly id: string
  readonly userName: string
  /** `pending`: somebody has yet to approve it. */
  readonly status: 'active' | 'locked' | 'disabled' | 'pending'
  /** The login that has made it, while it stays only if that comes to success. Absent: it stays. */
  readonly provisional?: string
  /** Each once, whoever granted it. */
  readonly groups: readonly string[]
  /** The same with who granted it. */
  readonly grants: readonly { readonly group: string; readonly source: string }[]
  readonly source: string
  readonly claims: Claims
  /** Who wrote an attribute of the claims: `local` or a connection. Absent: `source` did. */
  readonly provenance?: Readonly<Record<string, string>>
  /** What the account holds: `password`, `totp`, `webauthn`, or `connection:<id>` for an association. */
  readonly credentials: readonly { readonly id: string; readonly kind: string }[]
}

/** A session of an account in another browser. */
export interface OtherSession {
  readonly id: string
  /** When it began, in milliseconds since the Unix epoch. */
  readonly sinceMs: number
}

/** What a step may ask of the outside. All of it reads; what a step wants changed, it returns. */
export interface Ports {
  /** @returns the account, or `undefined` when there is none of that name (compared case-folded). */
  findByUserName(userName: string): Promise<Person | undefined>
  findAccount(id: string): Promise<Person | undefined>
  /** @returns the account associated with (connection, subject). */
  findAssociated(connection: string, subject: string): Promise<Person | undefined>
  /** @returns accounts whose own address is this one and verified; two are enough to be too many */
  findByVerifiedEmail(email: string): Promise<readonly Person[]>
  /**
   * The sealed part of a credential, opened.
   *
   * @param id which of them, where an account can have several of a kind
   * @returns `undefined` when the account has none such
   */
  readCredential(account: string, kind: string, id?: string): Promise<StoredCredential | undefined>
  /**
   * Whether these proofs are of credentials of the account's own, and of two kinds of factor where it can
   * give two.
   */
  isProvenByOwn(person: Person, proofs: readonly Proof[]): boolean
  /** The sessions of an account in other browsers than this one, the oldest first. */
  otherSessions(account: string): Promise<readonly OtherSession[]>
  /** Cryptographic random bytes. */
  random(bytes: number): Uint8Array
  /** A connection's upstream client. */
  upstream(connection: string): Upstream
  service(id: string): Service
}

/** A service of `services.yaml`. */
export interface Service {
  /**
   * @param facts of these it is told those that its settings name
   * @throws {UpstreamFailure} it was not reached, was late, or has not answered as it should
   */
  ask(facts: FactValues): Promise<{ readonly result?: string; readonly score?: number }>
}

export interface StoredCredential {
  readonly id: string
  /** What the step sealed when it was made: for `password` a PHC string, for `totp` a base32 secret. */
  readonly secret: string
  /** A counter that only grows: for `totp` the last time step that was spent. */
  readonly counter: number
}

/** What comes back from an upstream, once it has been verified as belonging to this login. */
export type UpstreamAnswer =
  | { readonly answer: 'identified'; readonly subject: string; readonly claims: Claims }
  | { readonly answer: 'denied'; readonly error: string }

/** The client side of one connection. It throws `KnownError` or `UpstreamFailure`, nothing else on purpose. */
export interface Upstream {
  /** Starts an attempt. @returns where to send the person, and what to keep sealed until they return. */
  depart(request: {
    readonly state: string
    readonly forceAuthentication: boolean
  }): Promise<{ readonly url: string; readonly keep: Readonly<Record<string, string>> }>
  /**
   * Finishes it.
   *
   * @param url the whole callback address as it was called
   * @param posted the form that was posted there before, where the upstream answers so
   */
  arrive(
    url: string,
    state: string,
    keep: Readonly<Record<string, string>>,
    posted?: string,
  ): Promise<UpstreamAnswer>
  /** Whether it answers by a form that the browser posts. Absent: in the callback's address. */
  readonly takesPosts?: boolean
  /** What its administrator must know of us, as XML; absent where nothing is published. */
  metadata?(): string
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
  /** Fingerprint of a fresh secret, which this browser keeps if the step has it remembered. */
  readonly deviceHash?: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
  readonly login: { readonly id: string; readonly deadlineMs: number }
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
  /** Live, and outside the digest. */
  readonly enabled: boolean
  /** Whether an address that it asserts counts as verified, whatever it says. Absent: as it says. */
  readonly emailVerified?: boolean
  /** The directory that its people get their accounts in. Absent: `internal`. */
  readonly directory?: string
  /** What a later login does to the profile. Absent: `preserve`. */
  readonly sync?: SyncMode
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
  readonly writes?: readonly Write[]
  /** Message code for the person, where the outcome stays at the offer. */
  readonly message?: string
}

/** What stands between two submissions of one step. */
export interface Prepared {
  readonly exhibits: readonly Exhibit[]
  /** Comes back as `kept`. */
  readonly keep: Readonly<Record<string, string>>
  /** Left out where `counts` has come too often. */
  readonly writes: readonly Write[]
  /** Whose doing this is, and of what: counted like guesses. */
  readonly counts?: { readonly account: string; readonly factor: string }
}

export interface StepType<P extends ParamSpecs = ParamSpecs, O extends OwnOutcome = OwnOutcome> {
  readonly declaration: StepDeclaration
  readonly params: P
  /** None for a `run` step, and for one that is away. */
  readonly fields: readonly Field[]
  /**
   * Whose attempt this submission is, before any work: the account and factor whose guesses are counted.
   * Absent: no account is guessed at.
   */
  guesses?(call: StepCall<P>): Promise<{ account: string; factor: string } | undefined>
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
  guesses?: StepType<P>['guesses']
  show?: StepType<P>['show']
  prepare?: StepType<P>['prepare']
  asks?: StepType<P>['asks']
  depart?: StepType<P>['depart']
  work(call: StepCall<P>): Promise<Answer<keyof D['outcomes'] & OwnOutcome>>
}): StepType<P, keyof D['outcomes'] & OwnOutcome> {
  return Object.freeze(step) as StepType<P, keyof D['outcomes'] & OwnOutcome>
}
