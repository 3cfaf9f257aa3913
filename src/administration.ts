/** Puts what administrators see and do of one organisation together: what is in force, and what is switched. */
import type { LiveCatalogue } from './catalogue.ts'
import type { Harmed } from './checker/connection-change.ts'
import { harmedBy, switchConnection } from './connection-switch.ts'
import type { Administration } from './engine/administration.ts'
import { checkedFlows, drawLogin } from './flow-records.ts'
import type { AdminParts, ApplicationRecord, ConnectionRecord } from './http/admin/route.ts'
import type { StepDeclaration } from './language/declaration.ts'
import { overlaid } from './language/overlay.ts'
import type { ApplicationFile, Organisation } from './language/settings.ts'
import { hashPassword, owaspCost } from './steps/password/hash.ts'
import { passwordProblem } from './steps/password/rules.ts'
import type { OverlayStore } from './store/overlays.ts'
import type { SigningKeys } from './store/signing-keys.ts'

export interface AdministrationParts
  extends Pick<AdminParts, 'settings' | 'findHolder' | 'report' | 'now'> {
  readonly administration: Administration
  readonly catalogue: LiveCatalogue
  readonly overlays: OverlayStore
  /** What the files say. */
  readonly files: Organisation
  readonly declarations: readonly StepDeclaration[]
  readonly signingKeys: Pick<SigningKeys, 'list'>
  /** The ids of those that this server was started with, the newest of each kind first. */
  readonly keysInUse: readonly string[]
}

export function administrationParts(parts: AdministrationParts): AdminParts {
  const { catalogue, overlays, files, declarations, now } = parts
  const switching = { organisation: files, overlays, declarations }
  return {
    ...parts,
    connections: {
      // As it is switched: whoever has just done it sees it, though it takes a second to be in force.
      async list() {
        const laidOver = await overlays.read()
        return overlaid(files, laidOver).connections.map((one) => ({
          ...shown(one),
          switched: Object.keys(laidOver[one.id] ?? {}),
        }))
      },
      async consequences(connection, jit) {
        return (await harmedBy(switching, connection, jit)).map(brokenOf)
      },
      async change(connection, change, force) {
        return (await switchConnection(switching, connection, change, force, now())).map(brokenOf)
      },
    },
    ...checkedFlows(catalogue, declarations),
    drawLogin: (login) => drawLogin(catalogue, login),
    async applications() {
      const disabled = await overlays.disabledApplications()
      return files.applications.map((one) => applicationOf(one, !disabled.includes(one.id)))
    },
    switchApplication: (application, enabled) =>
      overlays.switchApplication(application, enabled, now()),
    keys: () => listKeys(parts),
    async credentialOf(password, { userName, words }) {
      const problem = passwordProblem(password, { withSecondFactor: false, userName, words })
      return problem
        ? { problem }
        : { kind: 'password', secret: await hashPassword(password, owaspCost) }
    },
  }
}

function shown({ id, title, protocol, enabled, jit, sync }: Omit<ConnectionRecord, 'switched'>) {
  return { id, title, protocol, enabled, jit, sync }
}

function brokenOf({ application, flow, lost }: Harmed) {
  return { application, flow, lost: lost.map(({ property }) => property) }
}

function applicationOf(application: ApplicationFile, enabled: boolean): ApplicationRecord {
  const { id, title, flow, acr, auth, redirectUris, release } = application
  const { administers, selfService } = application
  return {
    ...{ id, title, enabled, flow, auth, redirectUris, release, administers, selfService },
    ...(acr !== undefined && { acr }),
  }
}

/** One that this server does not know yet was made after it was started. */
async function listKeys({ signingKeys, keysInUse }: AdministrationParts) {
  const keys = await signingKeys.list()
  const known = keys.filter(({ kid }) => keysInUse.includes(kid))
  return keys.map(({ kid, alg, createdMs }) => {
    const isNewest = known.find((key) => key.alg === alg)?.kid === kid
    const use = keysInUse.includes(kid) ? (isNewest ? 'signs' : 'published') : 'waits'
    return { kid, alg, createdMs, use } as const
  })
}
