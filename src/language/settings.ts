/** What flows name: applications, connections and directories, as the files beside the flows declare them. */
import type { Secret } from '../kit/secret.ts'
import type { FlowDefinition, Place } from './flow.ts'
import type { ConnectionSettings } from './step.ts'

/** All that one organisation's files say, without a problem. */
export interface Organisation {
  readonly applications: readonly ApplicationFile[]
  readonly connections: readonly ConnectionFile[]
  readonly directories: readonly DirectoryFile[]
  readonly flows: readonly FlowDefinition[]
}

/** A secret stands in a file by reference only: `${env:NAME}`. */
export interface SecretReference {
  /** The environment variable's name. */
  readonly reference: string
  /** Absent: the variable is not set. A server refuses to start then; a check does not mind. */
  readonly value: Secret<string> | undefined
}

/** A relying party: an OpenID Connect client. */
export interface ApplicationFile {
  readonly id: string
  readonly title: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** OpenID Connect Core, section 9. `none` is a public client. */
  readonly auth: 'client_secret_basic' | 'client_secret_post' | 'none'
  /** Absent for a public client. */
  readonly secret?: SecretReference
  /** The name of its flow. */
  readonly flow: string
  /** Its own floor, a level of its flow; absent: the flow's. */
  readonly acr?: string
  /** Claims that it may receive; `*` for all. */
  readonly release: readonly string[]
  readonly place: Place
}

interface ConnectionBase extends ConnectionSettings {
  readonly clientId: string
  readonly clientSecret: SecretReference
  readonly scopes: readonly string[]
  /** The claim that is the person's stable id there. Never an address or a name. */
  readonly subject: string
  /** Which of the upstream's claims are our `email`, `name`, `preferredUsername`, `groups`. */
  readonly claims: Readonly<Partial<Record<MappedClaim, string>>>
  /**
   * How the upstream says that an address is verified: by the claim `email_verified` (or, from a list of
   * addresses, the entry's own `verified`), `never`, or `always`.
   */
  readonly emailVerified: 'claim' | 'never' | 'always'
  readonly place: Place
}

export const mappedClaims = ['email', 'name', 'preferredUsername', 'groups'] as const
export type MappedClaim = (typeof mappedClaims)[number]

/** An upstream identity provider. */
export type ConnectionFile =
  | (ConnectionBase & { readonly protocol: 'oidc'; readonly issuer: string })
  | (ConnectionBase & {
      readonly protocol: 'oauth2'
      readonly authorizeUrl: string
      readonly tokenUrl: string
      readonly userUrl: string
      /** A list of `{email, primary, verified}`; absent: the address is a claim of the user. */
      readonly emailsUrl?: string
    })

/** A store of users. */
export interface DirectoryFile {
  readonly id: string
  readonly kind: 'local'
  readonly title: string
  readonly place: Place
}

/** What the database lays over a connection's file. */
export type Overlays = Readonly<
  Record<string, { readonly enabled?: boolean; readonly jit?: boolean }>
>

/** Environment variables that a secret refers to and that are not set. */
export function missingSecrets(organisation: Organisation): readonly string[] {
  const references = [
    ...organisation.connections.map(({ clientSecret }) => clientSecret),
    ...organisation.applications.flatMap(({ secret }) => secret ?? []),
  ]
  const missing = references.filter(({ value }) => value === undefined)
  return [...new Set(missing.map(({ reference }) => reference))].sort()
}
