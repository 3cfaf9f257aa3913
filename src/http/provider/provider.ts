/** `oidc-provider`, configured: applications, claims, lifetimes, features, and our flows in front. */

import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import mount from 'koa-mount'
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Beginning, Begun } from '../../engine/begin.ts'
import type { Sender } from '../../engine/outbox.ts'
import type { People } from '../../engine/ports.ts'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { subjectOf } from '../../engine/subject.ts'
import type { Secret } from '../../kit/secret.ts'
import type { Html } from '../browser/html.ts'
import { clientAddress } from '../client-address.ts'
import { cookieNameOf } from '../cookie.ts'
import { browserBinding } from '../cookies.ts'
import { addressOf, basePath, type Settings } from '../settings.ts'
import { findAccountIn } from './account.ts'
import { adapterOver } from './adapter.ts'
import { Answers } from './answers.ts'
import {
  accountApiOf,
  adminApiOf,
  findHolder,
  type OwnApi,
  resourceIndicators,
  type TokenHolder,
} from './api-access.ts'
import { backchannelSender, leaveWord } from './backchannel.ts'
import { findClient, scimApiOf, type TokenClient } from './client-access.ts'
import { askSignOut, refuseRequest, saySignedOut } from './pages.ts'
import { flowPolicy } from './policy.ts'
import { asAddresses } from './posted.ts'
import { type Redeem, redeemInProcess } from './redeem.ts'
import { resumeLogin } from './resume.ts'
import { unitOfWork } from './unit.ts'

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

