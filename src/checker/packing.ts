/**
 * How a state is kept in the table: the number of its steering words, then its variables, as many to a
 * word as fit. What steers is the same for many states, so it is kept once and numbered; a variable takes
 * as many bits as it has values. A row of 34 words is kept in 3.
 */
import { firstVariable, type Row } from './layout.ts'
import { WordTable } from './word-table.ts'

/** Where a variable lies. */
interface Field {
  /** The word of the row. */
  readonly word: number
  /** The word of the packed state, and how far up in it. */
  readonly at: number
  readonly shift: number
  readonly mask: number
}

export class Packing {
  /** Words of a packed state. The first numbers what steers. */
  readonly words: number
  readonly fields: readonly Field[]
  readonly #steering = new WordTable(firstVariable)
  /** The fields again, side by side: packing is what an explorer does most. */
  readonly #at: Int32Array
  readonly #shift: Int32Array
  readonly #mask: Int32Array

  /** @param full of each variable, in order, all values that it can have */
  constructor(full: readonly number[]) {
    let [at, free] = [0, 0]
    this.fields = full.map((mask, index) => {
      const bits = 32 - Math.clz32(mask)
      if (bits > free) [at, free] = [at + 1, 32]
      free -= bits
      return { word: firstVariable + index, at, shift: 32 - free - bits, mask }
    })
    this.words = at + 1
    this.#at = Int32Array.from(this.fields, (field) => field.at)
    this.#shift = Int32Array.from(this.fields, (field) => field.shift)
    this.#mask = Int32Array.from(this.fields, (field) => field.mask)
  }

  /** Bytes that the numbered steering words take. */
  get bytes(): number {
    return this.#steering.bytes
  }

  pack(row: Row, packed: Int32Array): void {
    const [ats, shifts] = [this.#at, this.#shift]
    packed[0] = this.#steering.number(row)
    let [at, word] = [1, 0]
    for (let field = 0; field < ats.length; field++) {
      if (ats[field] !== at) {
        packed[at++] = word
        word = 0
      }
      word |= row[firstVariable + field]! << shifts[field]!
    }
    if (at < packed.length) packed[at] = word
  }

  /** The number of what steers. */
  steer(row: Row): number {
    return this.#steering.number(row)
  }

  /** One word of what steers, by its number. */
  steering(number: number, word: number): number {
    return this.#steering.word(number, word)
  }

  unpack(packed: Int32Array, row: Row): void {
    const [ats, shifts, masks] = [this.#at, this.#shift, this.#mask]
    this.#steering.read(packed[0]!, row)
    for (let field = 0; field < ats.length; field++) {
      row[firstVariable + field] = (packed[ats[field]!]! >>> shifts[field]!) & masks[field]!
    }
  }
}
