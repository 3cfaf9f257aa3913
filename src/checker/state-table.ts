/** The states of one exploration, packed, found by what they are; each with the way by which it was reached. */
import type { Row } from './layout.ts'
import { Packing } from './packing.ts'
import { grown, WordTable } from './word-table.ts'

/** How many states with the same steering words are looked at for one that covers. */
const compared = 16

export class StateTable {
  /** Words of a row. */
  readonly width: number
  readonly packing: Packing
  readonly #base: Row
  readonly #states: WordTable
  readonly #packed: Int32Array
  /** Where, beside a packed state, its way and its chain lie. */
  readonly #cost: number
  readonly #parent: number
  readonly #label: number
  /** Of a followed state: the one followed before it with the same steering words, plus 2; 1: none. */
  readonly #before: number
  /** By the number of the steering words the state followed last, plus 2. */
  #heads = new Int32Array(256)
  /** The same for how much was possible in the followed state that knew least, in bits. */
  #widest = new Int32Array(256)

  /**
   * @param base a row that knows nothing
   * @param full of each variable all values that it can have
   */
  constructor(base: Row, full: readonly number[]) {
    this.width = base.length
    this.#base = base
    this.packing = new Packing(full)
    const { words } = this.packing
    this.#cost = words
    this.#parent = words + 1
    this.#label = words + 2
    this.#before = words + 3
    this.#states = new WordTable(words, 4)
    this.#packed = new Int32Array(words)
  }

  get size(): number {
    return this.#states.size
  }

  /** What it takes in memory, what is only reserved among it. */
  get bytes(): number {
    const own = this.#heads.byteLength + this.#widest.byteLength
    return own + this.#states.bytes + this.packing.bytes
  }

  cost(id: number): number {
    return this.#states.word(id, this.#cost)
  }

  parent(id: number): number {
    return this.#states.word(id, this.#parent)
  }

  label(id: number): number {
    return this.#states.word(id, this.#label)
  }

  followed(id: number): boolean {
    return this.#states.word(id, this.#before) !== 0
  }

  read(id: number, row: Row): void {
    this.#states.read(id, this.#packed)
    this.packing.unpack(this.#packed, row)
  }

  readPacked(id: number, packed: Int32Array): void {
    this.#states.read(id, packed)
  }

  /**
   * Takes in a packed state, or a cheaper way to one that has not been followed.
   *
   * @returns its number, negative and less 1 where this way to it is not the best so far, or too late
   */
  add(packed: Int32Array, cost: number, parent: number, label: number): number {
    const states = this.#states
    const before = states.size
    const id = states.number(packed)
    if (id < before && (cost >= this.cost(id) || this.followed(id))) return -id - 1
    states.put(id, this.#cost, cost)
    states.put(id, this.#parent, parent)
    states.put(id, this.#label, label)
    return id
  }

  /** Marks a state as followed, unless one that was followed covers it. */
  follow(id: number): boolean {
    const steering = this.#states.word(id, 0)
    while (steering >= this.#heads.length) {
      this.#heads = grown(this.#heads)
      this.#widest = grown(this.#widest)
    }
    const head = this.#heads[steering]! || 1
    const possible = this.#possible(id)
    // What covers it is another state, so more is possible there.
    if (possible < this.#widest[steering]!) {
      if (this.#covered(id, head)) return false
    } else this.#widest[steering] = possible
    this.#states.put(id, this.#before, head)
    this.#heads[steering] = id + 2
    return true
  }

  followAlways(id: number): boolean {
    this.#states.put(id, this.#before, 1)
    return true
  }

  #covered(id: number, head: number): boolean {
    let other = head - 2
    for (let looked = 0; other >= 0 && looked < compared; looked++) {
      if (this.#covers(other, id)) return true
      other = this.#states.word(other, this.#before) - 2
    }
    return other >= 0 && this.#widened(id)
  }

  /** How many values of variables are possible, all in all. */
  #possible(id: number): number {
    let bits = 0
    for (let at = 1; at < this.packing.words; at++) bits += bitsOf(this.#states.word(id, at))
    return bits
  }

  /**
   * Whether a followed state is the same but for one variable of which it knows nothing. Going back makes
   * such states, and where there are many that steer alike they are not among those looked at.
   */
  #widened(id: number): boolean {
    this.#states.read(id, this.#packed)
    for (const { word, at, shift, mask } of this.packing.fields) {
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
    for (let at = 1; at < this.packing.words; at++) {
      if ((this.#states.word(here, at) & ~this.#states.word(there, at)) !== 0) return false
    }
    return true
  }
}

function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
