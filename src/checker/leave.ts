/** Leaving an offer without having passed it, and whether an option is for this identity at all. */

import type { CompiledOption, CompiledState } from './compiled.ts'
import type { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import type { Walk } from './walk.ts'

/** All attempts of a state are spent, now or before. */
export function exhaust(
  walk: Walk,
  labels: Labels,
  row: Row,
  state: CompiledState,
  cost: number,
): void {
  const label = labels.at('wrong', state)
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
  const label = labels.at('none-left', state)
  walk.follow(row, state.own.unavailable, label, cost)
}

export function fits(row: Row, option: CompiledOption): boolean {
  return layout.isOfKind(row, option.needs)
}
