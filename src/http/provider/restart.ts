/** A login that is begun again: the application's old request, asked once more. */
import type { Provider } from 'oidc-provider'
import type { Login } from '../../engine/login.ts'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { addressOf, type Settings } from '../settings.ts'

const fiveMinutes = 300

interface Interaction {
  readonly params?: Readonly<Record<string, string>>
}

/**
 * Pushed by ourselves (RFC 9126): what it asked stays out of the address.
 *
 * @throws {Error} when the old request is gone
 */
export async function restartUrl(
  provider: Provider,
  { store, settings }: { readonly store: ProviderStore; readonly settings: Settings },
  { interaction }: Login,
): Promise<string> {
  const unit = store.open()
  return store.within(unit, async () => {
    const { params } = (interaction ? JSON.parse(interaction) : {}) as Interaction
    if (!params?.client_id) throw new Error('the request that this login began with is gone')
    const client = await provider.Client.find(params.client_id)
    if (!client) throw new Error('the application of this login is gone')
    const pushed = new provider.PushedAuthorizationRequest({
      // The library takes it for one that an application has made for this issuer.
      request: unsignedRequest({ ...params, iss: params.client_id, aud: provider.issuer }),
      client,
    } as never)
    const id = await pushed.save(fiveMinutes)
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
