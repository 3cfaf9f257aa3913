/** Many seeds, spread over the cores. Each is a system of its own: which of them comes first says nothing. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Outcome } from './simulation.ts'

/** What a worker is given: of these seeds every one that is `stride` on from the one before. */
export interface Share {
  readonly first: number
  readonly last: number
  readonly stride: number
}

export interface Summary {
  readonly tried: number
  /** How many logins have come to which end. */
  readonly ends: ReadonlyMap<string, number>
  /** By seed. */
  readonly broken: readonly Pick<Outcome, 'seed' | 'violations'>[]
}

export async function simulateMany(first: number, last: number): Promise<Summary> {
  const stride = availableParallelism()
  const shares = Array.from({ length: stride }, (_, at) => ({ first: first + at, last, stride }))
  const summaries = await Promise.all(shares.map(work))
  return {
    tried: summaries.reduce((sum, { tried }) => sum + tried, 0),
    ends: addUp(summaries.flatMap(({ ends }) => [...ends])),
    broken: summaries.flatMap(({ broken }) => broken).sort((a, b) => a.seed - b.seed),
  }
}

export function addUp(counts: Iterable<readonly [string, number]>): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count)
  return sums
}

function work(workerData: Share): Promise<Summary> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./share.ts', import.meta.url), { workerData })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code} and said nothing`)))
  })
}
