/**
 * The clients of upstream identity providers, one for each connection.
 *
 * `oidc` speaks OpenID Connect, `oauth2` plain OAuth 2 as GitHub does, `saml` SAML 2.0. What comes back is verified here
 * and typed at this edge; the step that asked sees a subject, claims or a refusal.
 */
import type { Secret } from '../../kit/secret.ts'
import type { Attribute } from '../../language/attribute.ts'
import type { Upstream } from '../../language/ports.ts'
import { askingWithin, type Fetch } from './fetch.ts'
import { openOAuth2 } from './oauth2.ts'
import { openOidc } from './oidc.ts'
import { openSaml } from './saml.ts'

/** The settings of a connection, as `flows/connections.yaml` has them. */
interface EverySettings {
  /** The connection's id. */
  readonly id: string
  /** Further claims that it lets through, by their names; longer values than 2,048 characters are dropped. */
  readonly claims: readonly string[]
  /** What it makes of claims. Absent: nothing. */
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** The claim that says who somebody is. Absent: the protocol's own. */
  readonly subject?: string
}

interface ClientSettings extends EverySettings {
  readonly clientId: string
  /** Without a value it is a public client. */
  readonly clientSecret: { readonly value: Secret<string> | undefined }
  readonly scopes: readonly string[]
}

export interface OidcSettings extends ClientSettings {
  readonly protocol: 'oidc'
  /** Exactly as the upstream writes it: it is compared as a string (OpenID Connect Discovery, 4.3). */
  readonly issuer: string
  /**
   * Hosts besides the issuer's that its metadata may send us to, e.g. `oauth2.googleapis.com`. A document
   * that names any other is not used.
   */
  readonly hosts: readonly string[]
}

export interface OAuth2Settings extends ClientSettings {
  readonly protocol: 'oauth2'
  /**
   * What it writes as `iss` (RFC 9207). Absent: it is not looked at, and only the callback of its own
   * tells this upstream from others (RFC 9700, section 4.4.2).
   */
  readonly issuer?: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  /** Answers with `id`, `login`, `name` and `email`, as GitHub's `/user` does. */
  readonly userInfoEndpoint: string
  /** Answers with a list of `email`, `primary` and `verified`, as GitHub's `/user/emails` does. */
  readonly emailsEndpoint?: string
}

export interface SamlSettings extends EverySettings {
  readonly protocol: 'saml'
  readonly entityId: string
  /** Its HTTP-Redirect endpoint. */
  readonly ssoUrl: string
  /** X.509, in base64 with or without PEM's first and last line. */
  readonly certificates: readonly string[]
  /** Our entity id there. Absent: the address of our metadata. */
  readonly audience?: string
  /** The only format of NameID that is taken for who somebody is. */
  readonly nameId: 'persistent' | 'email' | 'unspecified'
  /** Authentication context classes by the method (RFC 8176) that they mean. */
  readonly contexts: Readonly<Record<string, string>>
  /** PEM. Absent: our requests are unsigned. */
  readonly signingKey?: { readonly value: Secret<string> | undefined }
  readonly signingCertificate?: string
  /** How far its clock may be off: 0 to 300. */
  readonly clockSkewSeconds: number
}

export type UpstreamSettings = OidcSettings | OAuth2Settings | SamlSettings

export interface UpstreamOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** For everything that one departure or one arrival asks of the upstream, together. */
  readonly timeoutMs: number
  /** Takes plain http on loopback, for a demonstration or a test. Never elsewhere. */
  readonly allowInsecure: boolean
}

/** @param redirectUri the callback of this connection: each has its own (RFC 9700, section 4.4) */
export function openUpstream(
  settings: UpstreamSettings,
  redirectUri: string,
  { now, timeoutMs, allowInsecure }: UpstreamOptions,
): Upstream {
  const client = open(settings, redirectUri, now, allowInsecure)
  const asking = <T>(ask: (fetch: Fetch) => Promise<T>) =>
    askingWithin(timeoutMs, allowInsecure, settings.id, ask)

  return {
    ...client,
    depart: (request) => asking((fetch) => client.depart(request, fetch)),
    arrive: (url, state, keep, posted) =>
      asking((fetch) => client.arrive(url, state, keep, fetch, posted)),
  }
}

/** What each protocol makes of a departure and an arrival; requests go by the bounded `fetch`. */
interface Client extends Pick<Upstream, 'takesPosts' | 'metadata'> {
  depart(request: Parameters<Upstream['depart']>[0], fetch: Fetch): ReturnType<Upstream['depart']>
  arrive(
    url: string,
    state: string,
    keep: Readonly<Record<string, string>>,
    fetch: Fetch,
    posted: string | undefined,
  ): ReturnType<Upstream['arrive']>
}

function open(
  settings: UpstreamSettings,
  redirectUri: string,
  now: () => number,
  allowInsecure: boolean,
): Client {
  switch (settings.protocol) {
    case 'oidc':
      return openOidc(settings, redirectUri, now, allowInsecure)
    case 'oauth2':
      return openOAuth2(settings, redirectUri, allowInsecure)
    case 'saml':
      return openSaml(settings, redirectUri, now, allowInsecure)
  }
}
