/** Entering an offer: who can use what of it, what a session passes, and where the login rests. */

import type { CompiledOption, CompiledState } from './compiled.ts'
import type { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { exhaust, fits, noneLeft } from './leave.ts'
import type { Model } from './model.ts'
import { no, yes } from './variables.ts'
import type { Walk } from './walk.ts'

/** Entered: unproven, with the way back cut here; offers what this person can use. */
export function offer(walk: Walk, labels: Labels, entered: Row, state: CompiledState): void {
  const { model } = walk
  walk.with(entered, (row) => {
    row[layout.stack] = model.stacks.cut(row[layout.stack]!, state.index)
    if (model.setup.rules.startsUnproven) row[layout.proofs] = state.unproven(row[layout.proofs]!)
    else passAgain(walk, labels, row, state)
    if (model.setup.rules.attemptsKept && model.numbers.has(row[layout.spent]!, state.index)) {
      exhaust(walk, labels, row, state, 0)
      return
    }
    const fitting = state.options.filter((option) => fits(row, option))
    if (fitting.length === 0) {
      walk.sink.alarm('I-04', row, labels.of({ kind: 'none-left', state: state.index }), 0)
      return noneLeft(walk, labels, row, state)
    }
    if (layout.kindOf(row) !== layout.account) return bySession(walk, labels, row, state, 0)
    firstUsable(walk, labels, row, state, fitting, 0)
  })
}

/** One branch for each option that is the first that this person has, and one for none at all. */
function firstUsable(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  options: readonly CompiledOption[],
  at: number,
): void {
  const option = options[at]
  if (!option) {
    if (options.some(({ declaration }) => declaration.enrols)) {
      walk.sink.alarm('I-30', row, labels.at('none-left', state), 0)
    }
    noneLeft(walk, labels, row, state)
    return
  }
  whetherUsable(
    walk,
    row,
    option,
    () => bySession(walk, labels, row, state, 0),
    () => firstUsable(walk, labels, row, state, options, at + 1),
  )
}

/** Splits by whether the account that is known can use an option. */
export function whetherUsable(
  walk: Walk,
  row: Row,
  option: CompiledOption,
  ifSo: () => void,
  ifNot: () => void,
): void {
  if (layout.kindOf(row) !== layout.account) {
    ifSo()
    return
  }
  if (option.declaration.enrols) {
    mayEnrol(walk, row, ifSo, ifNot)
    return
  }
  if (option.usesWord === 0) {
    ifSo()
    return
  }
  walk.split(row, option.usesWord, ifSo, ifNot)
}

/** I-30: with a factor on file, another only by a proof as strong as the account can give. */
export function mayEnrol(walk: Walk, row: Row, ifSo: () => void, ifNot: () => void): void {
  const { model } = walk
  if (!model.setup.rules.enrolsByStrength) {
    ifSo()
    return
  }
  const proven = model.proofSets.worth(row[layout.proofs]!).factors
  if (proven >= model.strengthOf(({ word }) => (row[word]! & yes) !== 0)) {
    ifSo()
    return
  }
  if (proven < model.strengthOf(({ word }) => row[word] === yes)) {
    ifNot()
    return
  }
  const open = model.held.find(({ word }) => row[word] === (no | yes))
  if (!open) {
    ifSo()
    return
  }
  const again = () => mayEnrol(walk, row, ifSo, ifNot)
  walk.split(row, open.word, again, again)
}

/** A step whose proof the session holds passes at once; an older one may be too old for the request. */
function bySession(walk: Walk, labels: Labels, row: Row, state: CompiledState, at: number): void {
  const option = state.options[at]
  const profile = walk.model.setup.sessions[row[layout.session]! - 1]
  const fresh = state.state.kind === 'offer' && state.state.fresh
  if (!option || !profile || fresh || layout.kindOf(row) === layout.passThrough) {
    rest(walk, labels, row, state)
    return
  }
  const next = () => bySession(walk, labels, row, state, at + 1)
  const { credential, enrols, handsOn } = option.declaration
  const own = [option.option.id, ...(handsOn ? [handsOn] : [])]
  const held = profile.proofs.filter((slot) => own.includes(slot.option))
  if (held.length === 0 || !(credential || handsOn) || enrols || !fits(row, option)) {
    next()
    return
  }
  next()
  walk.with(row, (passed) => {
    if (layout.kindOf(row) === layout.none) walk.forgetAccount(passed)
    if (!walk.narrow(passed, walk.model.word('account.exists'), yes)) return
    if (!walk.narrow(passed, option.usesWord, yes) || !walk.consistent(passed)) return
    // Whom the login has named may be the session's person; with the rule off, anybody may be.
    const named = layout.kindOf(row) !== layout.none
    const foreign = named && !walk.model.setup.rules.sessionBySubject
    passBySession(walk, labels, passed, state, option, held, foreign)
  })
}

function passBySession(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  option: CompiledOption,
  held: readonly Parameters<Model['proofSets']['add']>[1][],
  foreign: boolean,
): void {
  const { model } = walk
  const success = option.cases.find(({ outcome }) => outcome === 'success')
  if (layout.kindOf(row) === layout.none) {
    row[layout.identity] = layout.packIdentity(layout.account, false, option.connection, option.way)
    for (const [word, mask] of success?.records ?? []) {
      row[word] = walk.initially(row, word) & mask || mask
    }
  }
  for (const slot of held) {
    const moved = { ...slot, state: model.setup.rules.proofsByState ? state.state.id : '', foreign }
    row[layout.proofs] = model.proofSets.add(row[layout.proofs]!, moved)
  }
  walk.ended(row, 'success')
  row[layout.flags] = row[layout.flags]! | (success?.marks ?? 0)
  const label = labels.of({ kind: 'session', state: state.index, option, outcome: 'success' })
  walk.follow(row, success?.transition, label, 0)
}

function rest(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  walk.with(row, (resting) => {
    walk.interfere(resting)
    remember(walk.model, resting, state.index)
    const label = labels.at('offered', state)
    walk.arriveAt(resting, layout.nodeOf(state.index, layout.resting), label, 0)
  })
}

/** Kept only where a rule is off that makes it matter which offers have been seen. */
function remember(model: Model, row: Row, state: number): void {
  const { compareAndSet, startsUnproven } = model.setup.rules
  if (compareAndSet && startsUnproven) return
  const seen = model.numbers.with(row[layout.ghost]! >> 8, state)
  row[layout.ghost] = (row[layout.ghost]! & 255) | (seen << 8)
}

/** The rule switched off: a step that was there before counts as passed when it is entered again. */
function passAgain(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const { model } = walk
  const [option] = state.options
  const success = option?.cases.find(({ outcome }) => outcome === 'success')
  if (!option || !success || !model.numbers.has(row[layout.ghost]! >> 8, state.index)) return
  const label = labels.of({
    kind: 'attack',
    state: state.index,
    option,
    outcome: 'success',
    rule: 'startsUnproven',
  })
  walk.with(row, (passed) => {
    for (const slot of success.slots) {
      passed[layout.proofs] = model.proofSets.add(passed[layout.proofs]!, {
        ...slot,
        genuine: false,
      })
    }
    walk.ended(passed, 'success')
    walk.follow(passed, success.transition, label, layout.adversary)
  })
}
