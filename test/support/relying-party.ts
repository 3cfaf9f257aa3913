/**
 * An application in a few lines, as its authors would write it with openid-client: discovery, code +
 * PKCE, `state`, `nonce`, `iss`.
 *
 *     const application = await RelyingParty.discover({ issuer, clientId, clientSecret, redirectUri })
 *     const page = await browser.open(await application.authorize())
 *     const { claims } = await application.redeem(page.url)
 */
import * as client from 'openid-client'

/** OAuth parameters by name. */
export type Parameters = Readonly<Partial<Record<string, string>>>

export interface RelyingPartyOptions {
  readonly issuer: string
  readonly clientId: string
  /** Absent: a public client. */
  readonly clientSecret?: string
  /** `basic`, which is the default, or `post`: how the secret is sent. */
  readonly authentication?: 'basic' | 'post'
  readonly redirectUri: string
  /** `openid profile email` when absent. */
  readonly scope?: string
}

export interface Redeemed {
  /** Of the ID token, which has been validated. */
  readonly claims: client.IDToken
  readonly tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers
  readonly userinfo: client.UserInfoResponse
}

interface Pending {
  readonly codeVerifier: string
  readonly nonce: string
  /** What the access token is to be for (RFC 8707); absent: the user info. */
  readonly resource: string | undefined
}

export class RelyingParty {
  /** For whatever else openid-client can do: refresh, introspection, revocation. */
  readonly configuration: client.Configuration
  readonly #options: RelyingPartyOptions
  readonly #pending = new Map<string, Pending>()

  private constructor(configuration: client.Configuration, options: RelyingPartyOptions) {
    this.configuration = configuration
    this.#options = options
  }

  /** @throws when the issuer does not answer, or is not the one that it says it is */
  static async discover(options: RelyingPartyOptions): Promise<RelyingParty> {
    const configuration = await client.discovery(
      new URL(options.issuer),
      options.clientId,
      undefined,
      authenticationOf(options),
      { execute: [client.allowInsecureRequests] },
    )
    return new RelyingParty(configuration, options)
  }

  /**
   * A new authorization request, whose answer `redeem` will take.
   *
   * @param more parameters besides, or in place of, its own: `prompt`, `max_age`, `acr_values`, ...
   */
  async parameters(more: Parameters = {}): Promise<Record<string, string>> {
    const url = await this.#authorizationUrl(more)
    return Object.fromEntries(url.searchParams)
  }

  /** The same as an address at the provider. */
  async authorize(more: Parameters = {}): Promise<string> {
    return (await this.#authorizationUrl(more)).href
  }

  /**
   * Takes the answer to a request: checks `state` and `iss`, redeems the code, asks for the user info.
   * An answer may be given twice, to see what the provider says to a code that has been used.
   *
   * @throws openid-client's errors; an OAuth error's code is their `error`
   */
  async redeem(callbackUrl: string): Promise<Redeemed> {
    const tokens = await this.exchange(callbackUrl)
    const claims = tokens.claims()!
    const userinfo = await this.userinfo(tokens.access_token, claims.sub)
    return { claims, tokens, userinfo }
  }

  /** As `redeem`, and asks for no user info. */
  async exchange(callbackUrl: string): Promise<Redeemed['tokens']> {
    const url = new URL(callbackUrl)
    const state = url.searchParams.get('state') ?? ''
    const pending = this.#pending.get(state)
    if (!pending) throw new Error(`no request of this application has the state "${state}"`)
    const { codeVerifier, nonce, resource } = pending
    const checks = { pkceCodeVerifier: codeVerifier, expectedNonce: nonce, expectedState: state }
    return client.authorizationCodeGrant(
      this.configuration,
      url,
      { ...checks, idTokenExpected: true },
      resource === undefined ? {} : { resource },
    )
  }

  userinfo(accessToken: string, subject: string): Promise<client.UserInfoResponse> {
    return client.fetchUserInfo(this.configuration, accessToken, subject)
  }

  /** Where to send the browser to sign out (OpenID Connect RP-Initiated Logout). */
  logout(tokens: { id_token?: string }, more: Parameters = {}): string {
    const hint = tokens.id_token === undefined ? {} : { id_token_hint: tokens.id_token }
    return client.buildEndSessionUrl(this.configuration, { ...hint, ...given(more) }).href
  }

  async #authorizationUrl(more: Parameters): Promise<URL> {
    const codeVerifier = client.randomPKCECodeVerifier()
    const nonce = more.nonce ?? client.randomNonce()
    const state = more.state ?? client.randomState()
    this.#pending.set(state, { codeVerifier, nonce, resource: more.resource })
    return client.buildAuthorizationUrl(this.configuration, {
      redirect_uri: this.#options.redirectUri,
      scope: this.#options.scope ?? 'openid profile email',
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...given(more),
    })
  }
}

function authenticationOf(options: RelyingPartyOptions): client.ClientAuth {
  if (options.clientSecret === undefined) return client.None()
  return options.authentication === 'post'
    ? client.ClientSecretPost(options.clientSecret)
    : client.ClientSecretBasic(options.clientSecret)
}

function given(parameters: Parameters): Record<string, string> {
  const entries = Object.entries(parameters)
  return Object.fromEntries(entries.filter((e): e is [string, string] => e[1] !== undefined))
}
