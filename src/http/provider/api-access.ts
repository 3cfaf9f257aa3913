/**
 * Access tokens for our own APIs: which applications may have them (RFC 8707), and whose a token is.
 */
import { type Configuration, errors, type Provider } from 'oidc-provider'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { addressOf, type Settings } from '../settings.ts'

/** Who may do what, as far as the token says. What its account may do is for others to know. */
export interface TokenHolder {
  readonly account: string
  readonly application: string
  /** The session in which it was given: it ends with that. */
  readonly session: string
  readonly scopes: ReadonlySet<string>
}

/** Seconds. A refresh token gets the next one. */
const accessTokenSeconds = 10 * 60
/** Of our own pages: it never leaves them, and is looked at for every request. */
const portalTokenSeconds = 60 * 60

/** As `resource` names it, and as the audience of its tokens. */
export function adminApiOf(settings: Settings): string {
  return addressOf(settings, '/admin/api')
}

/** The same of the API by which people see and change their own account. */
export function accountApiOf(settings: Settings): string {
  return addressOf(settings, '/account/api')
}

/** One of our APIs, and the applications that may have tokens for it. */
export interface OwnApi {
  readonly audience: string
  readonly scope: string
  readonly applications: ReadonlySet<string>
  /** Those that are our own pages. */
  readonly portals: ReadonlySet<string>
}

export function resourceIndicators(
  apis: readonly OwnApi[],
): NonNullable<Configuration['features']>['resourceIndicators'] {
  return {
    enabled: true,
    defaultResource: () => [],
    useGrantedResource: () => false,
    getResourceServerInfo(_ctx, resource, client) {
      const api = apis.find(({ audience }) => audience === resource)
      if (!api?.applications.has(client.clientId)) throw new errors.InvalidTarget()
      const { scope, audience } = api
      return {
        scope,
        audience,
        accessTokenFormat: 'opaque',
        accessTokenTTL: api.portals.has(client.clientId) ? portalTokenSeconds : accessTokenSeconds,
      }
    },
  }
}

/**
 * @returns absence: no token of ours, expired, revoked, of a session that has ended, of an application that is
 *   switched off, for another audience, or bound to a key that nobody has shown (RFC 9449): it is not taken as a bearer's
 */
export async function findHolder(
  provider: Provider,
  store: ProviderStore,
  audience: string,
  token: string,
): Promise<TokenHolder | undefined> {
  return store.within(store.open(), async () => {
    const found = await provider.AccessToken.find(token)
    const { accountId: account, clientId: application, sessionUid: session } = found ?? {}
    if (!found || !account || !application || !session) return undefined
    if (found.aud !== audience || found.jkt !== undefined) return undefined
    if (!(await provider.Client.find(application))) return undefined
    return { account, application, session, scopes: found.scopes }
  })
}
