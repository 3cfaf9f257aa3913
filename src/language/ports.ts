/** What a step may ask of the outside. All of it reads; what a step wants changed, it returns. */
import type { Directory, Sought } from './directory.ts'
import type { Claims, FactValues, Proof } from './facts.ts'
import type { Assigner, Creator } from './plug-in.ts'

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

export interface Ports {
  /** @returns the account, or `undefined` when there is none of that name (compared case-folded). */
  findByUserName(userName: string): Promise<Person | undefined>
  findAccount(id: string): Promise<Person | undefined>
  /** @returns the account associated with (connection, subject). */
  findAssociated(connection: string, subject: string): Promise<Person | undefined>
  /** @returns accounts whose own address is this one and verified; two are enough to be too many */
  findByVerifiedEmail(email: string): Promise<readonly Person[]>
  /** @returns accounts with that attribute, where whoever has written it there is believed in it */
  findByAttribute(name: string, value: string): Promise<readonly Person[]>
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
  /** Whether a password of theirs is kept here, and not in the directory that they have come from. */
  keepsPasswordOf(person: Person): boolean
  /** The sessions of an account in other browsers than this one, the oldest first. */
  otherSessions(account: string): Promise<readonly OtherSession[]>
  /** Cryptographic random bytes. */
  random(bytes: number): Uint8Array
  /** A connection's upstream client. */
  upstream(connection: string): Upstream
  service(id: string): Service
  /** A store of users that is not ours. */
  directory(id: string): Directory
  /**
   * Who has this id in a directory now. It is asked with no transaction open, and once in a move.
   *
   * @throws {UpstreamFailure} no certain answer
   */
  findEntry(directory: string, id: string): Promise<Sought>
  /**
   * When the directory has last said that they are there and current, in milliseconds since the Unix epoch.
   *
   * @returns absence: it has not been asked at a login
   */
  confirmedMs(account: string, directory: string): Promise<number | undefined>
  /** Of `provision`. */
  creator(name: string): Creator
  /** Of `assign`. */
  assigner(name: string): Assigner
  /** Whether the connection's assigner has said which groups the account gets. */
  isAssigned(account: string, connection: string): Promise<boolean>
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
