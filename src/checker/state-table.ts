/** Packed states in growing arrays, found by their words; each with the way by which it was reached. */
import { firstVariable, type Row } from './layout.ts'

/** How many states with the same steering words are looked at for one that covers. */
const compared = 16

export class StateTable {
  /** Words of a state. */
  readonly width: number
  #words: Int32Array
  #costs: Int32Array
  #parents: Int32Array
  #labels: Int32Array
  /** Of a followed state: the one followed before it with the same steering words, plus 2; 1: none. */
  #chain: Int32Array
  #slots: Int32Array
  readonly #heads = new Map<number, number>()
  #size = 0

  constructor(width: number) {
    this.width = width
    this.#words = new Int32Array(width * 256)
    this.#costs = new Int32Array(256)
    this.#parents = new Int32Array(256)
    this.#labels = new Int32Array(256)
    this.#chain = new Int32Array(256)
    this.#slots = new Int32Array(1024)
  }

  get size(): number {
    return this.#size
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
    row.set(this.#words.subarray(id * this.width, (id + 1) * this.width))
  }

  /** @returns its number, and whether this way to it is the best so far and still to be followed */
  add(row: Row, cost: number, parent: number, label: number): { id: number; better: boolean } {
    const slot = this.#find(row)
    const found = this.#slots[slot]! - 1
    if (found >= 0) {
      const better = cost < this.#costs[found]! && !this.followed(found)
      if (better) this.#reach(found, cost, parent, label)
      return { id: found, better }
    }
    const id = this.#size++
    if (this.#size > this.#costs.length) this.#grow()
    this.#words.set(row, id * this.width)
    this.#reach(id, cost, parent, label)
    this.#slots[slot] = id + 1
    if (this.#size * 2 > this.#slots.length) this.#rehash()
    return { id, better: true }
  }

  /** Marks a state as followed, unless one that was followed covers it. */
  follow(id: number): boolean {
    const hash = this.#hash(id * this.width, this.#words, firstVariable)
    let other = (this.#heads.get(hash) ?? 1) - 2
    for (let looked = 0; other >= 0 && looked < compared; looked++) {
      if (this.#covers(other, id)) return false
      other = this.#chain[other]! - 2
    }
    this.#chain[id] = this.#heads.get(hash) ?? 1
    this.#heads.set(hash, id + 2)
    return true
  }

  followAlways(id: number): boolean {
    this.#chain[id] = 1
    return true
  }

  /** The same in all that steers, and everything that is possible here is possible there. */
  #covers(there: number, here: number): boolean {
    const [a, b] = [there * this.width, here * this.width]
    for (let word = 0; word < this.width; word++) {
      const [more, less] = [this.#words[a + word]!, this.#words[b + word]!]
      if (word < firstVariable ? more !== less : (less & ~more) !== 0) return false
    }
    return true
  }

  #reach(id: number, cost: number, parent: number, label: number): void {
    this.#costs[id] = cost
    this.#parents[id] = parent
    this.#labels[id] = label
  }

  #find(row: Row): number {
    const mask = this.#slots.length - 1
    let slot = this.#hash(0, row, this.width) & mask
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      if (this.#same(row, found - 1)) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #same(row: Row, id: number): boolean {
    const at = id * this.width
    for (let word = 0; word < this.width; word++) {
      if (row[word] !== this.#words[at + word]) return false
    }
    return true
  }

  #hash(from: number, words: Int32Array, length: number): number {
    let hash = 0x811c9dc5
    for (let word = from; word < from + length; word++) {
      hash = Math.imul(hash ^ words[word]!, 0x01000193)
      hash ^= hash >>> 15
    }
    hash = Math.imul(hash, 0x2c1b3c6d)
    return (hash ^ (hash >>> 13)) >>> 0
  }

  #grow(): void {
    const size = this.#costs.length * 2
    const wider = (old: Int32Array, length: number) => {
      const made = new Int32Array(length)
      made.set(old)
      return made
    }
    this.#words = wider(this.#words, size * this.width)
    this.#costs = wider(this.#costs, size)
    this.#parents = wider(this.#parents, size)
    this.#labels = wider(this.#labels, size)
    this.#chain = wider(this.#chain, size)
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2)
    const mask = this.#slots.length - 1
    for (let id = 0; id < this.#size; id++) {
      let slot = this.#hash(id * this.width, this.#words, this.width) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = id + 1
    }
  }
}
