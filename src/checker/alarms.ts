/** Properties that a single move of a login can break. The others are read off the states. */

import { ownProofs } from './apply.ts'
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
    declared.proves === undefined &&
    declared.records?.some((fact) => fact.startsWith('account.'))
  if ((changes || gives) && proven.length === 0) alarm('I-05')

  const unsafe = isLink(chosen) && linkedUnproven(walk, before, after, option, chosen)
  if (unsafe) walk.sink.alarm('I-17', unsafe, label, 0)
  if (option.declaration.enrols && outcome === 'success') {
    const certain = held.filter(({ word }) => (before[word]! & yes) !== 0)
    const strongest = walk.model.strengthOf(({ word }) => (before[word]! & yes) !== 0)
    const open = certain.filter(({ word }) => before[word] !== yes).length > 0
    const strength = proofSets.trueWorth(before[layout.proofs]!).factors
    if (!walk.model.setup.rules.enrolsByStrength && strength < strongest) alarm('I-30')
    else if (!open && strength < strongest) alarm('I-30')
  }
  if (proofSets.slots(after[layout.proofs]!).some(({ genuine }) => !genuine)) alarm('I-03')
}

/** Joins a person of an upstream with an account that was there before. */
export function isLink({ declared: { effects } }: CompiledCase): boolean {
  return effects?.['association.exists'] === true && !effects['account.exists']
}

/**
 * I-17: both sides must be proven, each by itself: the person by the very connection that is linked, and the
 * account by a way in of its own, with its second factor if it has one.
 *
 * @returns the login where that is not so; nothing where it is
 */
function linkedUnproven(
  walk: Walk,
  before: Row,
  after: Row,
  { option }: CompiledOption,
  { slots }: CompiledCase,
): Row | undefined {
  const { model } = walk
  const { proofSets, connections, held } = model
  // Of a step that goes there itself by its own proof; otherwise the person came by it.
  const connection = option.connection ?? connections[layout.connectionOf(after)]
  const upstream = [...proofSets.slots(proofSets.genuine(before[layout.proofs]!)), ...slots].some(
    (slot) => slot.source !== 'registered' && slot.connection === connection,
  )
  const given = ownProofs(model, before)
  const primary = given.some(({ step }) => model.declarationOf(step).needs.includes('none'))
  if (!upstream || !primary) return before

  const possible = held.filter(({ own, word }) => own && (after[word]! & yes) !== 0)
  const strength = model.strengthOf((each) => possible.includes(each))
  if (countFactors(given) >= Math.min(2, strength)) return undefined
  const broken = before.slice()
  for (const { word } of possible) broken[word] = yes
  return broken
}
