/** What a case of a step does to a login, read from its declaration. */

import type { Outcome } from '../language/declaration.ts'
import type { CompiledCase, CompiledOption } from './compiled.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import type { Model } from './model.ts'
import { countFactors, type ProofSlot } from './proofs.ts'
import { no, yes } from './variables.ts'
import type { Walk } from './walk.ts'

/** Which subject a step that names one names, when there is one already. */
type Subject = 'first' | 'same' | 'another'

/** Calls `then` with the login as it is after the case; not at all where the case cannot be. */
export function applyCase(
  walk: Walk,
  row: Row,
  option: CompiledOption,
  chosen: CompiledCase,
  then: (row: Row) => void,
): void {
  if (!startsFrom(row, chosen)) return
  for (const subject of subjects(row, option, chosen)) {
    walk.with(row, (next) => {
      if (subject === 'another') nameAnother(walk, next)
      if (namesAccount(row, option) || findsTarget(row, chosen)) walk.forgetAccount(next)
      if (!meets(walk, next, chosen)) return
      whereTarget(walk, next, chosen, (row) => {
        identify(walk, row, option, chosen, subject)
        record(walk, row, chosen)
        change(walk, row, chosen)
        prove(walk, row, chosen)
        then(row)
      })
    })
  }
}

/** Whether the case can be for this row at all; narrows it to where it is. */
export function meets(walk: Walk, row: Row, chosen: CompiledCase): boolean {
  for (const [word, mask] of chosen.needs) if (!walk.narrow(row, word, mask)) return false
  for (const { what, mask } of chosen.needsOfConnection) {
    if (!walk.narrow(row, walk.model.ofConnection(row, what), mask)) return false
  }
  return walk.consistent(row)
}

/**
 * Calls `use` where the target is proven as the case says: one kind of factor is enough as long as the
 * account holds nothing that could give a second.
 */
function whereTarget(
  walk: Walk,
  row: Row,
  { target: { proven } }: CompiledCase,
  use: (row: Row) => void,
): void {
  if (proven === undefined) {
    use(row)
    return
  }
  const { model } = walk
  const given = ownProofs(model, row)
  const factors = countFactors(given)
  if (factors !== 1) {
    if (proven === factors > 1) use(row)
    return
  }
  for (const word of secondFactorsBeside(model, given)) {
    if (!proven) {
      walk.with(row, (also) => {
        if (walk.narrow(also, word, yes) && walk.consistent(also)) use(also)
      })
    }
    if (!walk.narrow(row, word, no)) return
  }
  if (proven) use(row)
}

/** Words of what could give a second kind of factor beside these. */
function secondFactorsBeside(model: Model, given: readonly ProofSlot[]): number[] {
  const kinds = given.map(({ step }) => model.declarationOf(step).uses)
  return model.held
    .filter(({ own, uses }) => own && !kinds.includes(uses))
    .filter(({ proves }) => countFactors([...given, ...proves]) > 1)
    .map(({ word }) => word)
}

/** What was verified of credentials that the account held before this login. */
export function ownProofs({ proofSets }: Model, row: Row): readonly ProofSlot[] {
  const genuine = proofSets.slots(proofSets.genuine(row[layout.proofs]!))
  return genuine.filter(({ source }) => source === 'registered')
}

/**
 * How a case counts for what went wrong before it (I-06). Only a proof makes that good, or something that
 * was done for the person; a step that has merely gone well does not.
 */
export function countsAs(before: Row, after: Row, chosen: CompiledCase): Outcome | undefined {
  const { outcome, declared, slots } = chosen
  if (slots.length > 0) return 'success'
  if (outcome !== 'success') return outcome
  const done = declared.effects !== undefined || layout.kindOf(before) !== layout.kindOf(after)
  return done ? 'success' : undefined
}

export function startsFrom(row: Row, { from, target: { known } }: CompiledCase): boolean {
  if (known !== undefined && known !== layout.hasTarget(row)) return false
  return from === undefined || layout.isOfKind(row, from)
}

function findsTarget(row: Row, { declared }: CompiledCase): boolean {
  return declared.target === true && !layout.hasTarget(row)
}

