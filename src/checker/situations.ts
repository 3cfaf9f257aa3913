/**
 * What can happen, worked out once for all states that differ only in facts that nothing asks about there.
 *
 * What a login can do hangs on the words that steer and on those variables that its moves read. Facts are
 * read by conditions alone, and which conditions a state can come to is in its tables: those of its own
 * transitions, of its rules, and of properties that speak of it. Every other fact is either carried along,
 * or set whatever it was. So moves are worked out with a mark in place of such a fact: where the mark comes
 * out again it is carried along. World, settings and what is opaque count as read everywhere. Where a rule
 * of the engine is off an attack may answer one state at another, so all facts are read; and where rows
 * carry whole environments there is nothing that a move does not read.
 */
import type { Decider } from './condition.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import { readsAt } from './liveness.ts'
import type { Model } from './model.ts'
import type { Packing } from './packing.ts'
import { grown, WordTable } from './word-table.ts'

/** No value has this bit: `Variables` gives at most 30. */
const mark = 1 << 30

/** Where a move leads: to another state for each that it is taken from, or to one, which has been told of. */
const [differs, same, told] = [0, 1, 2] as const

export class Situations {
  /** False: no two states have a situation in common. */
  readonly any: boolean
  readonly #packing: Packing
  /** By the state of the flow: the words of the facts that are carried along, and masks without them. */
  readonly #carried: readonly (readonly number[])[]
  readonly #masks: readonly Int32Array[]
  readonly #known: WordTable
  readonly #key: Int32Array
  readonly #next: Int32Array
  /** Words of a noted move. */
  readonly #length: number
  /** By situation where its moves begin; they end where those of the next begin. */
  #begins = new Int32Array(256)
  /**
   * Of each move: label, cost, whether it leads to the same state each time, the number of what steers, then
   * of each further word what stays, then of each what is set.
   */
  #moves = new Int32Array(1024)
  #end = 0

  /** @param kept deciders of properties, by the state at which they are asked */
  constructor(model: Model, packing: Packing, kept: ReadonlyMap<number, readonly Decider[]>) {
    this.#packing = packing
    this.#carried = factsCarried(model, kept)
    this.any = this.#carried.some((words) => words.length > 0)
    this.#masks = this.#carried.map((words) => {
      const mask = new Int32Array(packing.words).fill(-1)
      for (const field of packing.fields) {
        if (words.includes(field.word)) mask[field.at]! &= ~(field.mask << field.shift)
      }
      return mask
    })
    this.#known = new WordTable(packing.words)
    this.#key = new Int32Array(packing.words)
    this.#next = new Int32Array(packing.words)
    this.#length = 2 + 2 * packing.words
  }

  get size(): number {
    return this.#known.size
  }

  /** @returns the situation's number; `size` as it was where it is new, and then its moves are to be noted */
  of(packed: Int32Array): number {
    const mask = this.#masks[this.#packing.steering(packed[0]!, layout.node) >> 2]!
    for (let at = 0; at < mask.length; at++) this.#key[at] = packed[at]! & mask[at]!
    return this.#known.number(this.#key)
  }

  /** The row with marks for what is carried along. */
  marked(row: Row): Row {
    const marked = row.slice()
    for (const word of this.#carried[layout.stateOf(row)]!) marked[word] = mark
    return marked
  }

  /** @param of the row that was marked; @returns what `row`, which came of it, is for that one */
  unmarked(row: Row, of: Row): Row {
    return row.map((word, at) => {
      const carried = at >= firstVariable && (word & mark) !== 0
      return carried ? of[at]! | (word & ~mark) : word
    })
  }

  /** The moves noted from now on are those of this situation, the newest. */
  begin(situation: number): void {
    if (situation + 1 >= this.#begins.length) this.#begins = grown(this.#begins)
    this.#begins[situation] = this.#end
    this.#begins[situation + 1] = this.#end
  }

  /** @param row what a move makes of a marked row */
  note(row: Row, label: number, cost: number): void {
    const { fields, words } = this.#packing
    const from = this.#end
    this.#end += this.#length
    while (this.#end > this.#moves.length) this.#moves = grown(this.#moves)
    const moves = this.#moves
    moves[from] = label
    moves[from + 1] = cost
    moves[from + 2] = same
    moves[from + 3] = this.#packing.steer(row)
    moves.fill(0, from + 4, this.#end)
    for (const { word, at, shift, mask } of fields) {
      const [stays, set] = [from + 3 + at, from + 2 + words + at]
      if (row[word]! & mark) {
        moves[stays]! |= mask << shift
        moves[from + 2] = differs
      }
      moves[set]! |= (row[word]! & mask) << shift
    }
    this.#begins[this.#known.size] = this.#end
  }

  /** How many moves there are. */
  count(situation: number): number {
    return (this.#begins[situation + 1]! - this.#begins[situation]!) / this.#length
  }

  /**
   * Calls with each successor of a state in this situation; `next` is the same words each time.
   *
   * @param again also where a move leads to the very state that was told of before: who comes later is not
   * cheaper
   */
  each(
    situation: number,
    packed: Int32Array,
    again: boolean,
    tell: (next: Int32Array, label: number, cost: number) => void,
  ): void {
    const [moves, next, length, words] = [this.#moves, this.#next, this.#length, packed.length]
    const end = this.#begins[situation + 1]!
    for (let from = this.#begins[situation]!; from < end; from += length) {
      if (moves[from + 2] !== differs) {
        if (moves[from + 2] === told && !again) continue
        moves[from + 2] = told
      }
      next[0] = moves[from + 3]!
      for (let at = 1; at < words; at++) {
        next[at] = (packed[at]! & moves[from + 3 + at]!) | moves[from + 2 + words + at]!
      }
      tell(next, moves[from]!, moves[from + 1]!)
    }
  }
}

/**
 * Facts that no move and no property reads at a state, by its number; those of what lies beyond the states
 * behind them. With a rule of the engine off an attack may read at one state what another does: none then.
 */
function factsCarried(
  model: Model,
  kept: ReadonlyMap<number, readonly Decider[]>,
): (readonly number[])[] {
  const { variables, states, assume, setup } = model
  const sound = Object.values(setup.rules).every((on) => on)
  const always = new Set(assume.flatMap((decider) => decider.variables.map(({ id }) => id)))
  const facts = variables.list
    .filter(({ kind, id }) => sound && kind === 'fact' && !always.has(id))
    .map(({ id }) => firstVariable + id)
  const ofStates = states.map((state) => {
    const reads = readsAt(model, state, kept.get(state.index) ?? [])
    return facts.filter((word) => !reads.has(word))
  })
  return [...ofStates, facts, facts]
}
