/** The OpenID provider of one organisation, made of its files: applications as clients, claims, levels. */
import type { LiveCatalogue } from './catalogue.ts'
import { redirectUrisOf } from './http/portal/address.ts'
import type { ClientSettings } from './http/provider/clients.ts'
import {
  type OpenIdProvider,
  openIdProvider,
  type ProviderParts,
} from './http/provider/provider.ts'
import type { Settings } from './http/settings.ts'
import type { ApplicationFile, Organisation } from './language/settings.ts'
import { scimClients, scimConnection } from './provisioning.ts'

type Made = 'clients' | 'releaseOf' | 'isEnabled' | 'refresh' | 'furtherClaims' | 'acrValues'

export interface OpenIdParts extends Omit<ProviderParts, Made> {
  readonly files: Organisation
  readonly catalogue: LiveCatalogue
}

export function openOpenId({ files, catalogue, ...parts }: OpenIdParts): OpenIdProvider {
  return openIdProvider({
    ...parts,
    clients: [
      ...files.applications.map((application) => clientOf(parts.settings, application)),
      ...scimClients(files),
    ],
    releaseOf: (id) => catalogue.application(id)?.release ?? [],
    isEnabled: (id) =>
      catalogue.isApplicationEnabled(id) ||
      scimConnection(catalogue.organisation(), id) !== undefined,
    refresh: catalogue.refresh,
    furtherClaims: furtherClaims(files),
    acrValues: acrValues(files),
  })
}

function clientOf(settings: Settings, application: ApplicationFile): ClientSettings {
  const { id, title, postLogoutRedirectUris, auth, secret, signing, portal } = application
  return {
    id,
    title,
    redirectUris: redirectUrisOf(settings, application),
    postLogoutRedirectUris,
    authMethod: auth,
    secret: secret?.value,
    signing,
    backchannelLogoutUri: application.backchannelLogoutUri,
    administers: application.administers,
    selfService: application.selfService,
    signsUp: application.signUp !== undefined,
    portal: portal !== undefined,
    refresh: true,
  }
}

/** Email and phone have scopes of their own. */
function furtherClaims({ connections }: Organisation): string[] {
  const names = connections.flatMap(({ claims, attributes }) => [
    ...claims,
    ...Object.keys(attributes),
  ])
  const own = ['email', 'emailVerified', 'preferredUsername', 'phone_number', 'groups']
  return [...new Set(names)].filter((name) => !own.includes(name))
}

function acrValues({ flows }: Organisation): string[] {
  return [...new Set(flows.flatMap(({ policy }) => policy.levels.map(({ acr }) => acr)))]
}