const [first, same, sameOrAnother] = [['first'], ['same'], ['same', 'another']] as const

function subjects(row: Row, option: CompiledOption, chosen: CompiledCase): readonly Subject[] {
  if (chosen.declared.identity === undefined) return same
  if (layout.kindOf(row) === layout.none) return first
  return option.declaration.subject === 'names' ? sameOrAnother : same
}

/** Whether whoever answers says which account they mean: until one is proven or found, it can be any. */
export function namesAccount(row: Row, { declaration }: CompiledOption): boolean {
  const names = declaration.subject === 'names' || declaration.subject === 'either'
  return names && layout.kindOf(row) !== layout.account && !layout.hasTarget(row)
}

function nameAnother(walk: Walk, row: Row): void {
  const { proofSets, setup } = walk.model
  row[layout.identity] = layout.none
  walk.forgetAccount(row)
  row[layout.proofs] = setup.rules.subjectChangeClears
    ? 0
    : proofSets.asForeign(row[layout.proofs]!)
}

function identify(
  walk: Walk,
  row: Row,
  option: CompiledOption,
  { declared }: CompiledCase,
  subject: Subject,
): void {
  if (declared.identity === undefined) {
    const target = declared.target ?? layout.hasTarget(row)
    row[layout.identity] = layout.withTarget(row[layout.identity]!, target)
    return
  }
  if (declared.identity === 'none') {
    forgetIdentity(walk, row)
    return
  }
  const kind = layout.kinds.indexOf(declared.identity)
  const known = declared.where?.['account.new']
  const fresh = known && 'is' in known ? known.is === true : undefined
  if (subject === 'same') {
    const proves = option.declaration.credential && kind === layout.account
    if (proves && layout.kindOf(row) === layout.passThrough) {
      row[layout.proofs] = walk.model.proofSets.unlinked(row[layout.proofs]!)
    }
    const made = kind === layout.account && (fresh ?? layout.isNew(row))
    const target = declared.target ?? (kind === layout.kindOf(row) && layout.hasTarget(row))
    row[layout.identity] = layout.withTarget(
      layout.packIdentity(kind, made, layout.connectionOf(row), layout.wayOf(row)),
      target,
    )
    return
  }
  // What was proven while nobody was known belongs to nobody.
  if (subject === 'first' && walk.model.setup.rules.subjectChangeClears) row[layout.proofs] = 0
  row[layout.identity] = layout.packIdentity(kind, fresh ?? false, option.connection, option.way)
}

/** As before anybody was named: what was proven was somebody's. */
function forgetIdentity(walk: Walk, row: Row): void {
  const { model } = walk
  row[layout.identity] = layout.none
  if (model.setup.rules.subjectChangeClears) row[layout.proofs] = 0
  walk.forgetAccount(row)
  model.forgetClaims(row, (word) => walk.initially(row, word))
}

function record(walk: Walk, row: Row, chosen: CompiledCase): void {
  for (const [word, mask] of chosen.records) row[word] = walk.initially(row, word) & mask || mask
}

function change(walk: Walk, row: Row, chosen: CompiledCase): void {
  const { model } = walk
  if (chosen.declared.effects === undefined) return
  const { effects } = chosen.declared
  if (effects['account.exists']) {
    // An account that was made just now holds nothing yet.
    for (const { word } of model.held) row[word] = no
    for (const name of model.connections.slice(2)) row[model.word(`association(${name})`)] = no
  }
  for (const [word, mask] of chosen.effects) row[word] = mask
  for (const { what, mask } of chosen.effectsOfConnection) {
    const word = model.ofConnection(row, what)
    if (word !== 0) row[word] = mask
  }
  if (effects['account.active'] === undefined && effects['account.exists']) {
    row[model.word('account.active')] = yes
  }
  row[layout.stack] = 0
}

function prove(walk: Walk, row: Row, chosen: CompiledCase): void {
  for (const slot of chosen.slots) {
    row[layout.proofs] = walk.model.proofSets.add(row[layout.proofs]!, slot)
  }
}
