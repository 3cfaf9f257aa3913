/** What the engine does by itself, from a state entered to where the login rests. */
import { effectAlarms } from './alarms.ts'
import { applyCase, countsAs } from './apply.ts'
import { adoptName, goOn, sessionIsEnough } from './attack.ts'
import type { CompiledState } from './compiled.ts'
import type { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { fits } from './leave.ts'
import { byDemand } from './levels.ts'
import { offer } from './offering.ts'
import { isError } from './truth.ts'
import { blocked, stuck, unmet, type Walk } from './walk.ts'

export function settle(walk: Walk, labels: Labels, row: Row): void {
  const { model } = walk
  const state = model.states[layout.stateOf(row)]
  if (!state) {
    goOn(walk, labels, row)
    return
  }
  sessionIsEnough(walk, labels, row)
  switch (state.state.kind) {
    case 'end':
      if (layout.phaseOf(row) === layout.entering) finish(walk, labels, row, state)
      goOn(walk, labels, row)
      return
    case 'decide':
      walk.follow(row, state.decided, labels.at('decided', state), 0)
      return
    case 'run':
      // Another login may have written since this one's step has looked.
      walk.with(row, (late) => {
        walk.interfere(late)
        run(walk, labels, late, state)
      })
      return
    case 'offer':
      if (layout.phaseOf(row) === layout.offering) {
        offer(walk, labels, row, state)
        return
      }
      around(walk, labels, row, state)
      return
  }
}

function around(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const label = labels.at('around', state)
  walk.branches(row, state.skip, state.index, label, 0, (open) =>
    walk.arriveAt(open, layout.nodeOf(state.index, layout.offering), label, 0),
  )
}

function run(walk: Walk, labels: Labels, row: Row, state: CompiledState): void {
  const [option] = state.options
  if (!option) return
  const about = { kind: 'run', state: state.index, option } as const
  if (!fits(row, option)) {
    walk.sink.alarm('I-04', row, labels.of(about), 0)
    walk.arriveAt(row, stuck(walk.model), labels.of(about), 0)
    return
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
    const { declared } = chosen
    const label = labels.ofCase('run', state, option, chosen)
    const cost = declared.by === 'chance' ? layout.unusual * 2 : 0
    applyCase(walk, row, option, chosen, (next) => {
      effectAlarms(walk, row, next, option, chosen, label)
      walk.ended(next, countsAs(row, next, chosen))
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
  const label = labels.at('finish', state)
  const to = (node: number) => (at: Row) => walk.arriveAt(at, node, label, 0)
  const success = to(layout.nodeOf(state.index, layout.resting))
  const nobody = layout.kindOf(row) === layout.none || row[layout.proofs] === 0
  if (rules.floorAtEnd && nobody) {
    to(unmet(model))(row)
    return
  }

  const level = (at: Row) => {
    if (!rules.floorAtEnd) return success(at)
    byDemand(walk, at, success, to(unmet(model)))
  }
  walk.with(row, (at) => {
    if (layout.kindOf(at) !== layout.account || !rules.activeAtEnd) return level(at)
    walk.split(at, model.word('account.active'), level, to(blocked(model)))
  })
}
