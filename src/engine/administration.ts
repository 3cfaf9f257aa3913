/** What an administrator asks of storage: one organisation's people, sessions, logins, and its audit. */
import type { Claims, Proof } from '../language/facts.ts'

/** `viewer` may see everything, `admin` change it as well. */
export type Role = 'admin' | 'viewer'

export const roles: readonly Role[] = ['admin', 'viewer']

/** Who changes something, for the audit. */
export interface Actor {
  /** The account's id; where there is none, `command-line`, or `nobody` in a login. */
  readonly account: string
  /** The application that acts for them; empty on the command line. */
  readonly application: string
}

export type AccountStatus = 'active' | 'locked' | 'disabled' | 'pending'

export interface User {
  readonly id: string
  readonly userName: string
  readonly status: AccountStatus
  /** `local`, or the connection that it was provisioned by. */
  readonly source: string
  readonly directory: string
  readonly createdMs: number
  readonly claims: Claims
  /** Who wrote which attribute, where that was not the account's source. */
  readonly provenance: Readonly<Record<string, string>>
  readonly groups: readonly Grant[]
  readonly roles: readonly Role[]
  readonly factors: readonly Factor[]
  readonly associations: readonly Association[]
  readonly consents: readonly Consent[]
}

export interface Grant {
  readonly group: string
  /** `manual`, or what in a flow has granted it. */
  readonly source: string
}

/** A group that anybody is in. */
export interface GroupRecord {
  readonly group: string
  readonly members: number
}

/** A credential, without anything of its secret. */
export interface Factor {
  readonly id: string
  readonly kind: string
  /** What its owner calls it. Absent: nothing. */
  readonly name?: string
  readonly createdMs: number
  /** What its step counts of it, in its own way. */
  readonly counter: number
  /** When it has proven something last. Absent: never yet. */
  readonly usedMs?: number
}

export interface Association {
  readonly connection: string
  readonly subject: string
  readonly createdMs: number
}

/** What somebody has agreed that their account holds of what a connection says. */
export interface Consent {
  readonly connection: string
  /** On the way to which they have agreed. */
  readonly application: string
  readonly attributes: readonly string[]
  readonly agreedMs: number
}

/** A browser that an application has been asked to remember for this account. */
export interface Device {
  readonly id: string
  readonly application: string
  readonly createdMs: number
  readonly usedMs: number
  readonly expiresMs: number
}

/** How a sign-in that came as far as an account has ended. */
export interface Activity {
  readonly atMs: number
  readonly application: string
  readonly outcome: string
  /** RFC 8176: what was proven. */
  readonly amr: readonly string[]
}

/** Where a page of a list ends: the place of its last item in the list's order. */
export interface Position {
  readonly ms: number
  readonly id: string
}

export interface PageQuery {
  /** Absent: from the beginning. */
  readonly after?: Position | undefined
  /** 1 to 100. */
  readonly limit: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Absent: this is the last page. */
  readonly next?: Position
}

export interface UserQuery extends PageQuery {
  /** A part of the user name or of a verified address; letters alike. */
  readonly search?: string | undefined
  readonly source?: string | undefined
  readonly status?: string | undefined
  readonly group?: string | undefined
}

export interface NewUser {
  readonly userName: string
  readonly claims: Claims
  readonly groups: readonly string[]
  readonly credentials: readonly { readonly kind: string; readonly secret: string }[]
}

export type UserChange =
  | { readonly change: 'status'; readonly status: AccountStatus }
  /** By name, as in `provenance`: `name`, `email`, `other.nickname`. `null` takes an attribute away. */
  | { readonly change: 'profile'; readonly attributes: Readonly<Record<string, string | null>> }
  | { readonly change: 'delete' }
  | { readonly change: 'sign-out' }
  | { readonly change: 'remove-factor'; readonly factor: string }
  /** By its owner: not the last way in. */
  | { readonly change: 'give-up-factor'; readonly factor: string }
  | { readonly change: 'rename-factor'; readonly factor: string; readonly name: string }
  | { readonly change: 'sign-out-session'; readonly session: string }
  | { readonly change: 'sign-out-elsewhere'; readonly session: string }
  | { readonly change: 'forget-device'; readonly device: string }
  /** All of a kind: `totp`, `webauthn`, ... */
  | { readonly change: 'reset-factor'; readonly kind: string }
  /** `subject` absent: from all that it has of the connection. */
  | {
      readonly change: 'remove-association'
      readonly connection: string
      readonly subject?: string
    }
  | { readonly change: 'withdraw-consent'; readonly connection: string }
  | { readonly change: 'grant-group' | 'withdraw-group'; readonly group: string }
  | { readonly change: 'grant-role' | 'withdraw-role'; readonly role: Role }

