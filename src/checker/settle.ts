/** What the engine does by itself, from a state entered to where the login rests. */
import { effectAlarms } from './alarms.ts'
import { applyCase } from './apply.ts'
import { adoptName, goOn, sessionIsEnough } from './attack.ts'
import type { Row } from './condition.ts'
import * as layout from './layout.ts'
import { byDemand } from './levels.ts'
import type { CompiledOption, CompiledState, Label, Model } from './model.ts'
import { countFactors } from './proofs.ts'
import { isError } from './truth.ts'
import { no, yes } from './variables.ts'
import { blocked, stuck, unmet, type Walk } from './walk.ts'

/** Labels that do not depend on what is chosen, made once a state. */
export class Labels {
  readonly #ids = new Map<string, number>()
  readonly #model: Model

  constructor(model: Model) {
    this.#model = model
  }

  of(label: Label): number {
    const { kind, state, option, outcome, caseIndex, rule } = label
    const key = `${kind} ${state} ${option?.option.id} ${outcome} ${caseIndex} ${rule}`
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = this.#model.addLabel(label)
      this.#ids.set(key, id)
    }
    return id
  }
}

export function settle(walk: Walk, labels: Labels, row: Row): void {
  const { model } = walk
  const state = model.states[layout.stateOf(row)]
  if (!state) return goOn(walk, labels, row)
  sessionIsEnough(walk, labels, row)
  switch (state.state.kind) {
    case 'end':
      if (layout.phaseOf(row) === layout.entering) finish(walk, labels, row, state)
      return goOn(walk, labels, row)
    case 'decide':
      return walk.follow(row, state.decided, labels.of({ kind: 'decided', state: state.index }), 0)
    case 'run':
      return run(walk, labels, row, state)
    case 'offer':
      if (layout.phaseOf(row) === layout.offering) return offer(walk, labels, row, state)
      return around(walk, labels, row, state)
  }
}

function around(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const label = labels.of({ kind: 'around', state: state.index })
  walk.branches(row, state.skip, state.index, label, 0, (open) =>
    walk.arriveAt(open, layout.nodeOf(state.index, layout.offering), label, 0),
  )
}

