/** Reads the folder of flows for a command that cannot go on with a problem in it. */
import { resolve } from 'node:path'
import { ConfigProblem, type Environment } from '../config.ts'
import { loadFlows } from '../language/load.ts'
import { renderProblem } from '../language/render.ts'
import { missingSecrets, type Organisation } from '../language/settings.ts'
import type { StepType } from '../language/step.ts'
import { readFolder } from './folder.ts'

/** @throws {ConfigProblem} every problem of the files, or the secrets that are not set */
export async function loadFolder(
  folder: string,
  cwd: string,
  steps: readonly StepType[],
  env: Environment,
): Promise<Organisation> {
  const organisation = await readFlows(folder, cwd, steps, env)
  const missing = missingSecrets(organisation)
  if (missing.length > 0) {
    throw new ConfigProblem(`set these in the environment: ${missing.join(', ')}`)
  }
  return organisation
}

/**
 * For a command that calls nobody, and so needs no secret.
 *
 * @throws {ConfigProblem} every problem of the files
 */
export async function readFlows(
  folder: string,
  cwd: string,
  steps: readonly StepType[],
  env: Environment,
): Promise<Organisation> {
  const files = await readFolder(resolve(cwd, folder)).catch(() => {
    throw new ConfigProblem(
      `the folder of flows ${folder} cannot be read; name another with --flows`,
    )
  })
  const { organisation, problems } = loadFlows(files, steps, env)
  if (organisation) return organisation
  const rendered = problems.map((problem) => renderProblem(problem, files)).join('\n\n')
  throw new ConfigProblem(`the flows in ${folder} cannot be used:\n\n${rendered}`)
}
