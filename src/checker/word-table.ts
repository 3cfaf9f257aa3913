/** Numbers for sequences of words, all of one length: equal ones get the same, new ones the next. */
export class WordTable {
  readonly #length: number
  #words: Int32Array<ArrayBuffer>
  /** Open addressing: the number of what is there, plus 1; at most two thirds are taken. */
  #slots = new Int32Array(1024)
  #size = 0

  constructor(length: number) {
    this.#length = length
    this.#words = new Int32Array(length * 256)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#words.byteLength + this.#slots.byteLength
  }

  /** @param words the sequence is what they begin with; the number is `size` as it was if it is new */
  number(words: Int32Array): number {
    const slot = this.#slotOf(words)
    const found = this.#slots[slot]! - 1
    if (found >= 0) return found
    const id = this.#size++
    const from = id * this.#length
    if (from + this.#length > this.#words.length) this.#words = grown(this.#words)
    for (let at = 0; at < this.#length; at++) this.#words[from + at] = words[at]!
    this.#slots[slot] = id + 1
    if (this.#size * 3 > this.#slots.length * 2) this.#rehash()
    return id
  }

  /** @returns its number, or -1 */
  find(words: Int32Array): number {
    return this.#slots[this.#slotOf(words)]! - 1
  }

  read(id: number, words: Int32Array): void {
    const from = id * this.#length
    for (let at = 0; at < this.#length; at++) words[at] = this.#words[from + at]!
  }

  word(id: number, at: number): number {
    return this.#words[id * this.#length + at]!
  }

  #slotOf(words: Int32Array): number {
    const length = this.#length
    const known = this.#words
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = hash(words, 0, length) & mask
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      const from = (found - 1) * length
      let at = 0
      while (at < length && known[from + at] === words[at]) at++
      if (at === length) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2)
    const mask = this.#slots.length - 1
    for (let id = 0; id < this.#size; id++) {
      let slot = hash(this.#words, id * this.#length, this.#length) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = id + 1
    }
  }
}

/** By half, not double: what a table takes stays near to what it holds. */
export function grown(words: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(Math.ceil(words.length * 1.5))
  more.set(words)
  return more
}

/** Mixes as MurmurHash3 does: packed words differ in few bits, at any place. */
function hash(words: Int32Array, from: number, length: number): number {
  let hash = length
  for (let at = from; at < from + length; at++) {
    const word = Math.imul(words[at]!, 0xcc9e2d51)
    hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
