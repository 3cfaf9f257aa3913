/** What an author can do about a finding, where it is known what helps. */
import type { Finding } from './explore.ts'
import * as layout from './layout.ts'
import type { Model } from './model.ts'
import { no, yes } from './variables.ts'

export function remediesFor(model: Model, finding: Finding, property: string): string[] {
  return property === 'I-30' ? askFirst(model, finding) : jitOff(model, finding)
}

/** Who has another factor is to be asked for it before a new one is registered. */
function askFirst(model: Model, { row }: Finding): string[] {
  const state = model.states[layout.stateOf(row)]?.state.id
  const proven = model.proofSets.slots(row[layout.proofs]!).map(({ step }) => step)
  const held = model.setup.steps.filter(
    ({ mode, type, uses, enrols }) =>
      mode === 'offered' &&
      !enrols &&
      row[model.word(`has(${uses})`)] === yes &&
      !proven.includes(type),
  )
  return held.map(({ type }) => `offer ${type} before ${state}, to who has one`)
}

/**
 * JIT off before a step that needs an account has exactly two remedies: make an account, or do without
 * the step for these people.
 */
function jitOff(model: Model, { row, label }: Finding): string[] {
  const state = model.states[layout.stateOf(row)]?.state
  const connection = model.connections[layout.connectionOf(row)]
  const stands = label !== undefined && layout.kindOf(row) === layout.passThrough
  if (!stands || !state || !connection) return []
  const jit = model.word(`${connection}.jit`)
  const off = jit !== 0 && (row[jit]! & no) !== 0
  const success = model.states.find(
    (one) => one.state.kind === 'end' && one.state.outcome === 'success',
  )
  return [
    ...(off
      ? [`switch JIT on for ${connection}: it then makes an account before ${state.id}`]
      : []),
    `skip ${state.id} for people who come by ${connection} without an account: skip: [{ when: "identity.kind == 'pass-through' && identity.connection == '${connection}'", to: ${success?.state.id ?? 'done'}, because: ... }]`,
  ]
}