/** Entered: unproven, with the way back cut here; offers what this person can use. */
function offer(walk: Walk, labels: Labels, entered: Row, state: CompiledState): void {
  const { model } = walk
  walk.with(entered, (row) => {
    row[layout.stack] = model.stacks.cut(row[layout.stack]!, state.index)
    if (model.setup.rules.startsUnproven) startUnproven(model, row, state)
    else passAgain(walk, labels, row, state)
    const fitting = state.options.filter((option) => fits(row, option))
    if (fitting.length === 0) {
      walk.sink.alarm('I-04', row, labels.of({ kind: 'none-left', state: state.index }), 0)
      return noneLeft(walk, labels, row, state)
    }
    if (layout.kindOf(row) !== layout.account) return usable(walk, labels, row, state)
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
      walk.sink.alarm('I-30', row, labels.of({ kind: 'none-left', state: state.index }), 0)
    }
    return noneLeft(walk, labels, row, state)
  }
  whetherUsable(
    walk,
    row,
    option,
    () => usable(walk, labels, row, state),
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
  if (layout.kindOf(row) !== layout.account) return ifSo()
  if (option.declaration.enrols) return mayEnrol(walk, row, ifSo, ifNot)
  if (option.usesWord === 0) return ifSo()
  walk.split(row, option.usesWord, ifSo, ifNot)
}

/** I-30: with a factor on file, another only by a proof as strong as the account can give. */
export function mayEnrol(walk: Walk, row: Row, ifSo: () => void, ifNot: () => void): void {
  const { model } = walk
  if (!model.setup.rules.enrolsByStrength) return ifSo()
  const proven = model.proofSets.worth(row[layout.proofs]!).factors
  const strength = (bit: number) =>
    countFactors(
      model.held.filter(({ word }) => (row[word]! & bit) !== 0).flatMap(({ proves }) => proves),
    )
  const certainly = countFactors(
    model.held.filter(({ word }) => row[word] === yes).flatMap(({ proves }) => proves),
  )
  if (proven >= strength(yes)) return ifSo()
  if (proven < certainly) return ifNot()
  const open = model.held.find(({ word }) => row[word] === (no | yes))
  if (!open) return ifSo()
  const again = () => mayEnrol(walk, row, ifSo, ifNot)
  walk.split(row, open.word, again, again)
}

function usable(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  bySession(walk, labels, row, state, 0)
}

/** A step whose proof the session holds passes at once; an older one may be too old for the request. */
function bySession(walk: Walk, labels: Labels, row: Row, state: CompiledState, at: number): void {
  const option = state.options[at]
  const profile = walk.model.setup.sessions[(row[layout.session]! & 255) - 1]
  const fresh = state.state.kind === 'offer' && state.state.fresh
  if (!option || !profile || fresh || layout.kindOf(row) === layout.passThrough) {
    return rest(walk, labels, row, state)
  }
  const next = () => bySession(walk, labels, row, state, at + 1)
  const { credential, enrols } = option.declaration
  const held = profile.proofs.filter((slot) => slot.option === option.option.id)
  if (held.length === 0 || !credential || enrols || !fits(row, option)) return next()
  next()
  walk.with(row, (passed) => {
    const same = sameSubject(walk, passed)
    if (!same.possible || !walk.narrow(passed, walk.model.word('account.exists'), yes)) return
    if (!walk.narrow(passed, option.usesWord, yes) || !walk.consistent(passed)) return
    passBySession(walk, labels, passed, state, option, held, same.foreign)
  })
}

/** Whether the session can belong to whom the login has named; narrows it to where it does. */
function sameSubject(walk: Walk, row: Row): { possible: boolean; foreign: boolean } {
  if (layout.kindOf(row) === layout.none) {
    row[layout.session] = (row[layout.session]! & 255) | 256
    return { possible: true, foreign: false }
  }
  const decided = row[layout.session]! >> 8
  if (decided === 2) return { possible: !walk.model.setup.rules.sessionBySubject, foreign: true }
  if (!walk.model.setup.rules.sessionBySubject) return { possible: true, foreign: true }
  row[layout.session] = (row[layout.session]! & 255) | 256
  return { possible: true, foreign: false }
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
      row[word] = walk.options.base[word]! & mask || mask
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
  const { model } = walk
  if (model.setup.rules.attemptsKept && model.numbers.has(row[layout.spent]!, state.index)) {
    return exhaust(walk, labels, row, state, 0)
  }
  walk.with(row, (resting) => {
    walk.interfere(resting)
    remember(model, resting, state.index)
    const label = labels.of({ kind: 'offered', state: state.index })
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

/** All attempts of a state are spent, now or before. */
export function exhaust(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  cost: number,
): void {
  const label = labels.of({ kind: 'wrong', state: state.index, outcome: 'exhausted' })
  walk.with(row, (spent) => {
    spent[layout.spent] = walk.model.numbers.with(spent[layout.spent]!, state.index)
    walk.ended(spent, 'exhausted')
    walk.follow(spent, state.own.exhausted, label, cost)
  })
}

export function noneLeft(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  cost = 0,
): void {
  const label = labels.of({ kind: 'none-left', state: state.index, outcome: 'unavailable' })
  walk.follow(row, state.own.unavailable, label, cost)
}

function startUnproven(model: Model, row: Row, { index, state, options }: CompiledState): void {
  const ids = options.map(({ option }) => option.id)
  const here = model.setup.rules.proofsByState
    ? (slot: { state: string }) => slot.state === state.id
    : (slot: { option: string }) => ids.includes(slot.option)
  row[layout.proofs] = model.proofSets.keep(
    row[layout.proofs]!,
    `without ${index}`,
    (slot) => !here(slot),
  )
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

export function fits(row: Row, option: CompiledOption): boolean {
  return option.declaration.needs.includes(layout.kinds[layout.kindOf(row)]!)
}

function run(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const [option] = state.options
  if (!option) return
  const about = { kind: 'run', state: state.index, option } as const
  if (!fits(row, option)) {
    walk.sink.alarm('I-04', row, labels.of(about), 0)
    return walk.arriveAt(row, stuck(walk.model), labels.of(about), 0)
  }
  for (const outcome of ['error', 'timeout'] as const) {
    walk.with(row, (failed) => {
      walk.ended(failed, outcome)
      const label = labels.of({ ...about, outcome })
      walk.follow(failed, state.own[outcome], label, layout.unusual * 4)
    })
  }
  if (option.rules.some((rule) => rule.truths(row) === isError)) return
  for (const chosen of option.cases) {
    const { outcome, index: caseIndex, declared } = chosen
    const enact = declared.enact
    const label = labels.of({ ...about, outcome, caseIndex, ...(enact ? { enact } : {}) })
    const cost = declared.by === 'chance' ? layout.unusual * 2 : 0
    applyCase(walk, row, option, chosen, (next) => {
      effectAlarms(walk, row, next, option, chosen, label)
      walk.ended(next, outcome)
      next[layout.flags] = next[layout.flags]! | chosen.marks
      walk.follow(next, chosen.transition, label, cost)
      adoptName(walk, labels, next, state, option, chosen)
    })
  }
}

/** The one place where a login becomes a success: level and live account are checked here. */
function finish(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const { model } = walk
  const { rules } = model.setup
  if (state.state.kind !== 'end' || state.state.outcome !== 'success') return
  const label = labels.of({ kind: 'finish', state: state.index })
  const to = (node: number) => (at: Row) => walk.arriveAt(at, node, label, 0)
  const success = to(layout.nodeOf(state.index, layout.resting))
  const nobody = layout.kindOf(row) === layout.none || row[layout.proofs] === 0
  if (rules.floorAtEnd && nobody) return to(unmet(model))(row)

  const level = (at: Row) => {
    if (!rules.floorAtEnd) return success(at)
    byDemand(walk, at, success, to(unmet(model)))
  }
  walk.with(row, (at) => {
    if (layout.kindOf(at) !== layout.account || !rules.activeAtEnd) return level(at)
    walk.split(at, model.word('account.active'), level, to(blocked(model)))
  })
}
