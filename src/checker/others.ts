/** Other logins of the same person, and administrators, as a login meets them. */
import type { StepDeclaration, WorldAtom } from '../language/declaration.ts'
import type { Setup } from './compiled.ts'

/** What another login, or an administrator, may change between two moves. */
export function effectsOfOthers(steps: readonly StepDeclaration[]): Setup['interference'] {
  const effects = steps.flatMap(({ outcomes, uses }) =>
    Object.values(outcomes)
      .flat()
      .flatMap((one) => Object.entries(one?.effects ?? {}))
      .filter(([, value]) => value)
      .map(([atom]) => ({ atom: atom as WorldAtom, ...(uses ? { uses } : {}) })),
  )
  return [...effects, { atom: 'account.active' as const }]
}
