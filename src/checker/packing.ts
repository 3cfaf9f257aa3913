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
  }

  /** Bytes that the numbered steering words take. */
  get bytes(): number {
    return this.#steering.bytes
  }

  pack(row: Row, packed: Int32Array): void {
    packed.fill(0)
    packed[0] = this.#steering.number(row)
    for (const { word, at, shift } of this.fields) {
      packed[at] = packed[at]! | (row[word]! << shift)
    }
  }

  unpack(packed: Int32Array, row: Row): void {
    this.#steering.read(packed[0]!, row)
    for (const { word, at, shift, mask } of this.fields) {
      row[word] = (packed[at]! >>> shift) & mask
    }
  }
}
