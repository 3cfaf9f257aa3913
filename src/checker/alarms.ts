/** Properties that a single move of a login can break. The others are read off the states. */

import type { CompiledCase, CompiledOption } from './compiled.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { countFactors } from './proofs.ts'
import { yes } from './variables.ts'
import type { Walk } from './walk.ts'

/** @param before the login before the case, `after` with what it did */
export function effectAlarms(
  walk: Walk,
  before: Row,
  after: Row,
  option: CompiledOption,
  chosen: CompiledCase,
  label: number,
): void {
  const { declared, outcome } = chosen
  const { proofSets, held } = walk.model
  const proven = proofSets.slots(proofSets.genuine(before[layout.proofs]!))
  const alarm = (property: string) => walk.sink.alarm(property, before, label, 0)

  const changes = declared.effects !== undefined
  const gives =
    option.declaration.mode === 'run' &&
    outcome === 'success' &&
    declared.records?.some((fact) => fact.startsWith('account.'))
  if ((changes || gives) && proven.length === 0) alarm('I-05')

  const links = declared.effects?.['association.exists'] && !declared.effects['account.exists']
  if (links) {
    const upstream = proven.some(({ source }) => source === 'upstream')
    const ours = proven.some(({ source }) => source === 'registered')
    if (!upstream || !ours) alarm('I-17')
  }
  if (option.declaration.enrols && outcome === 'success') {
    const certain = held.filter(({ word }) => (before[word]! & yes) !== 0)
    const strongest = countFactors(certain.flatMap(({ proves }) => proves))
    const open = certain.filter(({ word }) => before[word] !== yes).length > 0
    const strength = proofSets.trueWorth(before[layout.proofs]!).factors
    if (!walk.model.setup.rules.enrolsByStrength && strength < strongest) alarm('I-30')
    else if (!open && strength < strongest) alarm('I-30')
  }
  if (proofSets.slots(after[layout.proofs]!).some(({ genuine }) => !genuine)) alarm('I-03')
}
