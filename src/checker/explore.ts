/**
 * The first explorer: everything that can happen, the cheapest way to each first.
 *
 * A state that another one covers (the same login, with at least its possibilities) is not followed:
 * whatever it can do, the other can. Costs order by a person's moves, then by an attacker's, then by what
 * is unusual, so that the first way found is the story to tell.
 */
import { answer } from './answer.ts'
import { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import type { Model } from './model.ts'
import { Watch } from './properties.ts'
import { CostQueue } from './queue.ts'
import { settle } from './settle.ts'
import { Situations } from './situations.ts'
import { StateTable } from './state-table.ts'
import { type Keeps, Walk, type WalkOptions } from './walk.ts'

export interface Limits {
  /** States that are followed. */
  readonly states: number
}

/** The cheapest way found to something that a property speaks of. */
export interface Finding {
  /** The state from which, or in which, it is so. */
  readonly state: number
  /** The move that shows it; absent where the state itself does. */
  readonly label: number | undefined
  readonly cost: number
  /** The state's words, narrowed to where it is so. */
  readonly row: Row
}

export interface Explored {
  readonly model: Model
  readonly options: WalkOptions
  readonly table: StateTable
  /** States followed, and moves between them. */
  readonly states: number
  readonly transitions: number
  /** False: the limit was reached, and what was not found means nothing. */
  readonly complete: boolean
}

export interface Observer {
  /** Called for the states that are followed; of those in one situation only for the cheapest. */
  state(row: Row, id: number, cost: number): void
  alarm(property: string, finding: Finding): void
  edge?(from: number, label: number, to: number): void
}

/**
 * @param covers whether a state that another covers is left out
 * @param small how many states are followed before moves are remembered for others
 */
export function explore(
  model: Model,
  starts: readonly Row[],
  options: WalkOptions,
  limits: Limits,
  observer: Observer,
  covers = true,
  small = few,
): Explored {
  return new Exploration(model, options, limits, observer, covers, small).run(starts)
}

/** So many states are followed one by one: to remember moves repays where there are more. */
const few = 1000

class Exploration {
  readonly #model: Model
  readonly #table: StateTable
  readonly #limits: Limits
  readonly #observer: Observer
  readonly #covers: boolean
  readonly #walk: Walk
  readonly #labels: Labels
  readonly #queue = new CostQueue()
  readonly #small: number
  /** Absent: the moves of each state are worked out by themselves. */
  #situations: Situations | undefined
  readonly #packed: Int32Array
  /** The state whose moves are worked out. */
  #row: Row
  #from = -1
  #cost = 0
  #transitions = 0

  constructor(
    model: Model,
    options: WalkOptions,
    limits: Limits,
    observer: Observer,
    covers: boolean,
    small: number,
  ) {
    this.#model = model
    this.#limits = limits
    this.#observer = observer
    this.#covers = covers
    this.#labels = new Labels(model)
    this.#walk = new Walk(model, options, {
      emit: (row, label, cost) => this.#emit(row, label, cost),
      alarm: (property, row, label, cost) => this.#alarm(property, row, label, cost),
    })
    this.#table = new StateTable(this.#walk.nothingKnown, this.#walk.values)
    this.#row = new Int32Array(this.#walk.length)
    const { packing } = this.#table
    this.#packed = new Int32Array(packing.words)
    this.#small = small
  }

  run(starts: readonly Row[]): Explored {
    for (const start of starts) this.#start(start)
    let followed = 0
    let complete = true
    for (let next = this.#queue.least(); next && complete; next = this.#queue.least()) {
      const { cost, ids } = next
      for (let at = 0; at < ids.length; at++) {
        const id = ids[at]!
        if (this.#table.cost(id) !== cost || this.#table.followed(id)) continue
        if (followed >= this.#limits.states) {
          complete = false
          break
        }
        if (this.#covers ? !this.#table.follow(id) : !this.#table.followAlways(id)) continue
        if (followed++ === this.#small) this.#remember()
        this.#follow(id, cost)
      }
      this.#queue.drop()
    }
    return {
      model: this.#model,
      options: this.#walk.options,
      table: this.#table,
      states: followed,
      transitions: this.#transitions,
      complete,
    }
  }

  #remember(): void {
    if (this.#walk.options.whole) return
    const situations = new Situations(this.#model, this.#table.packing, Watch.kept(this.#model))
    if (situations.any) this.#situations = situations
  }

  #start(start: Row): void {
    const row = start.slice()
    tidy(this.#model, row, this.#walk.options.keeps)
    this.#table.packing.pack(row, this.#packed)
    this.#arrive(this.#packed, 0, this.#earlier(start))
  }

  /** A session is an earlier login: its moves are moves of the story too. */
  #earlier(start: Row): number {
    const profile = this.#model.setup.sessions[start[layout.session]! - 1]
    return profile ? (profile.moves ?? 1) * layout.oneMove + layout.unusual * 2 : 0
  }

  #follow(id: number, cost: number): void {
    this.#from = id
    this.#cost = cost
    if (this.#situations) this.#remembered(id, this.#situations)
    else {
      this.#table.read(id, this.#row)
      this.#observer.state(this.#row, id, cost)
      this.#move(this.#row)
    }
  }

  #remembered(id: number, situations: Situations): void {
    this.#table.readPacked(id, this.#packed)
    const before = situations.size
    const situation = situations.of(this.#packed)
    if (situation === before) {
      this.#table.read(id, this.#row)
      this.#observer.state(this.#row, id, this.#cost)
      situations.begin(situation)
      this.#move(situations.marked(this.#row))
    }
    this.#transitions += situations.count(situation)
    situations.each(situation, this.#packed, this.#observer.edge !== undefined, this.#arrive)
  }

  #move(row: Row): void {
    const state = this.#model.states[layout.stateOf(row)]
    const rests = state?.state.kind === 'offer' && layout.phaseOf(row) === layout.resting
    if (rests) answer(this.#walk, this.#labels, row)
    else settle(this.#walk, this.#labels, row)
  }

  #alarm(property: string, row: Row, label: number, more: number): void {
    const real = this.#situations?.unmarked(row, this.#row) ?? row.slice()
    const cost = this.#cost + more
    this.#observer.alarm(property, { state: this.#from, label, cost, row: real })
  }

  #emit(row: Row, label: number, more: number): void {
    tidy(this.#model, row, this.#walk.options.keeps)
    if (this.#situations) this.#situations.note(row, label, more)
    else {
      this.#transitions++
      this.#table.packing.pack(row, this.#packed)
      this.#arrive(this.#packed, label, more)
    }
  }

  readonly #arrive = (packed: Int32Array, label: number, more: number): void => {
    const cost = this.#cost + more
    const added = this.#table.add(packed, cost, this.#from, label)
    this.#observer.edge?.(this.#from, label, added < 0 ? -added - 1 : added)
    if (added >= 0) this.#queue.push(cost, added)
  }
}

/** Words that steer nothing any more are set to nothing. */
export function tidy(model: Model, row: Row, keeps: Keeps): void {
  const state = layout.stateOf(row)
  const over = state >= model.states.length || model.states[state]!.state.kind === 'end'
  if (over) {
    row[layout.stack] = 0
    row[layout.session] = 0
    if (model.setup.rules.overIsOver) row[layout.spent] = 0
    return
  }
  if (row[layout.spent] !== 0) {
    row[layout.spent] = model.numbers.keep(row[layout.spent]!, state, (offer) =>
      keeps.spent(state, offer),
    )
  }
  const profile = row[layout.session]! - 1
  if (profile >= 0 && !keeps.session(state, profile)) row[layout.session] = 0
}
