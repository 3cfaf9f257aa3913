/**
 * What several processes have counted, as one. What one had counted that is gone stays in the sums: a sum that falls
 * would be taken for a process that has begun anew, and all that is left in it for something that has just happened.
 */
import { AggregatorRegistry, Registry } from 'prom-client'
import type { Counted } from './metrics.ts'

export class SummedMetrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE
  /** Of each that lives, what it said last. */
  readonly #last = new Map<number, Counted>()
  #gone: Promise<Counted> = Promise.resolve([])

  /** @param id of one process, which no other one has after it */
  take(id: number, counted: Counted): void {
    this.#last.set(id, counted)
  }

  /** What it has counted since it spoke last is lost. */
  bury(id: number): void {
    const growing = (this.#last.get(id) ?? []).filter(({ type }) =>
      growingTypes.includes(`${type}`),
    )
    this.#last.delete(id)
    this.#gone = this.#gone.then((before) => sumOf([before, growing]).getMetricsAsJSON())
  }

  /** In the words of Prometheus. */
  async text(): Promise<string> {
    return sumOf([...this.#last.values(), await this.#gone]).metrics()
  }
}

const growingTypes = ['counter', 'histogram']

/** Gauges of the event loop are averaged, as the library has it: each metric says how. */
function sumOf(all: readonly Counted[]) {
  return AggregatorRegistry.aggregate([...all])
}