export interface ProviderParts {
  readonly settings: Settings
  readonly store: ProviderStore
  /** A fresh reader. */
  readonly people: () => People
  readonly begin: (beginning: Beginning) => Promise<Begun>
  readonly clients: readonly ClientSettings[]
  readonly releaseOf: (application: string) => readonly string[]
  /** Live, once `refresh` has been waited for. */
  readonly isEnabled: (application: string) => boolean
  /** Takes over what an administrator has switched. */
  readonly refresh: () => Promise<void>
  /** Claims of a profile besides the standard ones: what connections let through, or make. */
  readonly furtherClaims: readonly string[]
  /** Every level that a flow knows. */
  readonly acrValues: readonly string[]
  /** Private keys (RFC 7517), the one to sign with first. */
  readonly signingKeys: readonly object[]
  readonly subjectKey: Uint8Array
  readonly style: Html
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

export interface OpenIdProvider {
  /** Everything at the issuer's path that is not ours. */
  readonly middleware: Middleware
  /** Who sends the messages that sessions leave behind when they end. */
  readonly senders: Readonly<Record<string, Sender>>
  /** Whose an access token for the admin API is; absent: nobody's, or it is for something else. */
  findHolder(token: string): Promise<TokenHolder | undefined>
  /** The same of one for the account API. */
  findOwner(token: string): Promise<TokenHolder | undefined>
  /** Whose SCIM client an access token is of; absent: nobody's, or it is for something else. */
  findProvisioner(token: string): Promise<TokenClient | undefined>
  /** For our own pages. */
  readonly redeem: Redeem
  resumeUrl(interactionUid: string): string
  /** @throws {Error} when the old request is gone */
  restartUrl(interactionUid: string): Promise<string>
  /** The library's own server errors. */
  onError(report: (error: unknown) => void): void
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

export function openIdProvider(parts: ProviderParts): OpenIdProvider {
  const { settings, store } = parts
  const binding = browserBinding(settings)
  const names = cookieNames(settings)
  const answers = new Answers({ ...parts, organisation: settings.organisation })
  const policy = flowPolicy({
    store,
    begin: parts.begin,
    ensureBrowserSecret: binding.ensureBrowserSecret,
    devices: binding.devices,
    addressOf: (ctx) => clientAddress(ctx.req, settings.trustedProxies ?? []),
    answers,
    signUps: new Set(parts.clients.flatMap(({ id, signsUp }) => (signsUp ? [id] : []))),
  })
  const provider = new Provider(settings.issuer.href.replace(/\/$/, ''), {
    ...lifetimesAndFeatures(parts, answers),
    adapter: adapterOver(store),
    clients: parts.clients.map(clientMetadata),
    jwks: { keys: parts.signingKeys as never[] },
    findAccount: findAccountIn(parts.people, store, parts.releaseOf),
    // Only a finished login grants anything.
    loadExistingGrant: (ctx) =>
      answers.answered(ctx) ? answers.grantFor(ctx) : Promise.resolve(undefined),
    interactions: { policy, url: interactionUrl(parts, answers) },
    // Initiating User Registration via OpenID Connect 1.0, section 3.
    discovery: { prompt_values_supported: ['none', ...policy.map(({ name }) => name)] },
    cookies: {
      names,
      // Of the whole host, as its name demands; the name says of which organisation it is.
      long: { httpOnly: true, sameSite: 'lax', path: '/' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    renderError: refuseRequest(parts.style),
  })
  const router = new Router()
  router.get(
    '/auth/:uid',
    resumeLogin({
      store,
      answers,
      devices: binding.devices,
      readBrowserSecret: binding.readBrowserSecret,
      sessionCookieName: names.session,
      resumeCookieName: names.resume,
      subjectOfLogin: ({ facts: { identity } }) =>
        identity.kind === 'none'
          ? undefined
          : subjectOf(parts.subjectKey, settings.organisation, identity),
      loginPath: (id) => `${basePath(settings)}/login/${id}`,
      now: parts.now,
    }),
  )
  const rest = compose<Context>([unitOfWork(store)])
  const library = mount(provider as never) as Middleware
  const findAny = hideDisabled(provider, parts.isEnabled)
  leaveWord(provider, (message) => store.current().send(message))
  const listening = new Set(
    parts.clients.flatMap(({ id, backchannelLogoutUri }) => (backchannelLogoutUri ? [id] : [])),
  )
  const middleware = compose([
    async (_ctx: Context, next) => {
      await parts.refresh()
      return next()
    },
    asAddresses(settings),
    (ctx: Context, next) =>
      isResume(ctx) ? (router.routes() as Middleware)(ctx, next) : rest(ctx, next),
    library,
  ]) as Middleware
  return {
    senders: {
      'backchannel-logout': backchannelSender(provider, async (id) =>
        listening.has(id) ? findAny(id) : undefined,
      ),
    },
    middleware,
    redeem: redeemInProcess(middleware, settings),
    findHolder: (token) => findHolder(provider, store, adminApiOf(settings), token),
    findProvisioner: (token) => findClient(provider, store, scimApiOf(settings), token),
    findOwner: (token) => findHolder(provider, store, accountApiOf(settings), token),
    resumeUrl: (uid) => addressOf(settings, `/auth/${uid}`),
    restartUrl: (uid) => restartUrl(provider, parts, uid),
    onError: (report) => {
      provider.on('server_error', (_ctx, error) => report(error))
    },
  }
}

/**
 * An application that is switched off is none: whatever it, or anybody for it, asks for. It is told of sessions
 * that end all the same.
 *
 * @returns the library's own way to find one, also where it is switched off
 */
function hideDisabled(provider: Provider, isEnabled: ProviderParts['isEnabled']) {
  const { Client } = provider
  const find = Client.find.bind(Client)
  Client.find = async (id) => (isEnabled(id) ? find(id) : undefined)
  return find
}

function isResume(ctx: Context): boolean {
  return ctx.method === 'GET' && /^\/auth\/[^/]+$/.test(ctx.path)
}

/** An interaction is the login that was begun for it: where the browser goes is where that rests. */
function interactionUrl({ store, settings }: ProviderParts, answers: Answers) {
  return async (ctx: KoaContextWithOIDC, interaction: { uid: string }): Promise<string> => {
    const begun: Begun = answers.awaited(ctx)
    const login = { ...begun.login, interactionUid: interaction.uid }
    if (begun.stored) store.current().tie(login, interaction.uid)
    else store.current().begin(login, begun.events)
    const path = login.status === 'ended' ? `/auth/${interaction.uid}` : `/login/${login.id}`
    return `${basePath(settings)}${path}`
  }
}

/** The old request again, pushed by ourselves (RFC 9126): what it asked stays out of the address. */
async function restartUrl(
  provider: Provider,
  { store, settings }: ProviderParts,
  uid: string,
): Promise<string> {
  const unit = store.open()
  return store.within(unit, async () => {
    const interaction = await unit.find('Interaction', uid)
    const params = interaction?.params as Record<string, string> | undefined
    if (!params?.client_id) throw new Error('the request that this login began with is gone')
    const client = await provider.Client.find(params.client_id)
    if (!client) throw new Error('the application of this login is gone')
    const pushed = new provider.PushedAuthorizationRequest({
      // The library takes it for one that an application has made for this issuer.
      request: unsignedRequest({ ...params, iss: params.client_id, aud: provider.issuer }),
      client,
    } as never)
    const id = await pushed.save(5 * minute)
    await unit.commit()
    const query = new URLSearchParams({
      client_id: params.client_id,
      request_uri: `urn:ietf:params:oauth:request_uri:${id}`,
    })
    return addressOf(settings, `/auth?${query}`)
  })
}

/** The form in which the library keeps a pushed request: an unsigned JWT (RFC 7519, section 6). */
function unsignedRequest(params: Record<string, string>): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(params)}.`
}

function clientMetadata(client: ClientSettings) {
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

function ownApis(settings: Settings, clients: readonly ClientSettings[]): readonly OwnApi[] {
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

/** Those of a request are the library's own, for paths; they are asked for nothing that counts. */
function cookieNames(settings: Settings) {
  const ofPath = (what: string) => cookieNameOf(settings, what).replace(/^__Host-/, '__Secure-')
  return {
    session: cookieNameOf(settings, 'session'),
    interaction: ofPath('interaction'),
    resume: ofPath('resume'),
  }
}

function lifetimesAndFeatures(
  { settings, clients, style, acrValues, now, furtherClaims }: ProviderParts,
  answers: Answers,
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
