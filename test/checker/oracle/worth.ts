/** What proofs are worth, and what conditions read: for the naive checker, by trying everything. */

import type { ProvesDeclaration, StepDeclaration } from '../../../src/language/declaration.ts'
import type { FactValues } from '../../../src/language/facts.ts'
import type { Policy } from '../../../src/language/flow.ts'
import type { Who, World } from './environment.ts'

/** `primary`: by a step that can name somebody, and registered before. */
export type Proof = ProvesDeclaration & { state: string; option: string; primary: boolean }
export type Counted = { readonly factor: string; readonly credential: string }

/** Kinds of factor over different credentials, by trying every choice of one credential for each kind. */
export function factors(proofs: readonly Counted[]): number {
  let best = 0
  for (let mask = 0; mask < 1 << Math.min(proofs.length, 12); mask++) {
    const chosen = proofs.filter((_, at) => (mask >> at) & 1)
    const kinds = new Set(chosen.map(({ factor }) => factor)).size
    const credentials = new Set(chosen.map(({ credential }) => credential)).size
    if (kinds === chosen.length && credentials === chosen.length) best = Math.max(best, kinds)
  }
  return best
}

/** The levels of a policy that these reach. */
export function levelsReached({ levels }: Policy, proofs: readonly Proof[]): string[] {
  return levels
    .filter((level) => factors(proofs) >= level.factors)
    .filter((level) => !level.phishingResistant || proofs.some((p) => p.phishingResistant))
    .map(({ acr }) => acr)
}

/** The floor always, and of the levels that are asked for any one; what is no level asks for nothing. */
export function isMet(
  { levels, floor }: Policy,
  acr: readonly string[],
  reached: string[],
): boolean {
  const asked = acr.filter((name) => levels.some((level) => level.acr === name))
  const any = asked.length === 0 || asked.some((name) => reached.includes(name))
  return any && reached.includes(floor)
}

/** Kinds of credential that an account can have here, with what its best use proves. */
export function heldIn(world: World, steps: readonly StepDeclaration[]) {
  return Object.keys(world).flatMap((name) => {
    const [what, kind] = name.split(' ') as [string, string?]
    if (kind === undefined || !world[name]) return []
    const using = steps.filter(
      (step) => !step.enrols && (what === 'linked' ? step.byConnection : step.uses === kind),
    )
    const proves = using.flatMap(({ outcomes }) => outcomes.success?.[0].proves ?? [])
    return proves.map(({ factor }) => ({ factor, credential: name }))
  })
}

export function factsOf(login: {
  readonly who: Who
  readonly proofs: readonly Proof[]
  readonly acr: readonly string[]
}): FactValues {
  const { who, proofs, acr } = login
  const { kind, connection, isNew } = who
  const amr = [...new Set(proofs.flatMap((proof) => proof.amr))]
  const of = Object.entries(who.facts).filter(
    ([name, is]) => is !== undefined && (kind === 'account' || !name.startsWith('account.')),
  )
  const account = { 'account.groups': [], 'account.source': 'local' }
  return {
    'application.id': 'a',
    'identity.amr': [],
    'identity.groups': [],
    'identity.emailVerified': false,
    ...(kind === 'account' ? account : {}),
    ...Object.fromEntries(of),
    ...(kind === 'account' ? { 'account.new': isNew } : {}),
    'identity.kind': kind,
    'identity.connection': connection,
    'proofs.factors': factors(proofs),
    'proofs.amr': factors(proofs) > 1 ? [...amr, 'mfa'] : amr,
    'proofs.options': proofs.map((proof) => proof.option),
    'proofs.phishingResistant': proofs.some((proof) => proof.phishingResistant),
    'request.acr': [...acr],
  }
}
