/** The way back, interned, and small sets of numbers, interned. */

export interface StackEntry {
  readonly below: number
  readonly state: number
  /** The words of the login as they stood when the offer was left. */
  readonly identity: number
  readonly proofs: number
}

export class Stacks {
  readonly #entries: (StackEntry | undefined)[] = [undefined]
  /** Of each entry those that stand on it. */
  readonly #above: Map<number, number>[] = [new Map()]

  top(stack: number): StackEntry | undefined {
    return this.#entries[stack]
  }

  push(below: number, state: number, identity: number, proofs: number): number {
    // Exact below 2^53: 22 bits of identity, 10 of the state, 21 of the proofs.
    const key = (proofs * 1024 + state) * 4_194_304 + identity
    const above = this.#above[below]!
    const found = above.get(key)
    if (found !== undefined) return found
    const id = this.#entries.push({ below, state, identity, proofs }) - 1
    this.#above.push(new Map())
    above.set(key, id)
    return id
  }

  /** Without the entry of this state and all above it; the same where it is not in there. */
  cut(stack: number, state: number): number {
    for (let at = stack; at !== 0; at = this.#entries[at]!.below) {
      if (this.#entries[at]!.state === state) return this.#entries[at]!.below
    }
    return stack
  }

  states(stack: number): number[] {
    const states: number[] = []
    for (let at = stack; at !== 0; at = this.#entries[at]!.below) {
      states.push(this.#entries[at]!.state)
    }
    return states
  }
}

/** Numbers are those of states, of which a flow has at most 500. */
const valuesMax = 1024

export class NumberSets {
  readonly #sets: (readonly number[])[] = [[]]
  readonly #ids = new Map<string, number>([['', 0]])
  readonly #added = new Map<number, number>()
  readonly #kept = new Map<number, number>()

  has(set: number, value: number): boolean {
    return set !== 0 && this.#sets[set]!.includes(value)
  }

  with(set: number, value: number): number {
    const key = set * valuesMax + value
    let id = this.#added.get(key)
    if (id === undefined) {
      id = this.#id([...new Set([...this.#sets[set]!, value])])
      this.#added.set(key, id)
    }
    return id
  }

  /** @param at names the filter */
  keep(set: number, at: number, kept: (value: number) => boolean): number {
    if (set === 0) return 0
    const key = set * valuesMax + at
    let id = this.#kept.get(key)
    if (id === undefined) {
      id = this.#id(this.#sets[set]!.filter(kept))
      this.#kept.set(key, id)
    }
    return id
  }

  #id(values: number[]): number {
    values.sort((a, b) => a - b)
    const key = values.join()
    const found = this.#ids.get(key)
    if (found !== undefined) return found
    this.#ids.set(key, this.#sets.length)
    return this.#sets.push(values) - 1
  }
}
