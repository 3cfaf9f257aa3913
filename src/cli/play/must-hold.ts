/** What must be so of everybody who gets in, whatever they did on the way; asked of the login itself. */
import { factValues } from '../../engine/fact-values.ts'
import type { Login } from '../../engine/login.ts'
import { reaches } from '../../engine/proofs.ts'
import { evaluate } from '../../language/conditions.ts'
import type { FlowDefinition, Level } from '../../language/flow.ts'
import type { ApplicationFile } from '../../language/settings.ts'

/** @returns what must be so of somebody who has got in, and is not */
export function mustHold(
  login: Login,
  flow: FlowDefinition,
  application: ApplicationFile,
): string[] {
  const { facts } = login
  const { proofs, identity, request } = facts
  const level = (acr: string | undefined): Level | undefined =>
    flow.policy.levels.find((one) => one.acr === acr)
  const demanded = [level(flow.policy.floor), level(application.acr)].flatMap((one) => one ?? [])
  const below = demanded.filter((one) => !reaches(one, proofs))
  const essential = request.essentialAcr.flatMap((acr) => level(acr) ?? [])
  const unmet = request.essentialAcr.length > 0 && !essential.some((one) => reaches(one, proofs))
  const values = factValues(login)
  const broken = flow.properties.filter((property) => {
    if (property.kind !== 'at' || property.at !== 'success') return false
    const asked = !property.when || evaluate(property.when, values) === 'true'
    return asked && evaluate(property.holds, values) !== 'true'
  })
  return [
    ...below.map(({ acr }) => `in below the level ${acr}`),
    ...(unmet ? ['in below every level that was essential'] : []),
    ...(identity.kind === 'none' ? ['in as nobody'] : []),
    ...broken.map(({ name }) => `in against the property "${name}"`),
  ]
}

/** A refusal, or a dependency that was made to fail: no bug. */
export function isExpected(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const refused = typeof (thrown as { code?: unknown }).code === 'string' && 'status' in thrown
  return refused || ['UpstreamFailure', 'TimeoutError'].includes(thrown.name)
}
