/** Random walks over a flow folder, for the everyday run and the long one. */
import assert from 'node:assert/strict'
import { type WalkReport, walkAtRandom } from '../../src/cli/play/random-walk.ts'
import { openStage } from '../../src/cli/play/stage.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { filesWith } from '../support/world.ts'

export interface WalkOptions {
  readonly walks: number
  readonly seed: number
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** @throws {AssertionError} with the seed, which walks the same ways again */
export async function walkAndHold(options: WalkOptions): Promise<WalkReport> {
  const { walks, seed, files = {}, env = {} } = options
  const { organisation } = loadFlows(filesWith(files), stepTypes, env)
  const stage = await openStage(organisation!, { transport: 'process', loginsMax: 100 })
  try {
    const report = await walkAtRandom(stage, { walks, seed })
    assert.deepEqual(report.violations, [], `seed ${seed}`)
    assert.equal(report.walks, walks)
    assert.ok(stage.compared() > walks, 'each walk made moves that were compared with the model')
    assert.ok((report.ends.code ?? 0) > 0, 'some get in')
    return report
  } finally {
    await stage.close()
  }
}
