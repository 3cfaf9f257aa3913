/** One exploration of one flow: what is so at its start, and what was found. */
import type { FlowDefinition } from '../language/flow.ts'
import type { Setup } from './compiled.ts'
import { type Explored, explore, type Limits } from './explore.ts'
import { blank } from './guards.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import { deadWords, entryOf, whatMatters } from './liveness.ts'
import { Model } from './model.ts'
import { Watch } from './properties.ts'
import { no, yes } from './variables.ts'

/** One exploration, with what it has found. */
export interface Searched {
  readonly model: Model
  readonly explored: Explored
  readonly watch: Watch
  readonly base: Row
  readonly starts: readonly Row[]
}

export function search(flow: FlowDefinition, setup: Setup, limits: Limits): Searched {
  const model = new Model(flow, setup)
  const base = baseOf(model)
  const watch = new Watch(model)
  const dead = deadWords(model, Watch.kept(model))
  const starts = startsOf(model, base)
  const explored = explore(
    model,
    starts,
    { base, whole: false, dead, keeps: whatMatters(model) },
    limits,
    watch,
  )
  return { model, explored, watch, base, starts }
}

/** Nothing is known but how the connections are set. */
export function baseOf(model: Model): Row {
  const base = blank(model)
  if (model.setup.anyConfiguration) return base
  for (const [id, { jit, settings }] of Object.entries(model.definition.connections)) {
    for (const [name, on] of Object.entries({ ...settings, jit })) {
      base[model.word(`${id}.${name}`)] = on ? yes : no
    }
  }
  return base
}

export function startOf(model: Model, base: Row): Row {
  const start = base.slice()
  start.fill(0, 0, firstVariable)
  start[layout.node] = entryOf(model)
  const state = model.states[model.indexOf(model.definition.start)]!
  if (state.state.kind === 'offer' && state.skip.length === 0) {
    start[layout.node] = layout.nodeOf(state.index, layout.offering)
  }
  start[layout.flags] = state.marks
  model.forgetClaims(start, (word) => base[word]!)
  return start
}

export function startsOf(model: Model, base: Row): Row[] {
  const plain = startOf(model, base)
  const others = model.setup.sessions.map((_, at) => {
    const start = plain.slice()
    start[layout.session] = at + 1
    return start
  })
  return [plain, ...others]
}
