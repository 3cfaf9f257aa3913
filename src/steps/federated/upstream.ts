/**
 * The clients of upstream identity providers, one for each connection.
 *
 * `oidc` speaks OpenID Connect, `oauth2` plain OAuth 2 as GitHub does. What comes back is verified here
 * and typed at this edge; the step that asked sees a subject, claims or a refusal.
 */
import type { Secret } from '../../kit/secret.ts'
import type { Upstream } from '../../language/step.ts'
import { askingWithin, type Fetch } from './fetch.ts'
import { openOAuth2 } from './oauth2.ts'
import { openOidc } from './oidc.ts'

/** The settings of a connection, as `flows/connections.yaml` has them. */
interface ClientSettings {
  /** The connection's id. */
  readonly id: string
  readonly clientId: string
  /** Without a value it is a public client. */
  readonly clientSecret: { readonly value: Secret<string> | undefined }
  readonly scopes: readonly string[]
  /** Further claims that it lets through, by their names; longer values than 2,048 characters are dropped. */
  readonly claims: readonly string[]
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

export type UpstreamSettings = OidcSettings | OAuth2Settings

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
  const client =
    settings.protocol === 'oidc'
      ? openOidc(settings, redirectUri, now, allowInsecure)
      : openOAuth2(settings, redirectUri, allowInsecure)
  const asking = <T>(ask: (fetch: Fetch) => Promise<T>) =>
    askingWithin(timeoutMs, allowInsecure, settings.id, ask)

  return {
    depart: (request) => asking((fetch) => client.depart(request, fetch)),
    arrive: (url, state, keep) => asking((fetch) => client.arrive(url, state, keep, fetch)),
  }
}
