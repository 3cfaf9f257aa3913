/** Puts the admin API of one organisation together: what it sees, what it switches, and whose tokens count. */
import type { Middleware } from 'koa'
import type { LiveCatalogue } from './catalogue.ts'
import { check } from './checker/check.ts'
import { switchConnection } from './connection-switch.ts'
import type { Administration } from './engine/administration.ts'
import type { AdminParts, ConnectionRecord, FlowRecord } from './http/admin/route.ts'
import { adminRoutes } from './http/admin/routes.ts'
import type { StepDeclaration } from './language/declaration.ts'
import { digest } from './language/digest.ts'
import type { Organisation } from './language/settings.ts'
import { hashPassword, owaspCost } from './steps/password/hash.ts'
import { passwordProblem } from './steps/password/rules.ts'
import type { OverlayStore } from './store/overlays.ts'

export interface AdministrationParts
  extends Pick<AdminParts, 'settings' | 'findHolder' | 'report' | 'now'> {
  readonly administration: Administration
  readonly catalogue: LiveCatalogue
  readonly overlays: OverlayStore
  /** What the files say. */
  readonly files: Organisation
  readonly declarations: readonly StepDeclaration[]
}

export function openAdminApi(parts: AdministrationParts): Middleware {
  const { catalogue, overlays, files, declarations, now } = parts
  return adminRoutes({
    ...parts,
    connections: {
      async list() {
        await catalogue.refresh()
        const laidOver = await overlays.read()
        return catalogue.organisation().connections.map((one) => ({
          ...shown(one),
          switched: Object.keys(laidOver[one.id] ?? {}),
        }))
      },
      async change(connection, change, force) {
        const switching = { organisation: files, overlays, declarations }
        const harmed = await switchConnection(switching, connection, change, force, now())
        return harmed.map(({ application, flow, lost }) => ({
          application,
          flow,
          lost: lost.map(({ property }) => property),
        }))
      },
    },
    flows: checkedFlows(catalogue, declarations),
    async credentialOf(password, { userName, words }) {
      const problem = passwordProblem(password, { withSecondFactor: false, userName, words })
      return problem
        ? { problem }
        : { kind: 'password', secret: await hashPassword(password, owaspCost) }
    },
  })
}

function shown({ id, title, protocol, enabled, jit, sync }: Omit<ConnectionRecord, 'switched'>) {
  return { id, title, protocol, enabled, jit, sync }
}

/** They are checked once for what is in force, not for everybody who looks. */
function checkedFlows(
  catalogue: LiveCatalogue,
  declarations: readonly StepDeclaration[],
): () => readonly FlowRecord[] {
  let checked: { readonly of: Organisation; readonly flows: readonly FlowRecord[] } | undefined
  return () => {
    const organisation = catalogue.organisation()
    if (checked?.of !== organisation) {
      checked = { of: organisation, flows: recordsOf(organisation, declarations) }
    }
    return checked.flows
  }
}

function recordsOf(
  organisation: Organisation,
  declarations: readonly StepDeclaration[],
): FlowRecord[] {
  const reports = check(organisation, declarations)
  return organisation.flows.map((flow) => ({
    name: flow.name,
    title: flow.title,
    applications: flow.applications,
    digest: digest(flow),
    verdicts: (reports.find((report) => report.flow === flow.name)?.verdicts ?? []).map(
      ({ property, sentence, verdict }) => ({ property, sentence, verdict }),
    ),
  }))
}
