/** Switches what the database lays over a connection's file: for the command line and the admin API alike. */
import { checkConnectionChange, type Harmed } from './checker/connection-change.ts'
import type { StepDeclaration } from './language/declaration.ts'
import { overlaid } from './language/overlay.ts'
import type { Organisation } from './language/settings.ts'
import { reportsOf } from './reports.ts'
import type { OverlayStore } from './store/overlays.ts'

export interface SwitchParts {
  /** What the files say. */
  readonly organisation: Organisation
  readonly overlays: OverlayStore
  readonly declarations: readonly StepDeclaration[]
}

/**
 * Before just-in-time accounts are switched the flows are checked as they would be then (A-53, W-30). Only
 * what is certain stands in the way.
 *
 * @param force does it whatever breaks
 * @returns the applications that it breaks; it was done when there are none, or when forced
 */
export async function switchConnection(
  parts: SwitchParts,
  connection: string,
  change: { readonly enabled?: boolean; readonly jit?: boolean },
  force: boolean,
  nowMs: number,
): Promise<readonly Harmed[]> {
  const { jit } = change
  const certain = jit === undefined ? [] : await harmedBy(parts, connection, jit)
  if (certain.length === 0 || force) await parts.overlays.set(connection, change, nowMs)
  return certain
}

/** The applications that just-in-time accounts of a connection, on or off, would certainly break. */
export async function harmedBy(
  { organisation, overlays, declarations }: SwitchParts,
  connection: string,
  jit: boolean,
): Promise<readonly Harmed[]> {
  const { flows } = overlaid(organisation, await overlays.read())
  const harmed = checkConnectionChange({ flows }, declarations, { connection, jit }, reportsOf)
  return harmed.flatMap((one) => {
    const lost = one.lost.filter(({ verdict }) => verdict === 'broken')
    return lost.length === 0 ? [] : [{ ...one, lost }]
  })
}
