/**
 * Numbers for sequences of words, all of one length: equal ones get the same, new ones the next. Further
 * words can lie beside each sequence; they are near it in memory, and no part of what is compared.
 */
export class WordTable {
  readonly #length: number
  readonly #stride: number
  #words: Int32Array<ArrayBuffer>
  /**
   * Open addressing, at most three quarters are taken. The low bits of what is there are its number, plus 1;
   * the others are those of its hash that do not say where it is, so that most others are told by a look.
   */
  #slots = new Int32Array(1024)
  #size = 0

  constructor(length: number, beside = 0) {
    this.#length = length
    this.#stride = length + beside
    this.#words = new Int32Array(this.#stride * 256)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#words.byteLength + this.#slots.byteLength
  }

  /** @param words the sequence is what they begin with; the number is `size` as it was if it is new */
  number(words: Int32Array): number {
    const hashed = hash(words, 0, this.#length)
    const slot = this.#slotOf(words, hashed)
    const mask = this.#slots.length - 1
    const found = this.#slots[slot]!
    if (found !== 0) return (found & mask) - 1
    const id = this.#size++
    const from = id * this.#stride
    if (from + this.#stride > this.#words.length) this.#words = grown(this.#words)
    for (let at = 0; at < this.#length; at++) this.#words[from + at] = words[at]!
    this.#slots[slot] = (hashed & ~mask) | (id + 1)
    if (this.#size * 4 > this.#slots.length * 3) this.#rehash()
    return id
  }

  /** @returns its number, or -1 */
  find(words: Int32Array): number {
    const slot = this.#slotOf(words, hash(words, 0, this.#length))
    return (this.#slots[slot]! & (this.#slots.length - 1)) - 1
  }

  read(id: number, words: Int32Array): void {
    const from = id * this.#stride
    for (let at = 0; at < this.#length; at++) words[at] = this.#words[from + at]!
  }

  /** @param at words of the sequence first, then those beside it */
  word(id: number, at: number): number {
    return this.#words[id * this.#stride + at]!
  }

  /** @param at of a word beside the sequence, counted from the sequence's beginning */
  put(id: number, at: number, word: number): void {
    this.#words[id * this.#stride + at] = word
  }

  #slotOf(words: Int32Array, hashed: number): number {
    const length = this.#length
    const known = this.#words
    const slots = this.#slots
    const mask = slots.length - 1
    const tag = hashed & ~mask
    let slot = hashed & mask
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      if ((found & ~mask) === tag) {
        const from = ((found & mask) - 1) * this.#stride
        let at = 0
        while (at < length && known[from + at] === words[at]) at++
        if (at === length) return slot
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  /** Fourfold: to find every sequence its place again is dear, and a place is small beside it. */
  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4)
    const mask = this.#slots.length - 1
    for (let id = 0; id < this.#size; id++) {
      const hashed = hash(this.#words, id * this.#stride, this.#length)
      let slot = hashed & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = (hashed & ~mask) | (id + 1)
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
  return hash ^ (hash >>> 16)
}
