/** What flows name: applications, connections and directories, as the files beside the flows declare them. */
import { Secret } from '../kit/secret.ts'
import type { Attribute } from './attribute.ts'
import type { FactName } from './facts.ts'
import type { FlowDefinition, Place } from './flow.ts'
import { inOrderOfText } from './nearest.ts'
import type { ConnectionSettings, SyncMode } from './step.ts'
import type { Theme } from './theme.ts'

/** The organisation that the folder of flows itself is of. Every other has a folder in it. */
export const defaultOrganisation = 'default'

/** All that one organisation's files say, without a problem. */
export interface Organisation {
  readonly applications: readonly ApplicationFile[]
  readonly connections: readonly ConnectionFile[]
  readonly directories: readonly DirectoryFile[]
  readonly services: readonly ServiceFile[]
  readonly flows: readonly FlowDefinition[]
  /** The looks of the pages. Absent: the pages' own. */
  readonly theme?: Theme
}

/** A secret stands in a file by reference only: `${env:NAME}`. */
export interface SecretReference {
  /** The environment variable's name. */
  readonly reference: string
  /** Absent: the variable is not set. A server refuses to start then; a check does not mind. */
  readonly value: Secret<string> | undefined
}

/**
 * Our own pages that are applications like any, each with a flow: the administrators', people's own account,
 * and what is changed of an account on the way through a flow.
 */
export const portals = [
  'admin',
  'account',
  'enrol-passkey',
  'enrol-totp',
  'enrol-recovery-codes',
  'change-password',
  'link',
] as const

export type Portal = (typeof portals)[number]

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
  /** Whether it may act for administrators: have access tokens for the admin API. */
  readonly administers: boolean
  /** Whether it may have access tokens for the account API. */
  readonly selfService: boolean
  /** Which of our own pages it is. Absent: it is somebody else's. */
  readonly portal?: Portal
  /** What its ID tokens and logout tokens are signed with (RFC 7518). */
  readonly signing: 'ES256' | 'RS256'
  /** Where it learns that a session has ended (OpenID Connect Back-Channel Logout). Absent: nowhere. */
  readonly backchannelLogoutUri?: string
  readonly place: Place
}

export interface ConnectionBase extends ConnectionSettings {
  /** Further claims that it lets through, by their names. */
  readonly claims: readonly string[]
  /** The claim that says who somebody is. Absent: `sub`, of plain OAuth 2 `id`, of SAML the NameID. */
  readonly subject?: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly directory: string
  readonly sync: SyncMode
  readonly place: Place
}

interface ClientBase extends ConnectionBase {
  readonly clientId: string
  readonly clientSecret: SecretReference
  readonly scopes: readonly string[]
}

/** An upstream identity provider. */
export type ConnectionFile =
  | (ClientBase & {
      readonly protocol: 'oidc'
      readonly issuer: string
      /** Hosts besides the issuer's that its metadata may send us to. */
      readonly hosts: readonly string[]
    })
  | (ClientBase & {
      readonly protocol: 'oauth2'
      /** What it writes as `iss` (RFC 9207). Absent: it writes none. */
      readonly issuer?: string
      readonly authorizationEndpoint: string
      readonly tokenEndpoint: string
      readonly userInfoEndpoint: string
      /** A list of `{email, primary, verified}`. Absent: no address counts as verified. */
      readonly emailsEndpoint?: string
    })
  | (ConnectionBase & {
      readonly protocol: 'saml'
      readonly entityId: string
      /** Its HTTP-Redirect endpoint. */
      readonly ssoUrl: string
      /** X.509, in base64 with or without PEM's first and last line. */
      readonly certificates: readonly string[]
      /** Our entity id there. Absent: the address of our metadata. */
      readonly audience?: string
      readonly nameId: 'persistent' | 'email' | 'unspecified'
      /** Authentication context classes by the method (RFC 8176) that they mean. */
      readonly contexts: Readonly<Record<string, string>>
      /** PEM. Absent: our requests are unsigned. */
      readonly signingKey?: SecretReference
      readonly signingCertificate?: string
      /** 0 to 300. */
      readonly clockSkewSeconds: number
    })

/** A store of users. The one called `internal` is there also where no file says so. */
export interface DirectoryFile {
  readonly id: string
  readonly kind: 'local'
  readonly title: string
  readonly place: Place
}

/** A service that `http` can ask. Whatever is not listed so is never called. */
export interface ServiceFile {
  readonly id: string
  readonly title: string
  readonly url: string
  /** Which header carries the secret. Absent: `Authorization`, as `Bearer`. */
  readonly header?: string
  readonly secret?: SecretReference
  readonly timeoutMs: number
  readonly sends: readonly FactName[]
  /** What its `result` can be. Empty: it gives none. */
  readonly results: readonly string[]
  /** It may stand at a private address. */
  readonly internal: boolean
  readonly place: Place
}

/** What the database lays over a connection's file. */
export type Overlays = Readonly<
  Record<string, { readonly enabled?: boolean; readonly jit?: boolean }>
>

/** Environment variables that a secret refers to and that are not set. */
export function missingSecrets(organisation: Organisation): readonly string[] {
  const references = [
    ...organisation.connections.flatMap((each) => Object.values(each).filter(isSecretReference)),
    ...organisation.applications.flatMap(({ secret }) => secret ?? []),
    ...organisation.services.flatMap(({ secret }) => secret ?? []),
  ]
  const missing = references.filter(({ value }) => value === undefined)
  return [...new Set(missing.map(({ reference }) => reference))].toSorted(inOrderOfText)
}

/** Of a connection's values, those that are secrets. */
export function isSecretReference(value: unknown): value is SecretReference {
  if (typeof value !== 'object' || value === null || !('reference' in value)) return false
  return 'value' in value && (value.value === undefined || value.value instanceof Secret)
}
