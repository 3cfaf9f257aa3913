/** Puts SCIM of one organisation together: the clients of its connections, and what each may see and change. */

import type { Knex } from 'knex'
import type { Middleware } from 'koa'
import type { ClientSettings } from './http/provider/clients.ts'
import { type ScimParts, scimRoutes } from './http/scim/routes.ts'
import type { Sealer } from './kit/seal.ts'
import type { ConnectionFile, Organisation } from './language/settings.ts'
import { usableName } from './steps/provision/name.ts'
import { openScim } from './store/scim.ts'

export interface ProvisioningParts
  extends Pick<ScimParts, 'settings' | 'findProvisioner' | 'report' | 'now'> {
  readonly db: Knex
  readonly seal: Sealer
  /** What the files say with what the database lays over them, as it is in force now. */
  readonly organisation: () => Organisation
}

/** Applications are called otherwise: their names have no dot. */
const prefix = 'scim.'

export function openProvisioning(parts: ProvisioningParts): Middleware {
  const { db, seal, settings, organisation } = parts
  return scimRoutes({
    ...parts,
    open(client) {
      const connection = scimConnection(organisation(), client)
      if (!connection) return undefined
      const { id, directory, groups = {} } = connection
      const place = { organisation: settings.organisation, seal, connection: id, directory, groups }
      return {
        rules: { connection, nameOf: usableName },
        scim: openScim(db, { ...place, by: { account: client, application: client } }),
      }
    },
  })
}

/** The connection whose client this is, while it is switched on. */
export function scimConnection(
  { connections }: Organisation,
  client: string,
): ConnectionFile | undefined {
  return connections.find(({ id, scim, enabled }) => scim && enabled && prefix + id === client)
}

/** A client for each upstream that keeps people here. */
export function scimClients({ connections }: Organisation): readonly ClientSettings[] {
  return connections.flatMap(({ id, title, scim }) => (scim ? clientOf(id, title, scim) : []))
}

function clientOf(
  id: string,
  title: string,
  { value }: NonNullable<ConnectionFile['scim']>,
): ClientSettings {
  return {
    id: prefix + id,
    title,
    redirectUris: [],
    postLogoutRedirectUris: [],
    authMethod: 'client_secret_basic',
    secret: value,
    signing: 'ES256',
    backchannelLogoutUri: undefined,
    administers: false,
    selfService: false,
    portal: false,
    refresh: false,
    provisions: true,
  }
}
