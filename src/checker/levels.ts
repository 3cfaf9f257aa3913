/** The levels of a flow's policy, against proofs and against what a request asks for. */
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import type { Model } from './model.ts'
import type { Worth } from './proofs.ts'
import type { Walk } from './walk.ts'

/** Which of the flow's levels these proofs reach. */
export function levelsReached(model: Model, worth: Worth): boolean[] {
  return model.definition.policy.levels.map(
    ({ factors, phishingResistant }) =>
      worth.factors >= factors && (!phishingResistant || worth.phishingResistant),
  )
}

/** The flow's floor always; of the levels that the request names, any one. */
export function byDemand(
  walk: Walk,
  row: Row,
  met: (row: Row) => void,
  unmetOne: (row: Row) => void,
): void {
  const { model } = walk
  const { levels, floor } = model.definition.policy
  const reached = levelsReached(model, model.proofSets.worth(row[layout.proofs]!))
  const floorReached = reached[levels.findIndex(({ acr }) => acr === floor)] ?? true
  const asked = levels.map(({ acr }) => model.word(`request.acr has ${acr}`))
  const lowered = !model.setup.rules.requestOnlyRaises
  if (!floorReached && !lowered) {
    unmetOne(row)
    return
  }

  const order = levels.map((_, at) => at).sort((a, b) => Number(reached[b]) - Number(reached[a]))
  const ask = (at: number, row: Row): void => {
    const level = order[at]
    if (level === undefined) {
      floorReached ? met(row) : unmetOne(row)
      return
    }
    const answer = reached[level] ? met : unmetOne
    walk.split(row, asked[level]!, answer, (open) => ask(at + 1, open))
  }
  ask(0, row)
}