export type ChangedUser =
  /** `user`: as it is now; absent when it was deleted. */
  { readonly result: 'changed'; readonly user: User | undefined } | { readonly result: Unchanged }

/**
 * Nothing was written: there is no such user, or not as expected; or it was not linked, or has not agreed
 * to anything; or nobody would be left to administer, or nobody could sign in to the account any more.
 */
export type Unchanged =
  | 'unknown'
  | 'not-as-expected'
  | 'not-linked'
  | 'not-agreed'
  | 'last-administrator'
  | 'last-way-in'

export interface SessionRecord {
  readonly id: string
  readonly account: string
  readonly createdMs: number
  readonly expiresMs: number
  readonly applications: readonly string[]
}

export interface LoginRecord {
  readonly id: string
  readonly application: string
  readonly flow: string
  readonly digest: string
  readonly state: string
  readonly status: string
  readonly createdMs: number
  readonly deadlineMs: number
  readonly identity: {
    readonly kind: string
    readonly account?: string
    readonly connection?: string
  }
  /** Absent while it goes on. */
  readonly outcome?: string
  readonly error?: string
}

export interface LoginEventRecord {
  readonly atMs: number
  readonly state: string
  readonly option?: string
  readonly outcome: string
  readonly to?: string
  readonly reason?: string
  /** The conditions that were asked, without the facts that they read. */
  readonly decided: readonly { readonly condition: string; readonly result: string }[]
}

/** How much waits, counted no further than `countMax`. */
export interface Waiting {
  /** People who wait for approval. */
  readonly people: number
  /** Logins under way. */
  readonly logins: number
  /** Messages that are to be sent. */
  readonly messages: number
  /** Messages of the last day that could not be sent. */
  readonly failed: number
}

export const countMax = 1000

export interface AuditRecord {
  readonly id: string
  readonly atMs: number
  readonly actor: string
  readonly application: string
  readonly action: string
  /** What it was done to. */
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
}

export interface AuditQuery extends PageQuery {
  readonly action?: string | undefined
  readonly subject?: string | undefined
  /** What was changed, without wrong answers and ends of logins. Absent: all. */
  readonly changes?: true
}

export interface Administration {
  /** Read live. @returns none when the account is not active, or there is none */
  rolesOf(account: string): Promise<readonly Role[]>
  listUsers(query: UserQuery): Promise<Page<User>>
  findUser(id: string): Promise<User | undefined>
  /** @returns absence: the name is taken, and nothing was written */
  addUser(by: Actor, user: NewUser, nowMs: number): Promise<User | undefined>
  /**
   * One transaction, with its audit record. A change that finds nothing to do is one all the same.
   *
   * @param expected asked with the user as it is in the transaction
   */
  changeUser(
    by: Actor,
    id: string,
    change: UserChange,
    expected: (user: User) => boolean,
    nowMs: number,
  ): Promise<ChangedUser>
  /** By their names; where a page ends, `ms` is 0. */
  listGroups(query: PageQuery): Promise<Page<GroupRecord>>
  listSessions(
    query: PageQuery & { readonly account?: string | undefined },
  ): Promise<Page<SessionRecord>>
  /** Dated, as a session keeps them; none where it has ended. */
  proofsOf(session: string): Promise<readonly Proof[]>
  /** Those that still count, the one used last first. */
  listDevices(account: string, nowMs: number): Promise<readonly Device[]>
  /** The newest first. */
  listActivity(query: PageQuery & { readonly account: string }): Promise<Page<Activity>>
  /** Whether there was one. Its applications are told. */
  endSession(by: Actor, id: string, nowMs: number): Promise<boolean>
  /** @param query `state`: where they rest, or have ended */
  listLogins(
    query: PageQuery & {
      readonly status?: string | undefined
      readonly state?: string | undefined
      readonly application?: string | undefined
    },
  ): Promise<Page<LoginRecord>>
  findLogin(
    id: string,
  ): Promise<(LoginRecord & { readonly events: readonly LoginEventRecord[] }) | undefined>
  listAudit(query: AuditQuery): Promise<Page<AuditRecord>>
  countWaiting(): Promise<Waiting>
  /** For a change of what is not kept here. */
  record(
    by: Actor,
    done: Pick<AuditRecord, 'action' | 'subject' | 'detail'>,
    nowMs: number,
  ): Promise<void>
}
