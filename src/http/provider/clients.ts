/** Applications, and who keeps people here, as clients of `oidc-provider` (RFC 7591). */
import type { ClientMetadata } from 'oidc-provider'
import type { Secret } from '../../kit/secret.ts'
import type { Settings } from '../settings.ts'
import { accountApiOf, adminApiOf, type OwnApi } from './api-access.ts'
import { scimApiOf } from './client-access.ts'

/** An application as an OpenID Connect client. */
export interface ClientSettings {
  readonly id: string
  readonly title: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** RFC 7591, `token_endpoint_auth_method`; `none` for a public client. */
  readonly authMethod: 'client_secret_basic' | 'client_secret_post' | 'none'
  readonly secret: Secret<string> | undefined
  /** RFC 7518. */
  readonly signing: 'ES256' | 'RS256'
  /** Absent: it is not told of sessions that end. */
  readonly backchannelLogoutUri: string | undefined
  /** Whether it may have access tokens for the admin API. */
  readonly administers: boolean
  /** Whether it may have access tokens for the account API. */
  readonly selfService: boolean
  /** Whether it is pages of our own. */
  readonly portal: boolean
  /**
   * Whether it keeps people here by SCIM, for itself and for nobody who signs in: it has access tokens for that
   * and nothing else. Absent: no.
   */
  readonly provisions?: true
  /** Whether it may send people to make an account, by `prompt=create`. Absent: no. */
  readonly signsUp?: boolean
  /** Whether it may have refresh tokens, by the scope `offline_access`. */
  readonly refresh: boolean
}

export function clientMetadata(client: ClientSettings): ClientMetadata {
  return {
    client_id: client.id,
    client_name: client.title,
    ...(client.secret ? { client_secret: client.secret.reveal() } : {}),
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    token_endpoint_auth_method: client.authMethod,
    ...(client.provisions
      ? { grant_types: ['client_credentials'], response_types: [] }
      : {
          grant_types: ['authorization_code', ...(client.refresh ? ['refresh_token'] : [])],
          response_types: ['code' as const],
        }),
    id_token_signed_response_alg: client.signing,
    ...(client.backchannelLogoutUri
      ? {
          backchannel_logout_uri: client.backchannelLogoutUri,
          backchannel_logout_session_required: true,
        }
      : {}),
  }
}

/** Who may have tokens for the interfaces of our own. */
export function ownApis(settings: Settings, clients: readonly ClientSettings[]): readonly OwnApi[] {
  const portals = new Set(clients.filter(({ portal }) => portal).map(({ id }) => id))
  const those = (may: 'administers' | 'selfService' | 'provisions') =>
    new Set(clients.filter((client) => client[may]).map(({ id }) => id))
  return [
    {
      audience: adminApiOf(settings),
      scope: 'admin viewer',
      applications: those('administers'),
      portals,
    },
    {
      audience: accountApiOf(settings),
      scope: 'account',
      applications: those('selfService'),
      portals,
    },
    {
      audience: scimApiOf(settings),
      scope: 'scim',
      applications: those('provisions'),
      portals,
    },
  ]
}
