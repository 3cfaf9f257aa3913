/** What would be possible without one of the engine's rules. With all of them on, nothing. */

import { applyCase } from './apply.ts'
import type { CompiledCase, CompiledOption, CompiledState } from './compiled.ts'
import type { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { fits, noneLeft } from './leave.ts'
import type { EngineRules } from './rules.ts'
import { no, yes } from './variables.ts'
import type { Walk } from './walk.ts'

const cost = layout.oneMove + layout.adversary

/** At an offer where the login rests. */
export function attack(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const { rules } = walk.model.setup
  if (!rules.provesOnlyVerified) submitNothing(walk, labels, row, state)
  if (!rules.unavailableIsNone) pickMissing(walk, labels, row, state)
  if (!rules.onlyOffered) answerElsewhere(walk, labels, row, state)
  if (!rules.browserBound) takeOver(walk, labels, row, state)
  if (!rules.compareAndSet) staleTab(walk, labels, row, state)
}

/** Choosing a step, or an empty submission, counts as having passed it. */
function submitNothing(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  for (const option of state.options) {
    const success = successOf(option, row)
    if (!success || !fits(row, option)) continue
    const label = named(labels, state, option, 'provesOnlyVerified')
    applyCase(walk, row, option, success, (next) => {
      next[layout.proofs] = row[layout.proofs]!
      for (const slot of success.slots) {
        const unproven = { ...slot, genuine: false }
        next[layout.proofs] = walk.model.proofSets.add(next[layout.proofs]!, unproven)
      }
      walk.sink.alarm('I-03', row, label, cost)
      walk.ended(next, 'success')
      walk.follow(next, success.transition, label, cost)
    })
  }
}

/** An option that the person does not have is picked all the same. */
function pickMissing(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  for (const option of state.options) {
    if (!fits(row, option) || layout.kindOf(row) !== layout.account) continue
    walk.with(row, (without) => {
      if (option.usesWord === 0 || !walk.narrow(without, option.usesWord, no)) return
      noneLeft(walk, labels, without, state, cost)
    })
  }
}

/** An option of another state, or of another application, is answered here. */
function answerElsewhere(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const here = state.options.map(({ option }) => option.id)
  for (const other of walk.model.states) {
    for (const option of other.options) {
      if (other.state.kind !== 'offer' || here.includes(option.option.id)) continue
      const success = successOf(option, row)
      const transition = state.options[0]?.cases.find(({ outcome }) => outcome === 'success')
      if (!success || !transition || !fits(row, option)) continue
      const label = named(labels, state, option, 'onlyOffered')
      applyCase(walk, row, option, success, (next) => {
        walk.sink.alarm('I-37', row, label, cost)
        walk.ended(next, 'success')
        walk.follow(next, transition.transition, label, cost)
      })
    }
  }
}

/** Somebody else's browser goes on with the login. */
function takeOver(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const label = labels.of({ kind: 'attack', state: state.index, rule: 'browserBound' })
  walk.with(row, (taken) => {
    if (taken[layout.ghost]! & layout.ghosts.otherBrowser) return
    taken[layout.ghost] = taken[layout.ghost]! | layout.ghosts.otherBrowser
    walk.arriveAt(taken, row[layout.node]!, label, cost)
  })
}

/** A tab that still shows an offer from before is answered, and the answer counts. */
function staleTab(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  for (const other of walk.model.states) {
    if (other.index === state.index) continue
    if (!walk.model.numbers.has(row[layout.ghost]! >> 8, other.index)) continue
    for (const option of other.options) {
      const success = option.cases.find(
        ({ outcome, slots }) => outcome === 'success' && slots.length,
      )
      if (!success) continue
      const label = named(labels, other, option, 'compareAndSet')
      walk.with(row, (next) => {
        const way = layout.wayOf(next)
        next[layout.identity] = layout.packIdentity(layout.account, false, 1, way)
        for (const slot of success.slots) {
          next[layout.proofs] = walk.model.proofSets.add(next[layout.proofs]!, slot)
        }
        if (option.usesWord !== 0) next[option.usesWord] = yes
        walk.ended(next, 'success')
        walk.follow(next, success.transition, label, cost)
      })
    }
  }
}

/** The account that has the name already is taken for the person's own. */
export function adoptName(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  option: CompiledOption,
  { declared }: CompiledCase,
): void {
  if (walk.model.setup.rules.namesIdentifyNobody || !declared.when?.['name.taken']) return
  const label = named(labels, state, option, 'namesIdentifyNobody')
  walk.with(row, (next) => {
    const { connectionOf, wayOf } = layout
    next[layout.identity] = layout.packIdentity(
      layout.account,
      false,
      connectionOf(next),
      wayOf(next),
    )
    next[layout.ghost] = next[layout.ghost]! | layout.ghosts.nameAdopted
    walk.sink.alarm('I-18', next, label, cost)
    walk.ended(next, 'success')
    const success = option.cases.find(({ outcome }) => outcome === 'success')
    walk.follow(next, success?.transition, label, cost)
  })
}

/** An end that is no end: the login is taken up again at its start, with all that it has. */
export function goOn(walk: Walk, labels: Labels, row: Row): void {
  const { rules } = walk.model.setup
  if (rules.overIsOver || row[layout.ghost]! & layout.ghosts.afterTheEnd) return
  const state = walk.model.states[layout.stateOf(row)]
  if (state?.state.kind === 'end' && state.state.outcome === 'success') return
  const label = labels.of({ kind: 'attack', state: layout.stateOf(row), rule: 'overIsOver' })
  walk.with(row, (next) => {
    next[layout.ghost] = next[layout.ghost]! | layout.ghosts.afterTheEnd
    walk.arrive(next, walk.model.indexOf(walk.model.definition.start), label, cost)
  })
}

/** Any session of the organisation lets in here, whatever it has proven. */
export function sessionIsEnough(walk: Walk, labels: Labels, row: Row): void {
  const { model } = walk
  const profile = model.setup.sessions[row[layout.session]! - 1]
  if (model.setup.rules.sessionByStep || !profile) return
  const state = layout.stateOf(row)
  if (state !== model.indexOf(model.definition.start)) return
  const success = model.states.find(
    (one) => one.state.kind === 'end' && one.state.outcome === 'success',
  )
  if (!success) return
  const label = labels.of({ kind: 'attack', state, rule: 'sessionByStep' })
  walk.with(row, (next) => {
    next[layout.identity] = layout.packIdentity(layout.account, false, 1, 0)
    for (const slot of profile.proofs) {
      next[layout.proofs] = model.proofSets.add(next[layout.proofs]!, slot)
    }
    next[layout.ghost] = next[layout.ghost]! | layout.ghosts.foreignSession
    walk.arriveAt(next, layout.nodeOf(success.index, layout.resting), label, cost)
  })
}

function successOf(option: CompiledOption, row: Row): CompiledCase | undefined {
  const kind = layout.kinds[layout.kindOf(row)]!
  return option.cases.find(
    ({ outcome, declared }) =>
      outcome === 'success' && (declared.from === undefined || declared.from.includes(kind)),
  )
}

function named(
  labels: Labels,
  state: CompiledState,
  option: CompiledOption,
  rule: keyof EngineRules,
): number {
  return labels.of({ kind: 'attack', state: state.index, option, outcome: 'success', rule })
}
