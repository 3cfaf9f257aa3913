/** What one worker does of many seeds. */
import { parentPort, workerData } from 'node:worker_threads'
import { addUp, type Share, type Summary } from './many.ts'
import { simulate } from './simulation.ts'

parentPort?.postMessage(await tryAll(workerData as Share))

async function tryAll({ first, last, stride }: Share): Promise<Summary> {
  const broken: Summary['broken'][number][] = []
  let ends = new Map<string, number>()
  let tried = 0
  for (let seed = first; seed <= last; seed += stride) {
    tried += 1
    try {
      const outcome = await simulate(seed)
      if (outcome.violations.length > 0) broken.push({ seed, violations: outcome.violations })
      ends = addUp([...ends, ...outcome.ends])
    } catch (thrown) {
      broken.push({ seed, violations: [thrown instanceof Error ? `${thrown.stack}` : `${thrown}`] })
    }
  }
  return { tried, ends, broken }
}
