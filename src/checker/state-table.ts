/** The states of one exploration, packed, found by what they are; each with the way by which it was reached. */
import type { Row } from './layout.ts'
import { Packing } from './packing.ts'
import { grown, WordTable } from './word-table.ts'

/** How many states with the same steering words are looked at for one that covers. */
const compared = 16

export class StateTable {
  /** Words of a row. */
  readonly width: number
  readonly #base: Row
  readonly #packing: Packing
  readonly #states: WordTable
  readonly #packed: Int32Array
  #costs = new Int32Array(256)
  #parents = new Int32Array(256)
  #labels = new Int32Array(256)
  /** Of a followed state: the one followed before it with the same steering words, plus 2; 1: none. */
  #chain = new Int32Array(256)
  /** By the number of the steering words the state followed last, plus 2. */
  #heads = new Int32Array(256)

  /**
   * @param base a row that knows nothing
   * @param full of each variable all values that it can have
   */
  constructor(base: Row, full: readonly number[]) {
    this.width = base.length
    this.#base = base
    this.#packing = new Packing(full)
    this.#states = new WordTable(this.#packing.words)
    this.#packed = new Int32Array(this.#packing.words)
  }

  get size(): number {
    return this.#states.size
  }

  /** What it takes in memory, what is only reserved among it. */
  get bytes(): number {
    const columns = [this.#costs, this.#parents, this.#labels, this.#chain, this.#heads]
    const own = columns.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return own + this.#states.bytes + this.#packing.bytes
  }

  cost(id: number): number {
    return this.#costs[id]!
  }

  parent(id: number): number {
    return this.#parents[id]!
  }

  label(id: number): number {
    return this.#labels[id]!
  }

  followed(id: number): boolean {
    return this.#chain[id] !== 0
  }

  read(id: number, row: Row): void {
    this.#states.read(id, this.#packed)
    this.#packing.unpack(this.#packed, row)
  }

  /**
   * Takes in a state, or a cheaper way to one that has not been followed.
   *
   * @returns its number, negative and less 1 where this way to it is not the best so far, or too late
   */
  add(row: Row, cost: number, parent: number, label: number): number {
    this.#packing.pack(row, this.#packed)
    const before = this.#states.size
    const id = this.#states.number(this.#packed)
    if (id === before) {
      if (id >= this.#costs.length) this.#grow()
    } else if (cost >= this.#costs[id]! || this.followed(id)) return -id - 1
    this.#costs[id] = cost
    this.#parents[id] = parent
    this.#labels[id] = label
    return id
  }

  /** Marks a state as followed, unless one that was followed covers it. */
  follow(id: number): boolean {
    const steering = this.#states.word(id, 0)
    while (steering >= this.#heads.length) this.#heads = grown(this.#heads)
    const head = this.#heads[steering]! || 1
    let other = head - 2
    for (let looked = 0; other >= 0 && looked < compared; looked++) {
      if (this.#covers(other, id)) return false
      other = this.#chain[other]! - 2
    }
    if (other >= 0 && this.#widened(id)) return false
    this.#chain[id] = head
    this.#heads[steering] = id + 2
    return true
  }

  followAlways(id: number): boolean {
    this.#chain[id] = 1
    return true
  }

  /**
   * Whether a followed state is the same but for one variable of which it knows nothing. Going back makes
   * such states, and where there are many that steer alike they are not among those looked at.
   */
  #widened(id: number): boolean {
    this.#states.read(id, this.#packed)
    for (const { word, at, shift, mask } of this.#packing.fields) {
      const before = this.#packed[at]!
      const wider = before | ((this.#base[word]! & mask) << shift)
      if (wider === before) continue
      this.#packed[at] = wider
      const other = this.#states.find(this.#packed)
      this.#packed[at] = before
      if (other >= 0 && this.followed(other)) return true
    }
    return false
  }

  /** The same in all that steers, and everything that is possible here is possible there. */
  #covers(there: number, here: number): boolean {
    for (let at = 1; at < this.#packing.words; at++) {
      if ((this.#states.word(here, at) & ~this.#states.word(there, at)) !== 0) return false
    }
    return true
  }

  #grow(): void {
    this.#costs = grown(this.#costs)
    this.#parents = grown(this.#parents)
    this.#labels = grown(this.#labels)
    this.#chain = grown(this.#chain)
  }
}
