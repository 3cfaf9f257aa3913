/**
 * An upstream that speaks OpenID Connect: authorization code with PKCE (S256), `state`, `nonce`, `iss`
 * (RFC 9207), each used once and each wrong when absent.
 *
 * What the library leaves to its user is done here: the ID token's signature is verified although it
 * came over TLS, its algorithm is one of ours, its time of issue is now, and the issuer's own metadata
 * may not send us anywhere else.
 */
import { createHash } from 'node:crypto'
import * as client from 'openid-client'
import type { Claims } from '../../language/facts.ts'
import type { UpstreamAnswer } from '../../language/ports.ts'
import { claimsOf, subjectIn, subjectOf } from './claims.ts'
import { Distrust } from './failure.ts'
import { type Fetch, isAllowedUrl } from './fetch.ts'
import type { OidcSettings } from './upstream.ts'

/** Asymmetric, and none that is deprecated (RFC 8725, section 3.2). */
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'PS384', 'EdDSA', 'Ed25519'] as const

const metadataTtlMs = 60 * 60_000
/** A key that it has taken back is believed no longer than that. */
const keysTtlMs = 5 * 60_000
/** A key that is not known is looked for at once, but not again and again for whoever makes up key ids. */
const keySearchMs = 30_000
/** How old the library wants its keys to be before it looks for one that is missing. */
const librarysWaitSeconds = 60
/** How far its clock may be off. */
const toleranceSeconds = 30
/** An ID token is made when its code is redeemed, not long before. */
const issuedWithinSeconds = 10 * 60

type Keep = Readonly<Record<string, string>>

export function openOidc(
  settings: OidcSettings,
  redirectUri: string,
  now: () => number,
  allowInsecure: boolean,
) {
  const known = new KnownServer(settings, now, allowInsecure)

  return {
    async depart(request: { state: string; forceAuthentication: boolean }, fetch: Fetch) {
      const config = await known.configure(fetch)
      const keep = {
        verifier: client.randomPKCECodeVerifier(),
        nonce: client.randomNonce(),
        ...(request.forceAuthentication && { since: String(Math.floor(now() / 1000)) }),
      }
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: [...new Set(['openid', ...settings.scopes])].join(' '),
        state: request.state,
        nonce: keep.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(keep.verifier),
        code_challenge_method: 'S256',
        // With `max_age` the answer must say when the person was asked (OpenID Connect Core, 3.1.2.1).
        ...(request.forceAuthentication && { prompt: 'login', max_age: '0' }),
      })
      return { url: url.href, keep }
    },

    async arrive(url: string, state: string, keep: Keep, fetch: Fetch): Promise<UpstreamAnswer> {
      const config = await known.configure(fetch)
      const rememberKeys = known.lendKeys(config)
      try {
        const tokens = await redeem(config, atRedirectUri(redirectUri, url), state, keep)
        const idToken = tokens.claims()
        if (!idToken) throw new Distrust('it gave no ID token')
        checkTimes(idToken, keep.since, now())
        checkAccessToken(idToken, tokens)
        const { subject: claim } = settings
        const subject = claim ? subjectIn(idToken, claim) : subjectOf(idToken.sub)
        const claims = await profileOf(config, settings, idToken, tokens.access_token)
        return { answer: 'identified', subject, claims }
      } catch (thrown) {
        if (thrown instanceof client.AuthorizationResponseError && isRefusal(thrown)) {
          return { answer: 'denied', error: thrown.error }
        }
        known.forget()
        throw thrown
      } finally {
        rememberKeys()
      }
    },
  }
}

/** OpenID Connect Core, 3.1.2.6, and RFC 6749, 4.1.2.1: the person said no. */
export function isRefusal({ error }: client.AuthorizationResponseError): boolean {
  return error === 'access_denied'
}

/** The address that we registered with what came back: what the request says of its host is not asked. */
export function atRedirectUri(redirectUri: string, arrived: string): URL {
  const url = new URL(redirectUri)
  url.search = new URL(arrived).search
  return url
}

function redeem(config: client.Configuration, url: URL, state: string, keep: Keep) {
  const { verifier, nonce } = keep
  if (!verifier || !nonce || !state) throw new TypeError('oidc: nothing was kept of the departure')
  return client.authorizationCodeGrant(config, url, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  })
}

function checkTimes(idToken: client.IDToken, since: string | undefined, nowMs: number): void {
  const age = nowMs / 1000 - idToken.iat
  if (age < -toleranceSeconds) throw new Distrust('its ID token is of the future')
  if (age > issuedWithinSeconds) throw new Distrust('its ID token is an old one')
  if (since === undefined) return
  const asked = idToken.auth_time ?? 0
  if (asked < Number(since) - toleranceSeconds) {
    throw new Distrust('it did not ask the person anew')
  }
}

/** OpenID Connect Core, 3.1.3.8: where the ID token names its access token, it is this one. */
function checkAccessToken(
  { at_hash: named }: client.IDToken,
  { access_token: token, id_token: idToken = '' }: client.TokenEndpointResponse,
): void {
  if (named === undefined) return
  const header = Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString()
  const bits = /(256|384|512)$/.exec((JSON.parse(header) as { alg: string }).alg)?.[1] ?? '512'
  const hash = createHash(`sha${bits}`).update(token).digest()
  if (named !== hash.subarray(0, hash.length / 2).toString('base64url')) {
    throw new Distrust('its ID token is for another access token')
  }
}

