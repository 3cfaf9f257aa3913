/**
 * Two logins of one flow at the same time, by one person, over one world.
 *
 * Where something breaks only because "another login changes something meanwhile", this says whether
 * another login of the same flow can: each move is one of the first login or of the second, and what one
 * learns or changes of the world is so for both. A login that is between two places where it rests goes on
 * by itself first, as the engine writes it in one transaction. Both mean one account, so what is found is
 * real; what another person, an administrator or another flow might do is not among it.
 */
import { answer } from './answer.ts'
import { type Finding, type Limits, tidy } from './explore.ts'
import { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { firstVariable } from './layout.ts'
import type { Model } from './model.ts'
import { Watch } from './properties.ts'
import { CostQueue } from './queue.ts'
import { settle } from './settle.ts'
import { moveOf, type Story } from './story.ts'
import { expired, Walk, type WalkOptions } from './walk.ts'
import { WordTable } from './word-table.ts'

export interface Together {
  readonly states: number
  readonly transitions: number
  readonly complete: boolean
  /** What breaks in the first of the two. */
  readonly watch: Watch
  tell(finding: Finding, so: string): Story
}

/** @param starts rows of the first login; the second begins without a session */
export function exploreTogether(
  model: Model,
  starts: readonly Row[],
  options: WalkOptions,
  limits: Limits,
): Together {
  return new TwoLogins(model, starts, options).explore(limits)
}

class TwoLogins {
  readonly #model: Model
  readonly #watch: Watch
  readonly #walk: Walk
  readonly #labels: Labels
  readonly #starts: readonly Row[]
  readonly #shared: readonly number[]
  readonly #dead: (node: number) => readonly number[]
  /** The rows of both, one behind the other. */
  readonly #table: WordTable
  readonly #costs: number[] = []
  readonly #parents: number[] = []
  /** What moved, and of which login: `label * 2 + login`. */
  readonly #moves: number[] = []
  readonly #followed: boolean[] = []
  readonly #queue = new CostQueue()
  readonly #pair: Row
  #from = -1
  #login = 0
  #transitions = 0

  constructor(model: Model, starts: readonly Row[], options: WalkOptions) {
    this.#model = model
    this.#starts = starts
    this.#watch = new Watch(model)
    this.#labels = new Labels(model)
    this.#dead = options.dead ?? (() => [])
    this.#table = new WordTable(model.width * 2)
    this.#pair = new Int32Array(model.width * 2)
    this.#shared = model.variables.list
      .filter(({ kind }) => ['world', 'setting'].includes(kind))
      .map(({ id }) => firstVariable + id)
    this.#walk = new Walk(
      model,
      { ...options, dead: undefined, onePerson: true },
      {
        emit: (row, label, cost) => this.#emit(row, label, cost),
        alarm: (property, row, label, cost) => {
          if (this.#login === 0) this.#watch.alarm(property, this.#finding(row, label, cost))
        },
      },
    )
  }

  explore(limits: Limits): Together {
    for (const start of this.#starts) {
      this.#pair.set(start)
      this.#pair.set(this.#starts[0]!, this.#model.width)
      this.#add(0, 0)
    }
    let followed = 0
    let complete = true
    for (let next = this.#queue.least(); next && complete; next = this.#queue.least()) {
      for (let at = 0; at < next.ids.length && complete; at++) {
        const id = next.ids[at]!
        if (this.#costs[id] !== next.cost || this.#followed[id]) continue
        complete = followed < limits.states
        if (!complete) break
        this.#followed[id] = true
        followed++
        this.#follow(id)
      }
      this.#queue.drop()
    }
    return {
      states: followed,
      transitions: this.#transitions,
      complete,
      watch: this.#watch,
      tell: (finding, so) => this.#tell(finding, so),
    }
  }

  #follow(id: number): void {
    this.#from = id
    const rows = this.#rowsOf(id)
    this.#watch.state(rows[0]!, id, this.#costs[id]!)
    if (this.#isOver(rows[0]!)) return
    const moving = rows.findIndex((row) => !this.#waits(row))
    for (const login of moving < 0 ? [0, 1] : [moving]) {
      this.#login = login
      this.#table.read(id, this.#pair)
      const row = rows[login]!
      if (this.#rests(row)) answer(this.#walk, this.#labels, row)
      else settle(this.#walk, this.#labels, row)
    }
  }

  #rowsOf(id: number): [Row, Row] {
    const { width } = this.#model
    const pair = new Int32Array(width * 2)
    this.#table.read(id, pair)
    return [pair.slice(0, width), pair.slice(width)]
  }

  #rests(row: Row): boolean {
    const state = this.#model.states[layout.stateOf(row)]
    return state?.state.kind === 'offer' && layout.phaseOf(row) === layout.resting
  }

  #isOver(row: Row): boolean {
    const { state } = this.#model.states[layout.stateOf(row)] ?? {}
    if (!state) return true
    if (state.kind !== 'end') return false
    return state.outcome !== 'success' || layout.phaseOf(row) === layout.resting
  }

  /** Where the other login may go on: at rest, at an end, and before it has begun. */
  #waits(row: Row): boolean {
    if (this.#isOver(row) || this.#rests(row)) return true
    return this.#starts.some((start) => start[layout.node] === row[layout.node])
  }

  #emit(row: Row, label: number, cost: number): void {
    const { width } = this.#model
    tidy(this.#model, row, this.#walk.options.keeps)
    this.#transitions++
    const [own, other] = this.#login === 0 ? [0, width] : [width, 0]
    this.#table.read(this.#from, this.#pair)
    if (this.#login === 1) this.#forget(row)
    this.#pair.set(row, own)
    // A login that has expired says nothing of the world any more, and has changed nothing.
    const says = row[layout.node] !== expired(this.#model)
    if (says) for (const word of this.#shared) this.#pair[other + word] = row[word]!
    this.#add(this.#costs[this.#from]! + cost, label)
  }

  /** Of the second login only what it may still do matters. */
  #forget(row: Row): void {
    for (const word of this.#dead(row[layout.node]!)) {
      if (!this.#shared.includes(word)) row[word] = this.#walk.options.base[word]!
    }
    if (this.#isOver(row)) row.fill(0, layout.node + 1, firstVariable)
  }

  #add(cost: number, label: number): void {
    const before = this.#table.size
    const id = this.#table.number(this.#pair)
    if (id < before && (this.#followed[id] || cost >= this.#costs[id]!)) return
    this.#costs[id] = cost
    this.#parents[id] = this.#from
    this.#moves[id] = label * 2 + this.#login
    this.#queue.push(cost, id)
  }

  #finding(row: Row, label: number, cost: number): Finding {
    const before = this.#from < 0 ? 0 : this.#costs[this.#from]!
    return { state: this.#from, label, cost: before + cost, row: row.slice() }
  }

  #tell(finding: Finding, so: string): Story {
    const path: number[] = []
    for (let at = finding.state; this.#parents[at]! >= 0; at = this.#parents[at]!) path.unshift(at)
    const moves = path.map((id) => {
      const login = this.#moves[id]! & 1
      const [before, after] = [this.#rowsOf(this.#parents[id]!), this.#rowsOf(id)]
      const move = moveOf(this.#model, before[login]!, after[login]!, this.#moves[id]! >> 1)
      return login === 0
        ? move
        : { ...move, login: 2 as const, text: `another login, ${move.text}` }
    })
    if (finding.label !== undefined) {
      const [before] = this.#rowsOf(finding.state)
      moves.push(moveOf(this.#model, before, finding.row, finding.label))
    }
    const flow = this.#model.definition.name
    return { version: 1, flow, given: [], moves, so, assumed: false }
  }
}
