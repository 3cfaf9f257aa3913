/** Access tokens of clients that speak for nobody but themselves (RFC 6749, section 4.4): SCIM clients. */
import type { Provider } from 'oidc-provider'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { addressOf, type Settings } from '../settings.ts'

export interface TokenClient {
  readonly client: string
  readonly scopes: ReadonlySet<string>
}

/** Where upstreams keep their people; as `resource` names it, and as the audience of its tokens. */
export function scimApiOf(settings: Settings): string {
  return addressOf(settings, '/scim/v2')
}

/** @returns absence: no token of ours, expired, revoked, or for another audience */
export async function findClient(
  provider: Provider,
  store: ProviderStore,
  audience: string,
  token: string,
): Promise<TokenClient | undefined> {
  return store.within(store.open(), async () => {
    const found = await provider.ClientCredentials.find(token)
    const client = found?.clientId
    if (!found || !client || found.aud !== audience || found.jkt !== undefined) return undefined
    if (!(await provider.Client.find(client))) return undefined
    return { client, scopes: new Set(found.scope?.split(' ') ?? []) }
  })
}
