/**
 * The one place where a login becomes a success. It asks nobody's word for it: what has been proven must
 * reach what the flow, the application and the request demand, and the account must be active now.
 */
import type { EndState } from '../language/flow.ts'
import type { Draft } from './draft.ts'
import type { End } from './login.ts'
import { authTime, levelReached, methods } from './proofs.ts'

export async function finish(draft: Draft, state: EndState): Promise<End> {
  if (state.outcome !== 'success') {
    const error = isFault(state) ? 'temporarily_unavailable' : state.error
    return failure(state.outcome, error ?? 'access_denied')
  }

  const { identity, proofs, request } = draft.facts
  if (identity.kind === 'none' || proofs.length === 0) return unmet()
  if (await isShutOut(draft)) return blocked()
  if (await hasLostCredential(draft)) return unmet()

  const demand = {
    floor: draft.world.catalogue.application(draft.login.application)?.acr,
    acr: request.acr,
    essentialAcr: request.essentialAcr,
  }
  const acr = levelReached(draft.flow.definition.policy, demand, proofs)
  if (acr === undefined) return unmet()
  return {
    outcome: 'success',
    error: undefined,
    acr,
    amr: methods(proofs),
    authTime: authTime(proofs),
  }
}

/** Whether the account that has been proven is locked, disabled or gone, as of now. */
export async function isShutOut(draft: Draft): Promise<boolean> {
  if (draft.facts.identity.kind !== 'account') return false
  return (await draft.person())?.status !== 'active'
}

/**
 * Whether a credential that was proven has been taken away since: whoever reset it did so because somebody
 * else may have it.
 */
async function hasLostCredential(draft: Draft): Promise<boolean> {
  const person = await draft.person()
  const held = person?.credentials.map(({ id }) => id) ?? []
  return (
    person !== undefined &&
    draft.facts.proofs.some(
      ({ source, credential }) => source === 'registered' && !held.includes(credential),
    )
  )
}

/** The end of a login whose account may not get in. */
export function blocked(): End {
  return failure('blocked', 'access_denied')
}

/** The end of a login whose flow leads nowhere: what another try would not mend (RFC 6749, 4.1.2.1). */
export function brokenOff(): End {
  return failure('error', 'server_error')
}

/**
 * Whether something that a login depends on has failed and its flow says nothing about that: no file can
 * write the name of such an end. Another try may do better (RFC 6749, section 4.1.2.1).
 */
function isFault({ id }: EndState): boolean {
  return id === 'on:error' || id === 'on:timeout'
}

/** OpenID Connect Unmet Authentication Requirements 1.0, section 4. */
function unmet(): End {
  return failure('rejected', 'unmet_authentication_requirements')
}

function failure(outcome: End['outcome'], error: string): End {
  return { outcome, error, acr: undefined, amr: [], authTime: undefined }
}
