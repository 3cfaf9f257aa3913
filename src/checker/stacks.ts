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
  readonly #ids = new Map<string, number>()

  top(stack: number): StackEntry | undefined {
    return this.#entries[stack]
  }

  push(below: number, state: number, identity: number, proofs: number): number {
    const key = `${below} ${state} ${identity} ${proofs}`
    const found = this.#ids.get(key)
    if (found !== undefined) return found
    this.#ids.set(key, this.#entries.length)
    return this.#entries.push({ below, state, identity, proofs }) - 1
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

export class NumberSets {
  readonly #sets: (readonly number[])[] = [[]]
  readonly #ids = new Map<string, number>([['', 0]])
  readonly #kept = new Map<string, number>()

  has(set: number, value: number): boolean {
    return this.#sets[set]!.includes(value)
  }

  with(set: number, value: number): number {
    return this.#id([...new Set([...this.#sets[set]!, value])])
  }

  without(set: number, value: number): number {
    return this.#id(this.#sets[set]!.filter((one) => one !== value))
  }

  /** @param key names the filter */
  keep(set: number, key: number, kept: (value: number) => boolean): number {
    if (set === 0) return 0
    const at = `${set} ${key}`
    let id = this.#kept.get(at)
    if (id === undefined) {
      id = this.#id(this.#sets[set]!.filter(kept))
      this.#kept.set(at, id)
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
