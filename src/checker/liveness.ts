/** What is still read after a node: everything else is forgotten there, so that states are few. */

import { isLink } from './alarms.ts'
import type { CompiledBranch, CompiledOption, CompiledState } from './compiled.ts'
import type { Decider } from './condition.ts'
import * as layout from './layout.ts'
import { firstVariable } from './layout.ts'
import type { Model } from './model.ts'
import type { Keeps } from './walk.ts'

/**
 * @param kept deciders of properties, by the state at which they are asked
 * @returns for each node the words that nothing reads from there on
 */
export function deadWords(
  model: Model,
  kept: ReadonlyMap<number, readonly Decider[]>,
): (node: number) => readonly number[] {
  const reads = model.states.map((state) => readsAt(model, state, kept.get(state.index) ?? []))
  const after = readNext(model)
  const live = reads.map((words) => new Set(words))
  for (let grown = true; grown; ) {
    grown = false
    for (const [index, next] of after.entries()) {
      const words = live[index]!
      const before = words.size
      for (const to of next) for (const word of live[to]!) words.add(word)
      grown ||= words.size > before
    }
  }
  const always = new Set(
    model.variables.list
      .filter(({ kind }) => kind === 'setting')
      .map(({ id }) => firstVariable + id),
  )
  for (const { variables } of model.assume)
    for (const { id } of variables) always.add(firstVariable + id)
  const words = model.variables.list.map(({ id }) => firstVariable + id)
  const dead = live.map((of) => words.filter((word) => !of.has(word) && !always.has(word)))
  return (node) => dead[node >> 2] ?? []
}

/** States that can follow, the offers before it among them: the way back. */
export function successorStates(model: Model): number[][] {
  const next = model.states.map((state) => [...new Set(branchesOf(state).map(({ to }) => to))])
  const reaches = reachable(next)
  return model.states.map((state, index) => {
    if (state.state.kind !== 'offer') return next[index]!
    const earlier = model.states.flatMap((other) =>
      other.state.kind === 'offer' && reaches[other.index]!.has(index) ? other.index : [],
    )
    return [...new Set([...next[index]!, ...earlier])]
  })
}

/** The same for what is read: where what is over opens again, the start can follow everything. */
function readNext(model: Model): number[][] {
  const next = successorStates(model)
  if (model.setup.rules.overIsOver) return next
  const start = model.indexOf(model.definition.start)
  return next.map((to) => [...to, start])
}

export function reachable(next: readonly (readonly number[])[]): Set<number>[] {
  return next.map((_, from) => {
    const seen = new Set<number>([from])
    for (const at of seen) for (const to of next[at]!) seen.add(to)
    return seen
  })
}

export function branchesOf(state: CompiledState): CompiledBranch[] {
  const ofOptions = state.options.flatMap(({ cases }) =>
    cases.flatMap(({ transition }) => transition?.branches ?? []),
  )
  const own = Object.values(state.own).flatMap((transition) => transition?.branches ?? [])
  const wired = [...state.wired.values()].flatMap(({ branches }) => branches)
  return [...state.skip, ...(state.decided?.branches ?? []), ...ofOptions, ...own, ...wired]
}

/** Variables that a move out of a state, or a property that is asked there, reads or hangs on. */
export function readsAt(model: Model, state: CompiledState, kept: readonly Decider[]): Set<number> {
  const words = new Set<number>()
  const deciders = [
    ...kept,
    ...branchesOf(state).flatMap(({ decider }) => decider ?? []),
    ...state.options.flatMap(({ rules }) => rules),
  ]
  for (const { variables } of deciders)
    for (const { id } of variables) words.add(firstVariable + id)
  for (const option of state.options) {
    for (const chosen of option.cases) {
      for (const [word] of chosen.needs) words.add(word)
      if (isLink(chosen) || chosen.target.proven !== undefined) {
        for (const { word } of model.held) words.add(word)
      }
      for (const { what } of chosen.needsOfConnection) {
        for (const name of model.connections) {
          words.add(model.word(what === 'association' ? `association(${name})` : `${name}.${what}`))
        }
      }
    }
    words.add(option.usesWord)
    if (option.declaration.enrols) for (const { word } of model.held) words.add(word)
    if (option.declaration.credential) words.add(model.word('account.exists'))
  }
  if (state.state.kind === 'end' && state.state.outcome === 'success') {
    words.add(model.word('account.active'))
    for (const { usesWord } of secondFactors(model)) words.add(usesWord)
    for (const { acr } of model.definition.policy.levels)
      words.add(model.word(`request.acr has ${acr}`))
  }
  // What an account has hangs together with its existing.
  if (words.size > 0) words.add(model.word('account.exists'))
  words.delete(0)
  return words
}

/** Credential steps that are only asked of an account that is known already. */
export function secondFactors(model: Model): CompiledOption[] {
  return model.states
    .flatMap(({ options }) => options)
    .filter(
      ({ declaration, usesWord }) =>
        usesWord !== 0 &&
        declaration.credential &&
        !declaration.enrols &&
        !declaration.needs.includes('none'),
    )
}

/** Spent attempts matter where their offer can be entered again, a session where it can pass a step. */
export function whatMatters(model: Model): Keeps {
  const reaches = reachable(readNext(model))
  const passes = model.setup.sessions.map(({ proofs }) =>
    model.states.filter(({ options }) =>
      options.some(({ option }) => proofs.some((slot) => slot.option === option.id)),
    ),
  )
  const uses = passes.map((passed) =>
    reaches.map((reached) => passed.some(({ index }) => reached.has(index))),
  )
  return {
    spent: (state, offer) => reaches[state]?.has(offer) ?? false,
    session: (state, profile) => uses[profile]?.[state] ?? false,
  }
}

export const entryOf = (model: Model): number =>
  layout.nodeOf(model.indexOf(model.definition.start), layout.entering)
