/** The shortest way on which a decision leads where it should not: the story of what is read off the file. */
import type { Label } from './compiled.ts'
import type { Explored, Finding } from './explore.ts'
import type { GuardedWay } from './guards.ts'
import { nameOf } from './story.ts'

/** @returns absence where no login comes by: the file says it, and nobody has ever gone that way */
export function findGuardedWay(
  { model, table }: Explored,
  { state, key, to }: GuardedWay,
): Finding | undefined {
  const at = model.indexOf(state)
  const row = new Int32Array(model.width)
  let best: Finding | undefined
  for (let id = 0; id < table.size; id++) {
    const label = table.parent(id) < 0 ? undefined : model.labels[table.label(id)]
    if (!label || label.state !== at || label.failed || keyOf(label) !== key) continue
    const cost = table.cost(id)
    if (best && best.cost <= cost) continue
    table.read(id, row)
    if (nameOf(model, row) === to) best = { state: id, label: undefined, cost, row: row.slice() }
  }
  return best
}

/** What a label decides upon; `undefined` for a decision by itself. Moves that decide nothing have their own. */
function keyOf({ kind, option, outcome }: Label): string | undefined {
  if (kind === 'around' || kind === 'decided') return undefined
  return option && outcome ? `${option.option.id}.${outcome}` : (outcome ?? kind)
}
