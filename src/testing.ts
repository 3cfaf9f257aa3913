/**
 * For tests of one's own flows: the paths that the checker makes from a flow, driven over HTTP.
 *
 *     import { drive, flowPaths } from 'sallyport/testing'
 *
 *     for (const path of await flowPaths('thrift', { folder: 'flows' })) {
 *       test(path.id, async () => {
 *         const { result, because } = await drive(path, { folder: 'flows' })
 *         assert.equal(result, 'as-told', because)
 *       })
 *     }
 */
import { generatePaths, type TestPath } from './checker/paths.ts'
import { readFlows } from './cli/load.ts'
import { type Playable, type Played, play } from './cli/play/player.ts'
import { declarationsOf, openStage } from './cli/play/stage.ts'
import type { Environment } from './config.ts'
import { stepTypes } from './steps/index.ts'

export type { TestPath } from './checker/paths.ts'
export type { Story } from './checker/story.ts'
export type { Playable, Played } from './cli/play/player.ts'

export interface TestingOptions {
  /** The folder of flows, relative to the working folder; `flows` when absent. */
  readonly folder?: string
  /** What the files take from the environment; secrets that are missing are made up. */
  readonly env?: Environment
}

/**
 * @param flow its name
 * @returns paths that together take every transition that can be taken
 * @throws {Error} when the files have a problem, or there is no such flow
 */
export async function flowPaths(
  flow: string,
  options: TestingOptions = {},
): Promise<readonly TestPath[]> {
  const { flows } = await read(options)
  const found = flows.find(({ name }) => name === flow)
  if (!found)
    throw new Error(`there is no flow ${flow}; there are: ${flows.map(({ name }) => name)}`)
  return generatePaths(found, declarationsOf(stepTypes)).paths
}

/**
 * Drives one path, or a story of `sallyport check --json`, against a server that is started for it.
 *
 * @throws {Error} when the files have a problem, or there is no such flow
 */
export async function drive(path: Playable, options: TestingOptions = {}): Promise<Played> {
  const stage = await openStage(await read(options))
  try {
    return await play(stage, path)
  } finally {
    await stage.close()
  }
}

function read({ folder = 'flows', env = {} }: TestingOptions) {
  return readFlows(folder, process.cwd(), stepTypes, env)
}
