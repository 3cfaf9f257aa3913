/** What `oidc-provider` is told of claims, lifetimes (in seconds) and features. */
import type { Configuration } from 'oidc-provider'
import type { Html } from '../browser/html.ts'
import type { Settings } from '../settings.ts'
import type { Answers } from './answers.ts'
import { resourceIndicators } from './api-access.ts'
import { scimApiOf } from './client-access.ts'
import { type ClientSettings, ownApis } from './clients.ts'
import { askSignOut, saySignedOut } from './pages.ts'

export interface Configured {
  readonly settings: Settings
  readonly clients: readonly ClientSettings[]
  readonly style: Html
  /** Every level that a flow knows. */
  readonly acrValues: readonly string[]
  /** Claims of a profile besides the standard ones: what connections let through, or make. */
  readonly furtherClaims: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

export function lifetimesAndFeatures(
  { settings, clients, style, acrValues, now, furtherClaims }: Configured,
  answers: Pick<Answers, 'awaited'>,
): Configuration {
  return {
    acrValues: [...acrValues],
    // It is required (OpenID Connect Core, 3.1.2.1), also where only one is registered.
    allowOmittingSingleRegisteredRedirectUri: false,
    claims: {
      // Configured as claims, or they would not appear at all.
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      email: ['email', 'email_verified'],
      phone: ['phone_number', 'phone_number_verified'],
      profile: [...new Set([...profileClaims, 'groups', ...furtherClaims])],
      sid: null,
      iss: null,
    },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    // Signing out ends what the session has given, offline_access or not: whoever signs out means it.
    expiresWithSession: () => true,
    conformIdTokenClaims: true,
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      revocation: { enabled: true },
      introspection: {
        enabled: true,
        // An application learns of its own tokens only (CVE-2024-47077).
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      backchannelLogout: { enabled: true },
      // Only where somebody may use it at all.
      clientCredentials: { enabled: clients.some(({ provisions }) => provisions) },
      resourceIndicators: {
        ...resourceIndicators(ownApis(settings, clients)),
        // Of a client that may do one thing the token is for that, also where it does not say so.
        defaultResource: (_ctx, client) =>
          client?.grantTypeAllowed('client_credentials') ? scimApiOf(settings) : [],
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: askSignOut(style),
        postLogoutSuccessSource: saySignedOut(style),
      },
    },
    pkce: { required: () => true },
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access', 'email', 'phone', 'profile'],
    rotateRefreshToken: true,
    ttl: {
      // RFC 9700 asks for short-lived codes.
      AuthorizationCode: minute,
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? hour,
      ClientCredentials: 10 * minute,
      IdToken: hour,
      Grant: 14 * day,
      // It outlives its login by an hour: an expired one is still answered to its application.
      Interaction: (ctx) =>
        Math.ceil((answers.awaited(ctx).login.deadlineMs - now()) / 1000) + hour,
      RefreshToken: 14 * day,
      Session: 14 * day,
    },
  }
}

/** OpenID Connect Core, section 5.4. An application gets those of them that its release list names. */
const profileClaims = [
  ...[
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
  ],
  ...['picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
]