/** The signed token counts before the user info, which is asked only for what the token leaves out. */
async function profileOf(
  config: client.Configuration,
  settings: OidcSettings,
  idToken: client.IDToken,
  accessToken: string,
): Promise<Claims> {
  const isMapped = Object.keys(settings.attributes ?? {}).length > 0
  const complete = !isMapped && idToken.email !== undefined && idToken.name !== undefined
  const asks = !complete && config.serverMetadata().userinfo_endpoint !== undefined
  const userInfo = asks ? await client.fetchUserInfo(config, accessToken, idToken.sub) : {}
  // Which methods were used is said of this login, by the token alone.
  const { amr: _amr, ...asserted } = userInfo as Record<string, unknown>
  return claimsOf({ ...pairedEmail(asserted, idToken), ...idToken }, settings)
}

/** Whether an address is verified counts only from where the address comes. */
function pairedEmail(userInfo: Record<string, unknown>, idToken: client.IDToken) {
  if (idToken.email === undefined && idToken.email_verified === undefined) return userInfo
  const { email: _email, email_verified: _verified, ...rest } = userInfo
  return rest
}

/** What is known of the server: its metadata for an hour, its keys for some minutes. */
class KnownServer {
  readonly #settings: OidcSettings
  readonly #now: () => number
  readonly #allowInsecure: boolean
  #metadata: { readonly server: client.ServerMetadata; readonly atMs: number } | undefined
  #keys: { readonly jwks: client.ExportedJWKSCache['jwks']; readonly atMs: number } | undefined
  /** When a key that was not known was last looked for. */
  #searchedMs = Number.NEGATIVE_INFINITY

  constructor(settings: OidcSettings, now: () => number, allowInsecure: boolean) {
    this.#settings = settings
    this.#now = now
    this.#allowInsecure = allowInsecure
  }

  /** A fresh one each time: it holds this call's deadline and this moment's time. */
  async configure(fetch: Fetch): Promise<client.Configuration> {
    const { clientId, clientSecret } = this.#settings
    const server = await this.#discover(fetch)
    const metadata = {
      [client.clockSkew]: Math.round((this.#now() - Date.now()) / 1000),
      [client.clockTolerance]: toleranceSeconds,
    }
    const secret = clientSecret.value?.reveal()
    const config = new client.Configuration(server, clientId, metadata, authFor(server, secret))
    config[client.customFetch] = fetch as client.CustomFetch
    if (this.#allowInsecure) client.allowInsecureRequests(config)
    client.enableNonRepudiationChecks(config)
    return config
  }

  /**
   * Gives the library the keys that are known, and to one arrival at a time the leave to look for another.
   *
   * @returns to be called when the answer has been looked at: takes over what was found
   */
  lendKeys(config: client.Configuration): () => void {
    const nowMs = this.#now()
    const before = this.#searchedMs
    const known = this.#keys && nowMs - this.#keys.atMs < keysTtlMs ? this.#keys : undefined
    const maySearch = nowMs - before >= keySearchMs
    const uat = Math.floor(Date.now() / 1000) - (maySearch ? librarysWaitSeconds : 0)
    if (known) {
      client.setJwksCache(config, { jwks: known.jwks, uat })
      if (maySearch) this.#searchedMs = nowMs
    }
    return () => {
      const cache = client.getJwksCache(config)
      const isFound = cache && (!known || cache.uat !== uat)
      if (isFound) this.#keys = { jwks: cache.jwks, atMs: nowMs }
      // It was not needed: the next one may.
      else if (cache && maySearch && this.#searchedMs === nowMs) this.#searchedMs = before
    }
  }

  /** After a failure what is known may be what is wrong. */
  forget(): void {
    this.#metadata = undefined
  }

  async #discover(fetch: Fetch): Promise<client.ServerMetadata> {
    if (this.#metadata && this.#now() - this.#metadata.atMs < metadataTtlMs) {
      return this.#metadata.server
    }
    const { issuer, clientId } = this.#settings
    const found = await client.discovery(new URL(issuer), clientId, undefined, undefined, {
      [client.customFetch]: fetch as client.CustomFetch,
      ...(this.#allowInsecure && { execute: [client.allowInsecureRequests] }),
    })
    const server = checkedMetadata(found.serverMetadata(), this.#settings, this.#allowInsecure)
    this.#metadata = { server, atMs: this.#now() }
    return server
  }
}

/** @throws {Distrust} when the document is another issuer's, or names a place that is not this issuer's */
function checkedMetadata(
  server: client.ServerMetadata,
  { issuer, hosts }: OidcSettings,
  allowInsecure: boolean,
): client.ServerMetadata {
  if (server.issuer !== issuer) throw new Distrust('its metadata is of another issuer')
  const endpoints = {
    authorization_endpoint: server.authorization_endpoint,
    token_endpoint: server.token_endpoint,
    jwks_uri: server.jwks_uri,
    userinfo_endpoint: server.userinfo_endpoint ?? issuer,
  }
  for (const [name, url] of Object.entries(endpoints)) {
    if (url === undefined) throw new Distrust(`its metadata has no ${name}`)
    if (!isAllowedUrl(url, allowInsecure)) throw new Distrust(`its ${name} is not https`)
    const { host } = new URL(url)
    if (host !== new URL(issuer).host && !hosts.includes(host)) {
      throw new Distrust(`its ${name} is at ${host}, which is not among the connection's hosts`)
    }
  }
  const offered = server.id_token_signing_alg_values_supported ?? ['RS256']
  const taken = algorithms.filter((algorithm) => offered.includes(algorithm))
  if (taken.length === 0) throw new Distrust('it signs with no algorithm that we take')
  return { ...server, id_token_signing_alg_values_supported: taken }
}

/** OpenID Connect Discovery, section 3: `client_secret_basic` where the metadata does not say. */
function authFor(server: client.ServerMetadata, secret: string | undefined): client.ClientAuth {
  if (secret === undefined) return client.None()
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic')
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret)
}
