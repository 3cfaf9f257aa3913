/** What flows name: applications, connections and directories, as the files beside the flows declare them. */
import { Secret } from '../kit/secret.ts'
import type { Attribute } from './attribute.ts'
import type { FactName } from './facts.ts'
import type { FlowDefinition, Place } from './flow.ts'
import { inOrderOfText } from './nearest.ts'
import type { PluginKind } from './plug-in.ts'
import type { Channel } from './reach.ts'
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
  readonly plugins: readonly PluginFile[]
  readonly senders: readonly SenderFile[]
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
  'enrol-email',
  'enrol-phone',
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
  /** The name of the flow for whoever it sends to make an account (`prompt=create`). Absent: it sends nobody. */
  readonly signUp?: string
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
  /** Of the client by which it keeps its people here (SCIM 2.0). Absent: there is none. */
  readonly scim?: SecretReference
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

/**
 * What a directory may hold. `local`: people and passwords, both ours. `enterprise`: neither is ours, and the
 * profile follows what stands there. `hybrid`: people are ours, and their passwords are not.
 */
export const directoryKinds = ['local', 'enterprise', 'hybrid'] as const

/** A store of users. The one called `internal` is there also where no file says so. */
export type DirectoryFile =
  | {
      readonly id: string
      readonly kind: 'local'
      readonly title: string
      /** By a group, those that it is in itself. Absent: none is in another. */
      readonly memberOf?: Readonly<Record<string, readonly string[]>>
      readonly place: Place
    }
  | ExternalDirectory

/** The parts of a client certificate that can be the name of an entry (RFC 5280, 4.1.2.6 and 4.2.1.6). */
export const certificateNames = [
  'subject.commonName',
  'subject.userId',
  'subject.serialNumber',
  'subject.email',
  'alternative.email',
  'alternative.principal',
] as const
export type CertificateName = (typeof certificateNames)[number]

/** What there is of every store that is not ours. To steps it is a connection that nobody leaves for. */
export interface ExternalBase extends ConnectionSettings {
  readonly kind: 'enterprise' | 'hybrid'
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Where its people get their accounts: itself, or one that is `local`. */
  readonly directory: string
  readonly sync: SyncMode
  /** The file says no `sync`: it is the one that is usual for the kind. */
  readonly syncByKind?: true
  readonly refreshMinutes: number
  /** Attributes that are lists in `claims`, however many values they have. */
  readonly lists: readonly string[]
  readonly emailVerified: boolean
  /** The attribute with the number that `sms` sends to. Absent: no number is read. */
  readonly phone?: string
  /** Of client certificates. Absent: it takes none. */
  readonly certificates?: {
    readonly name: CertificateName
    /** Who has signed them (PEM). */
    readonly authority: string
  }
  /** The plug-in that says whose a ticket is. Absent: it takes none. */
  readonly verifier?: string
  /** With `verifier`: the realm of the principals that are entries here. */
  readonly realm?: string
  /** Wrong passwords in a row that lock a name; 0 locks none. */
  readonly lockAfter: number
  readonly lockMinutes: number
  /** For one question and its whole answer. */
  readonly timeoutMs: number
  readonly place: Place
}

/** What is true, or there, of whoever the directory locks, and of whoever is no longer current. */
interface Marks {
  readonly locked?: string
  readonly obsolete?: string
}

/** How a database keeps passwords. */
export const passwordSchemes = ['argon2', 'bcrypt', 'pbkdf2-sha256', 'ssha', 'ssha256'] as const
export type PasswordScheme = (typeof passwordSchemes)[number]

/** A store of users that is not ours, by what it is. */
export type ExternalDirectory =
  /** For tests and demos: passwords stand in it as they are. */
  | (ExternalBase & { readonly store: 'file'; readonly path: string })
  /** One of one's own: `users` names it in `plugins.yaml`. */
  | (ExternalBase & { readonly store: 'plugin'; readonly users: string })
  | (ExternalBase &
      Marks & {
        readonly store: 'ldap'
        readonly url: string
        /** Of `ldap://`: TLS begins before anything is said. */
        readonly startTls: boolean
        /** PEM. Absent: the system's. */
        readonly certificate?: string
        /** Absent: who searches says no name. */
        readonly bindDn?: string
        readonly bindPassword?: SecretReference
        /** Distinguished names, each searched whole. */
        readonly bases: readonly string[]
        /** An RFC 4515 filter: who is a person. */
        readonly filter: string
        readonly name: string
        readonly idAttribute: string
        readonly reads: readonly string[]
        /** Connections that stay open for searches. */
        readonly connections: number
      })
  | (ExternalBase &
      Marks & {
        readonly store: 'sql'
        readonly url: string
        readonly password?: SecretReference
        /** One of the two. */
        readonly table?: string
        readonly query?: string
        readonly name: string
        readonly idColumn: string
        readonly reads: readonly string[]
        readonly passwordColumn: string
        readonly passwordScheme: PasswordScheme
        /** The column with the time of the last change, in milliseconds. Absent: nothing tells. */
        readonly changed?: string
      })

/** What `sync` does to a profile where the file does not say. */
export function usualSync(kind: ExternalBase['kind']): SyncMode {
  return kind === 'hybrid' ? 'preserve' : 'override'
}

/** The directory as it is if its file says another kind, and nothing else is changed in it. */
export function asKind<D extends ExternalBase>(directory: D, kind: ExternalBase['kind']): D {
  return { ...directory, kind, ...(directory.syncByKind && { sync: usualSync(kind) }) }
}

export function isExternal(directory: DirectoryFile): directory is ExternalDirectory {
  return directory.kind !== 'local'
}

/** Code of one's own: loaded when a server starts. */
export interface PluginFile {
  readonly id: string
  readonly title: string
  readonly kind: PluginKind
  /** Below the folder of the organisation's files. */
  readonly module: string
  /** Milliseconds until it must have answered. */
  readonly timeoutMs: number
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

/** What mail, or text messages, go out by. */
export type SenderFile = { readonly id: string; readonly place: Place } & (
  | {
      readonly kind: 'smtp'
      /** `smtps://user:password@host`, or `smtp:`. */
      readonly url: SecretReference
      readonly from: string
    }
  | {
      readonly kind: 'sms-gateway'
      readonly url: string
      /** Which header carries the secret. Absent: `Authorization`, as `Bearer`. */
      readonly header?: string
      readonly secret: SecretReference
      /** Absent: as the gateway chooses. */
      readonly from?: string
      readonly timeoutMs: number
      /** It may stand at a private address. */
      readonly internal: boolean
    }
)

export function channelOf({ kind }: SenderFile): Channel {
  return kind === 'smtp' ? 'mail' : 'sms'
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
    ...organisation.directories.flatMap((each) => Object.values(each).filter(isSecretReference)),
    ...organisation.services.flatMap(({ secret }) => secret ?? []),
    ...organisation.senders.flatMap((sender) => Object.values(sender).filter(isSecretReference)),
  ]
  const missing = references.filter(({ value }) => value === undefined)
  return [...new Set(missing.map(({ reference }) => reference))].toSorted(inOrderOfText)
}

/** Of a connection's values, those that are secrets. */
export function isSecretReference(value: unknown): value is SecretReference {
  if (typeof value !== 'object' || value === null || !('reference' in value)) return false
  return 'value' in value && (value.value === undefined || value.value instanceof Secret)
}
