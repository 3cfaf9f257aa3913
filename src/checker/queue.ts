/** States to follow, the cheapest first. Costs are few and far apart, so each has its own list. */
export class CostQueue {
  readonly #lists = new Map<number, number[]>()
  /** The costs that have a list: a binary heap, the least on top. */
  readonly #costs: number[] = []

  push(cost: number, id: number): void {
    const list = this.#lists.get(cost)
    if (list) {
      list.push(id)
      return
    }
    this.#lists.set(cost, [id])
    this.#rise(this.#costs.push(cost) - 1)
  }

  /** The cheapest list. It may still grow while it is read. @returns undefined when nothing is left */
  least(): { readonly cost: number; readonly ids: readonly number[] } | undefined {
    const cost = this.#costs[0]
    return cost === undefined ? undefined : { cost, ids: this.#lists.get(cost)! }
  }

  /** Takes the cheapest list away. */
  drop(): void {
    const cost = this.#costs[0]
    const last = this.#costs.pop()
    if (cost === undefined || last === undefined) return
    this.#lists.delete(cost)
    if (this.#costs.length === 0) return
    this.#costs[0] = last
    this.#sink(0)
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1
      if (this.#costs[above]! <= this.#costs[at]!) return
      this.#swap(at, above)
      at = above
    }
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      let least = at
      for (const below of [at * 2 + 1, at * 2 + 2]) {
        if (below < this.#costs.length && this.#costs[below]! < this.#costs[least]!) least = below
      }
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #swap(a: number, b: number): void {
    const kept = this.#costs[a]!
    this.#costs[a] = this.#costs[b]!
    this.#costs[b] = kept
  }
}
