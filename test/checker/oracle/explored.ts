/** What the checker's own first explorer says a flow means. */
import { explore } from '../../../src/checker/explore.ts'
import * as layout from '../../../src/checker/layout.ts'
import { nodeOf, oneMove, type Row, stateOf } from '../../../src/checker/layout.ts'
import { Model } from '../../../src/checker/model.ts'
import { Watch } from '../../../src/checker/properties.ts'
import { allRules } from '../../../src/checker/rules.ts'
import { baseOf, search, startsOf } from '../../../src/checker/search.ts'
import { no, yes } from '../../../src/checker/variables.ts'
import type { StepDeclaration } from '../../../src/language/declaration.ts'
import type { FlowDefinition } from '../../../src/language/flow.ts'
import { isPossible, type World, worldsOf } from './environment.ts'
import { Meaning } from './meaning.ts'

/** With nothing forgotten and nothing covered, so that each row says all that is so in it. */
export function exploreInFull(flow: FlowDefinition, steps: readonly StepDeclaration[]): Meaning {
  const model = new Model(flow, setupOf(steps))
  const base = baseOf(model)
  const watch = new Watch(model)
  const keeps = { spent: () => true, session: () => true }
  const options = { base, whole: false, dead: undefined, keeps }
  const limits = { states: 400_000 }
  const { table, complete } = explore(model, startsOf(model, base), options, limits, watch, false)
  if (!complete) throw new Error(`${flow.name} is too large`)

  const meaning = new Meaning()
  note(watch, meaning)
  const names = Object.keys(worldsOf(flow, steps)[0]!)
  const row = new Int32Array(model.width)
  for (let id = 0; id < table.size; id++) {
    table.read(id, row)
    ended(model, row, Math.floor(table.cost(id) / oneMove), names, meaning)
  }
  return meaning
}

/** As it is used: with its reductions. */
export function brokenIn(flow: FlowDefinition, steps: readonly StepDeclaration[]) {
  const limits = { states: 400_000, environments: 0 }
  const meaning = new Meaning()
  note(search(flow, setupOf(steps), limits).watch, meaning)
  return meaning.broken
}

function setupOf(steps: readonly StepDeclaration[]) {
  return { steps, rules: allRules, anyConfiguration: false, interference: [], sessions: [] }
}

/** The properties that the naive checker knows. */
const told = /^(I-01|I-02|I-04|I-06|I-29|own (.*))$/

function note(watch: Watch, meaning: Meaning): void {
  for (const [property, { certain, possible }] of watch.against) {
    const [, id, own] = told.exec(property) ?? []
    const found = [certain, possible].flatMap((finding) => finding ?? [])
    if (id) for (const { cost } of found) meaning.breaks(own ?? id, Math.floor(cost / oneMove))
  }
}

function ended(
  model: Model,
  row: Row,
  moves: number,
  names: readonly string[],
  meaning: Meaning,
): void {
  const state = model.states[stateOf(row)]?.state
  const beyond = row[layout.node]! - nodeOf(model.states.length, 0)
  if (!state) {
    const name = ['!unmet', '!blocked', '!expired', '!unwired', undefined][beyond]
    if (name) meaning.end(name, moves)
    return
  }
  if (state.kind !== 'end') return
  const success = state.outcome === 'success'
  if (success && layout.phaseOf(row) !== layout.resting) return
  meaning.end(state.id, moves)
  if (!success) return
  const kind = layout.kinds[layout.kindOf(row)]!
  const connection = model.connections[layout.connectionOf(row)]!
  const isNew = layout.isNew(row)
  const proofs = model.proofSets.slots(row[layout.proofs]!)
  const asked = names.filter(
    (name) => kind === 'account' || ['name.taken', `linked ${connection}`].includes(name),
  )
  for (const world of worldsIn(model, row, asked)) {
    if (kind !== 'account' || isPossible(world))
      meaning.success({ end: state.id, kind, connection, isNew, proofs, world }, moves)
  }
}

/** Every world that is still possible in a row. */
function worldsIn(model: Model, row: Row, names: readonly string[]): World[] {
  return names.reduce<World[]>(
    (worlds, name) => {
      const [what, which] = name.split(' ') as [string, string?]
      const word = model.word(
        which === undefined ? name : `${what === 'has' ? 'has' : 'association'}(${which})`,
      )
      const can = [no, yes].filter((bit) => (row[word]! & bit) !== 0)
      return worlds.flatMap((world) => can.map((bit) => ({ ...world, [name]: bit === yes })))
    },
    [{}],
  )
}
