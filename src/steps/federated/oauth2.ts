/**
 * An upstream that speaks plain OAuth 2, as GitHub does: no ID token, no `nonce`. Who the person is must
 * be asked for with the access token, and which address is verified a second time.
 *
 * It cannot be made to ask the person anew; a flow that needs that offers something else.
 */
import * as client from 'openid-client'
import type { Claims } from '../../language/facts.ts'
import type { UpstreamAnswer } from '../../language/ports.ts'
import { claimsOf, subjectIn } from './claims.ts'
import { Distrust, UpstreamFailure } from './failure.ts'
import { type Fetch, isAllowedUrl } from './fetch.ts'
import { atRedirectUri, isRefusal } from './oidc.ts'
import type { OAuth2Settings } from './upstream.ts'

export function openOAuth2(settings: OAuth2Settings, redirectUri: string, allowInsecure: boolean) {
  checkEndpoints(settings, allowInsecure)
  return {
    async depart(request: { state: string }, fetch: Fetch) {
      const verifier = client.randomPKCECodeVerifier()
      const url = client.buildAuthorizationUrl(configure(settings, allowInsecure, fetch), {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(' '),
        state: request.state,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, keep: { verifier } }
    },

    async arrive(
      url: string,
      state: string,
      keep: Readonly<Record<string, string>>,
      fetch: Fetch,
    ): Promise<UpstreamAnswer> {
      if (!keep.verifier || !state) throw new TypeError('oauth2: nothing was kept of the departure')
      const config = configure(settings, allowInsecure, fetch)
      try {
        const tokens = await client.authorizationCodeGrant(
          config,
          withKnownIssuer(atRedirectUri(redirectUri, url), settings),
          { expectedState: state, pkceCodeVerifier: keep.verifier },
        )
        return await identify(settings, tokens.access_token, fetch)
      } catch (thrown) {
        if (thrown instanceof client.AuthorizationResponseError && isRefusal(thrown)) {
          return { answer: 'denied', error: thrown.error }
        }
        throw thrown
      }
    },
  }
}

function checkEndpoints(settings: OAuth2Settings, allowInsecure: boolean): void {
  const { authorizationEndpoint, tokenEndpoint, userInfoEndpoint, emailsEndpoint } = settings
  for (const url of [authorizationEndpoint, tokenEndpoint, userInfoEndpoint, emailsEndpoint]) {
    if (url !== undefined && !isAllowedUrl(url, allowInsecure)) {
      throw new TypeError(`${settings.id}: ${url} is not https`)
    }
  }
}

function withKnownIssuer(url: URL, { issuer }: OAuth2Settings): URL {
  if (issuer === undefined) url.searchParams.delete('iss')
  return url
}

function configure(
  settings: OAuth2Settings,
  allowInsecure: boolean,
  fetch: Fetch,
): client.Configuration {
  const server = {
    issuer: settings.issuer ?? new URL(settings.authorizationEndpoint).origin,
    authorization_endpoint: settings.authorizationEndpoint,
    token_endpoint: settings.tokenEndpoint,
  }
  const secret = settings.clientSecret.value?.reveal()
  const auth = secret === undefined ? client.None() : client.ClientSecretPost(secret)
  const config = new client.Configuration(server, settings.clientId, undefined, auth)
  config[client.customFetch] = (async (url, init) =>
    asJson(await fetch(url, init), settings.id)) as client.CustomFetch
  if (allowInsecure) client.allowInsecureRequests(config)
  return config
}

/**
 * GitHub answers form-encoded unless it is asked for JSON, and its errors come with status 200: both are
 * put into the form of RFC 6749, sections 5.1 and 5.2.
 */
async function asJson(response: Response, connection: string): Promise<Response> {
  const type = response.headers.get('content-type') ?? ''
  const body = await response.text()
  const encoded = type.startsWith('application/x-www-form-urlencoded')
  const answer: unknown = encoded ? Object.fromEntries(new URLSearchParams(body)) : parse(body)
  if (!isObject(answer)) {
    throw new UpstreamFailure('UPSTREAM_UNREACHABLE', connection, 'its answer cannot be read')
  }
  const refused = response.status === 200 && typeof answer.error === 'string'
  return Response.json(answer, { status: refused ? 400 : response.status })
}

async function identify(
  settings: OAuth2Settings,
  accessToken: string,
  fetch: Fetch,
): Promise<UpstreamAnswer> {
  const user = await ask(settings, settings.userInfoEndpoint, accessToken, fetch)
  if (!isObject(user)) throw new Distrust('it does not say who the person is')
  const email = await addressOf(settings, accessToken, user, fetch)
  const asserted = { ...user, ...email, preferred_username: user.login }
  const subject = subjectIn(asserted, settings.subject ?? 'id')
  return { answer: 'identified', subject, claims: claimsWithoutMethods(asserted, settings) }
}

/** Of an upstream without ID tokens nothing is believed about methods, nor of groups but what is mapped. */
function claimsWithoutMethods(asserted: Record<string, unknown>, settings: OAuth2Settings): Claims {
  const { amr: _amr, groups: _groups, ...rest } = asserted
  return claimsOf(rest, settings)
}

/** The verified primary address; where there is none, the public one, which nobody has verified. */
async function addressOf(
  settings: OAuth2Settings,
  accessToken: string,
  user: Record<string, unknown>,
  fetch: Fetch,
): Promise<{ email: unknown; email_verified: boolean }> {
  const unverified = { email: user.email, email_verified: false }
  if (!settings.emailsEndpoint) return unverified
  const list = await ask(settings, settings.emailsEndpoint, accessToken, fetch)
  if (!Array.isArray(list)) return unverified
  const primary: unknown = list.find(
    (entry) => isObject(entry) && entry.primary === true && entry.verified === true,
  )
  return isObject(primary) ? { email: primary.email, email_verified: true } : unverified
}

/** @returns `undefined` where we are not allowed to know (GitHub says 404 without the scope) */
async function ask(
  settings: OAuth2Settings,
  url: string,
  accessToken: string,
  fetch: Fetch,
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'GET',
    headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
  })
  if (response.status === 403 || response.status === 404) return undefined
  if (response.status !== 200) {
    throw new UpstreamFailure('UPSTREAM_ERROR', settings.id, `status ${response.status}`)
  }
  return parse(await response.text())
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
