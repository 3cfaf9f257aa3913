/** What a route of the admin API is: a line of its table, from which it is served and described. */
import type {
  Actor,
  Administration,
  LoginEventRecord,
  LoginRecord,
  Role,
} from '../../engine/administration.ts'
import type { Report } from '../errors.ts'
import type { Settings } from '../settings.ts'

/** JSON Schema 2020-12, as far as OpenAPI 3.1 and our bodies need it. */
export type Schema = Readonly<Record<string, unknown>>

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/admin/api`; a part in braces is a parameter. */
  readonly path: string
  readonly summary: string
  /** What whoever calls must be. */
  readonly needs: Role
  /** Parameters of the address, all optional, by name. */
  readonly query?: Readonly<Record<string, Schema>>
  readonly body?: Schema
  /** Whether `If-Match` must be there, so that nobody overwrites what they have not seen. */
  readonly conditional?: true
  /** What it answers when all is well, by status. Absent schema: no body. */
  readonly answers: Readonly<Record<number, Schema | undefined>>
  readonly run: (call: Call, parts: AdminParts) => Promise<Answer>
}

export interface Call {
  readonly by: Actor
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Of the route's schema. */
  readonly body: unknown
  /** As it came; empty when it is not there. */
  readonly ifMatch: string
}

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly etag?: string
  /** Below `/admin/api`. */
  readonly location?: string
}

/** What the API is made of. Each is of one organisation. */
export interface AdminParts {
  readonly settings: Settings
  readonly administration: Administration
  /** Whose an access token is; absent: nobody's, or it is not for this API. */
  readonly findHolder: (token: string) => Promise<Holder | undefined>
  readonly connections: Connections
  /** The flows in force, with what the checker says of each. */
  readonly flows: () => Promise<readonly FlowRecord[]>
  /** @param property the way that breaks it, or shows it, is marked */
  readonly drawFlow: (name: string, property: string | undefined) => string
  /** @returns absence: the definition that it began with is kept no longer */
  readonly drawLogin: (
    login: Pick<LoginRecord, 'digest' | 'state'> & { readonly events: readonly LoginEventRecord[] },
  ) => Promise<string | undefined>
  readonly applications: () => Promise<readonly ApplicationRecord[]>
  /** In force within a second. */
  switchApplication(application: string, enabled: boolean): Promise<void>
  readonly keys: () => Promise<readonly KeyRecord[]>
  /** @returns what to store of a password, or the code of what is wrong with it */
  readonly credentialOf: (
    password: string,
    words: { readonly userName: string; readonly words: readonly string[] },
  ) => Promise<{ readonly kind: string; readonly secret: string } | { readonly problem: string }>
  readonly report: Report
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

export interface Holder {
  readonly account: string
  readonly application: string
  readonly scopes: ReadonlySet<string>
}

export interface ConnectionRecord {
  readonly id: string
  readonly title: string
  readonly protocol: string
  readonly enabled: boolean
  readonly jit: boolean
  /** What it does to profiles at later logins. */
  readonly sync: string
  /** Which of `enabled` and `jit` are switched, over what the file says. */
  readonly switched: readonly string[]
}

export interface Connections {
  list(): Promise<readonly ConnectionRecord[]>
  /** @returns the applications that a change of just-in-time accounts would break */
  consequences(connection: string, jit: boolean): Promise<readonly BrokenApplication[]>
  /**
   * @param force also where applications break
   * @returns the applications that it breaks; it was done when there are none, or when forced
   */
  change(
    connection: string,
    change: { readonly enabled?: boolean; readonly jit?: boolean },
    force: boolean,
  ): Promise<readonly BrokenApplication[]>
}

export interface BrokenApplication {
  readonly application: string
  readonly flow: string
  /** The properties that it loses. */
  readonly lost: readonly string[]
}

export interface FlowRecord {
  readonly name: string
  readonly title: string
  readonly applications: readonly string[]
  /** Those that it offers. */
  readonly connections: readonly string[]
  /** The states in which a login of it can end. */
  readonly ends: readonly string[]
  /** What leads from one state to another: what its drawing shows. */
  readonly ways: readonly {
    readonly from: string
    readonly to: string
    readonly by: readonly string[]
  }[]
  readonly digest: string
  readonly states: number
  readonly transitions: number
  /** Ways in that are weaker on purpose. */
  readonly weaker: readonly { readonly ways: readonly string[]; readonly because: string }[]
  readonly verdicts: readonly VerdictRecord[]
}

export interface VerdictRecord {
  readonly property: string
  readonly sentence: string
  readonly verdict: string
  readonly because?: string
  /** The shortest way that breaks it, or shows that it is reachable, line by line. */
  readonly story?: readonly string[]
  readonly remedies?: readonly string[]
}

export interface ApplicationRecord {
  readonly id: string
  readonly title: string
  /** Whether anybody may sign in to it. */
  readonly enabled: boolean
  readonly flow: string
  readonly acr?: string
  readonly auth: string
  readonly redirectUris: readonly string[]
  readonly release: readonly string[]
  readonly administers: boolean
  readonly selfService: boolean
}

export interface KeyRecord {
  readonly kid: string
  readonly alg: string
  readonly createdMs: number
  /** `waits`: this server was started before it was made, and does not know it. */
  readonly use: 'signs' | 'published' | 'waits'
}
