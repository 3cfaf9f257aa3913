/**
 * The plug-in interfaces: who makes accounts of the people of a connection or a directory, who says which groups
 * they get, who says whose a ticket is, and who keeps the people of a directory. `plugins.yaml` names them, a connection or a directory says by name
 * which are its own.
 *
 * A plug-in says what is to be; the engine does it. It is asked while nothing is locked and may wait for others,
 * up to its deadline.
 */
import type { PageRequest } from './directory.ts'
import type { Claims } from './facts.ts'

/** Asked when somebody has been proven whom nobody here knows, and never for anybody else. */
export interface IdentityCreator {
  /**
   * @param signal aborted at the deadline
   * @returns `null`: no account can be made of them, for whatever reason
   * @throws anything: the state ends with `error`; later than the deadline: with `timeout`
   */
  create(request: CreationRequest, signal: AbortSignal): Eventually<CreatorAnswer | null>
}

export interface CreationRequest {
  /** The connection or the directory by which they came. */
  readonly connection: string
  /** Their own stable id there. */
  readonly subject: string
  /** What is said of them there. */
  readonly claims: Claims
  /** The directory that their account is for: the answer's must be the same. */
  readonly directory: string
  /** What they have typed in this submission, by field: `username`, `password`. Not to be kept. */
  readonly credentials: Readonly<Record<string, string>>
}

export type CreatorAnswer =
  | { readonly status: 'success'; readonly user: CreatedUser }
  /** @param error for the operator: nothing secret */
  | { readonly status: 'failed'; readonly error?: string }

export interface CreatedUser {
  readonly directory: string
  readonly userName: string
  /** Their profile. Absent: what is said of them where they came from. */
  readonly claims?: Claims
}

/** Asked for accounts that were made just in time, until it has answered once. */
export interface AssignmentProvider {
  /**
   * @param signal aborted at the deadline
   * @returns `false`: it did not work, and is asked again at the next login
   * @throws anything, or late: the same as `false`
   */
  assign(user: AssignableUser, signal: AbortSignal): Eventually<Assignment | false>
}

export interface AssignableUser {
  /** Nobody else has it. The account's id is not told: it may be made in the same move, and not stay. */
  readonly userName: string
  readonly connection: string
  readonly claims: Claims
  /** Those that they have already, whoever granted them. */
  readonly groups: readonly string[]
}

export interface Assignment {
  /** Each grants what flows and applications make of it. */
  readonly groups: readonly string[]
}

/** Says whose a ticket of the network is (SPNEGO, RFC 4178): it holds the key of this service. */
export interface TicketVerifier {
  /**
   * @param ticket the token of `Authorization: Negotiate`, in base64. Not to be kept or logged.
   * @param signal aborted at the deadline
   * @returns the Kerberos principal with its realm, `ann@EXAMPLE.TEST`; `null`: the ticket is good for nothing
   * @throws anything: the state ends with `error`; later than the deadline: with `timeout`
   */
  verify(ticket: string, signal: AbortSignal): Eventually<string | null>
}

/** A directory of one's own: a store of users that is asked where it stands. */
export interface OwnUsers {
  /** Whether `list` can leave out what has not changed. Absent: it cannot. */
  readonly tellsChanges?: boolean
  /**
   * @param name as it was typed, but folded: without case, and in one form
   * @returns `null`: nobody has it
   * @throws anything: nobody is gone by it. As all of these: late is the same, and the state ends with `timeout`
   */
  findByName(name: string, signal: AbortSignal): Eventually<OwnEntry | null>
  findById(id: string, signal: AbortSignal): Eventually<OwnEntry | null>
  /**
   * Whether the password is that of the entry. Not to be kept or logged.
   *
   * @param id `null`: there is nobody of the name, and it must take as long
   */
  matches(id: string | null, password: string, signal: AbortSignal): Eventually<boolean>
  /**
   * A page of all entries, in an order that stays. Absent: accounts cannot be synchronised with it.
   *
   * @returns `next`, which comes back as `after`; absent: this was the last page
   */
  list?(
    page: PageRequest,
    signal: AbortSignal,
  ): Eventually<{ readonly entries: readonly OwnEntry[]; readonly next?: string }>
  /** Closes what it keeps open. It can be asked again all the same. */
  close?(): Eventually<void>
}

export interface OwnEntry {
  /** 1 to 255 visible characters of ASCII. Never changes and is never given to somebody else. */
  readonly id: string
  readonly name: string
  /** Absent: `current`. */
  readonly status?: 'current' | 'locked' | 'obsolete'
  /** All values of each, for the `attributes` of the directory's settings. Absent: none. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>
}

type Eventually<T> = T | Promise<T>

/** What `plugins.yaml` says a plug-in is, and the setting that chooses one. */
export const pluginKinds = ['creator', 'assigner', 'verifier', 'users'] as const
export type PluginKind = (typeof pluginKinds)[number]

/** A creator as steps ask it: whatever it answers has been held to the contract. */
export interface Creator {
  /** @throws {Error} it has thrown, was late, or has answered what no creator may */
  create(
    request: CreationRequest,
  ): Promise<{ readonly user: Required<CreatedUser> } | { readonly declined: 'null' | 'failed' }>
}

/** An assigner as steps ask it. */
export interface Assigner {
  /** Never throws. @returns `failed` with what it has thrown, where it has */
  assign(user: AssignableUser): Promise<Assignment | { readonly failed: unknown }>
}

/** The plug-ins of one organisation, by name. */
export interface PlugIns {
  readonly creators: ReadonlyMap<string, IdentityCreator>
  readonly assigners: ReadonlyMap<string, AssignmentProvider>
  readonly verifiers: ReadonlyMap<string, TicketVerifier>
  readonly users: ReadonlyMap<string, OwnUsers>
}
