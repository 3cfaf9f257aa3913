/** What can happen at an offer where a login rests: a person's moves, a failing dependency, an attack. */
import { effectAlarms } from './alarms.ts'
import { applyCase, countsAs, meets, namesAccount, startsFrom } from './apply.ts'
import { attack } from './attack.ts'
import type { CompiledCase, CompiledOption, CompiledState } from './compiled.ts'
import type { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { exhaust, fits, noneLeft } from './leave.ts'
import { mayEnrol } from './offering.ts'
import { no, yes } from './variables.ts'
import { expired, type Walk } from './walk.ts'

export function answer(walk: Walk, labels: Labels, row: Row): void {
  const state = walk.model.states[layout.stateOf(row)]!
  if (state.state.kind !== 'offer') return
  for (const option of state.options) {
    if (!fits(row, option)) continue
    withUsable(
      walk,
      row,
      option,
      (usable) => choose(walk, labels, usable, state, option),
      (late) => overtaken(walk, labels, late, state, option),
    )
  }
  wrong(walk, labels, row, state)
  cancel(walk, labels, row, state)
  back(walk, labels, row, state)
  const label = labels.at('expire', state)
  walk.with(row, (late) => {
    walk.arriveAt(over(walk, late), expired(walk.model), label, layout.oneMove + layout.adversary)
  })
  attack(walk, labels, row, state)
}

/** The row where this person can use the option; and the one where they can enrol no more. */
function withUsable(
  walk: Walk,
  row: Row,
  option: CompiledOption,
  use: (row: Row) => void,
  miss: (row: Row) => void,
): void {
  walk.with(row, (copy) => {
    if (layout.kindOf(row) !== layout.account) return use(copy)
    if (option.declaration.enrols)
      return mayEnrol(
        walk,
        copy,
        () => use(copy),
        () => miss(copy),
      )
    if (walk.narrow(copy, option.usesWord, yes) && walk.consistent(copy)) use(copy)
  })
}

function choose(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  option: CompiledOption,
): void {
  for (const chosen of option.cases) {
    if (looksInvalid(walk, row, chosen)) continue
    if (chosen.outcome === 'unavailable') unavailable(walk, labels, row, state, option, chosen)
    else taken(walk, labels, row, state, option, chosen)
  }
  for (const outcome of ['error', 'timeout'] as const) {
    fault(walk, labels, row, state, option, outcome)
  }
}

/**
 * Enrolment that was offered, and that a factor added by another login has overtaken: it ends in conflict.
 * Alone there is no such factor: where a person may not enrol they were offered none of it.
 */
function overtaken(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  option: CompiledOption,
): void {
  if (walk.model.setup.interference.length === 0) return
  for (const chosen of option.cases) {
    if (chosen.outcome === 'conflict') taken(walk, labels, row, state, option, chosen)
  }
}

/** The outcome stays at the offer and spends an attempt, whatever it is called. */
export function looksInvalid(walk: Walk, row: Row, { outcome, hidden }: CompiledCase): boolean {
  if (outcome === 'invalid') return true
  return hidden && walk.model.setup.rules.hidesAccounts && row[layout.proofs] === 0
}

function taken(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  option: CompiledOption,
  chosen: CompiledCase,
): void {
  const { declared } = chosen
  const label = labels.ofCase('answer', state, option, chosen)
  const cost = layout.oneMove + (declared.by === 'chance' ? layout.unusual * 2 : 0)
  applyCase(walk, row, option, chosen, (next) => {
    effectAlarms(walk, row, next, option, chosen, label)
    if (declared.effects === undefined && !isOver(option, chosen)) pushStack(walk, row, next, state)
    walk.ended(next, countsAs(row, next, chosen))
    next[layout.flags] = next[layout.flags]! | chosen.marks
    walk.follow(next, chosen.transition, label, cost)
  })
}

/** There is no way back to a form for what the account has got elsewhere. */
function isOver({ declaration }: CompiledOption, { outcome }: CompiledCase): boolean {
  return declaration.enrols === true && outcome === 'conflict'
}

function pushStack(walk: Walk, row: Row, next: Row, state: CompiledState): void {
  next[layout.stack] = walk.model.stacks.push(
    row[layout.stack]!,
    state.index,
    row[layout.identity]!,
    row[layout.proofs]!,
  )
}

/** One option turns out not to be there: the others stay, and of the only one none is left. */
function unavailable(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  option: CompiledOption,
  chosen: CompiledCase,
): void {
  const wired = chosen.transition?.key === `${option.option.id}.unavailable`
  if (wired) {
    taken(walk, labels, row, state, option, chosen)
    return
  }
  applyCase(walk, row, option, chosen, (next) => {
    withoutOthers(walk, next, state, option, (alone) =>
      noneLeft(walk, labels, alone, state, layout.oneMove + layout.unusual * 2),
    )
  })
}

/** An upstream that does not answer leaves the other ways open; the only one takes the transition. */
function fault(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  option: CompiledOption,
  outcome: 'error' | 'timeout',
): void {
  const label = labels.ofFault(outcome, state, option)
  const cost = layout.oneMove + layout.unusual * 4
  const wired = option.faults[outcome]
  const leave = (alone: Row) => {
    walk.with(alone, (failed) => {
      walk.ended(failed, outcome)
      walk.follow(failed, wired ?? state.own[outcome], label, cost)
    })
  }
  if (wired) leave(row)
  else withoutOthers(walk, row, state, option, leave)
}

/** The row where this option is the only one that the person can use; not at all where it cannot be. */
function withoutOthers(
  walk: Walk,
  row: Row,
  state: CompiledState,
  option: CompiledOption,
  use: (row: Row) => void,
): void {
  walk.with(row, (alone) => {
    for (const other of state.options) {
      if (other === option || !fits(alone, other)) continue
      if (layout.kindOf(alone) !== layout.account || other.usesWord === 0) return
      if (other.declaration.enrols || !walk.narrow(alone, other.usesWord, no)) return
    }
    if (walk.consistent(alone)) use(alone)
  })
}

/** Answers wrongly until the attempts are spent: wrong answers in between change nothing. */
function wrong(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  if (state.state.kind !== 'offer') return
  const cost = state.state.attempts * layout.oneMove
  // Which environments have a wrong answer matters; for one login it is enough that there can be one.
  if (walk.behind > 0) {
    wrongly(walk, row, state, (so) => {
      exhaust(walk, labels, so, state, cost)
      return false
    })
    return
  }
  if (!wrongly(walk, row, state, () => true)) return
  const again = walk.model.numbers.has(row[layout.spent]!, state.index)
  const label = labels.at('wrong', state)
  if (again) walk.sink.alarm('I-09', row, label, layout.oneMove)
  exhaust(walk, labels, row, state, cost)
}

/** @param use told of the row where there is a wrong answer, until it says that this is enough */
function wrongly(
  walk: Walk,
  row: Row,
  { options }: CompiledState,
  use: (row: Row) => boolean,
): boolean {
  for (const option of options) {
    if (!fits(row, option)) continue
    for (const chosen of option.cases) {
      if (!looksInvalid(walk, row, chosen)) continue
      let enough = false
      walk.with(row, (copy) => {
        if (namesAccount(row, option)) walk.forgetAccount(copy)
        if (startsFrom(copy, chosen) && meets(walk, copy, chosen)) enough = use(copy)
      })
      if (enough) return true
    }
  }
  return false
}

function cancel(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const label = labels.at('cancel', state)
  walk.with(row, (gone) => {
    walk.ended(gone, 'cancelled')
    walk.follow(gone, state.own.cancelled, label, layout.oneMove)
  })
}

/** Back to the offer before, as it was; whoever was named there may be somebody else now. */
function back(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const { model } = walk
  const entry = model.stacks.top(row[layout.stack]!)
  if (!entry) return
  walk.with(row, (before) => {
    before[layout.stack] = entry.below
    before[layout.proofs] = entry.proofs
    if (before[layout.identity] !== entry.identity) {
      before[layout.identity] = entry.identity
      walk.forgetAccount(before)
      model.forgetClaims(before, (word) => walk.initially(before, word))
    }
    before[layout.session] = 0
    // All is as it was at that offer.
    before[layout.flags] = before[layout.flags]! & ~layout.adverseMask
    const label = labels.at('back', state)
    const node = layout.nodeOf(entry.state, layout.offering)
    walk.arriveAt(before, node, label, layout.oneMove + layout.adversary)
  })
}

/** A login that is over keeps nothing; with the rule off it is kept, and goes on. */
function over(walk: Walk, row: Row): Row {
  if (!walk.model.setup.rules.overIsOver) return row
  row.fill(0, 0, layout.firstVariable)
  for (let word = layout.firstVariable; word < walk.model.width; word++) {
    row[word] = walk.initially(row, word)
  }
  return row
}
