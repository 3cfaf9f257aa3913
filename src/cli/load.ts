/** Loads the files of organisations for a command that cannot go on with a problem in them. */
import { resolve } from 'node:path'
import { ConfigProblem, type Environment } from '../config.ts'
import { loadFlows } from '../language/load.ts'
import type { PlugIns } from '../language/plug-in.ts'
import { renderProblem } from '../language/render.ts'
import { defaultOrganisation, missingSecrets, type Organisation } from '../language/settings.ts'
import type { SourceFile } from '../language/source.ts'
import type { StepType } from '../language/step.ts'
import { loadPlugIns } from '../plug-ins.ts'
import { filesOf, type OrganisationFiles } from './organisations.ts'

export interface LoadedOrganisations {
  /** The organisation `default`. */
  readonly organisation: Organisation
  /** The others, by name. */
  readonly others: ReadonlyMap<string, Organisation>
  /** What their files name of code, by organisation. */
  readonly plugIns: ReadonlyMap<string, PlugIns>
}

/**
 * @param read what `readOrganisations` gave
 * @throws {ConfigProblem} every problem of the files of one, or the secrets that are not set, or a plug-in that is none
 */
export async function loadOrganisations(
  read: readonly OrganisationFiles[],
  cwd: string,
  steps: readonly StepType[],
  env: Environment,
): Promise<LoadedOrganisations> {
  const all = new Map<string, Organisation>()
  const plugIns = new Map<string, PlugIns>()
  for (const { name, folder, files } of read) {
    const organisation = withSecrets(organisationOf(files, folder, cwd, steps, env))
    all.set(name, organisation)
    plugIns.set(name, await loadPlugIns(organisation, resolve(cwd, folder)))
  }
  const others = new Map([...all].filter(([name]) => name !== defaultOrganisation))
  return { organisation: all.get(defaultOrganisation)!, others, plugIns }
}

/** @throws {ConfigProblem} every problem of the files, or the secrets that are not set */
export async function loadFolder(
  folder: string,
  cwd: string,
  steps: readonly StepType[],
  env: Environment,
): Promise<Organisation> {
  return withSecrets(await readFlows(folder, cwd, steps, env))
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
  return organisationOf(await filesOf(folder, cwd), folder, cwd, steps, env)
}

function organisationOf(
  files: readonly SourceFile[],
  folder: string,
  cwd: string,
  steps: readonly StepType[],
  env: Environment,
): Organisation {
  const { organisation, problems } = loadFlows(files, steps, env)
  if (organisation)
    return { ...organisation, directories: placed(organisation, resolve(cwd, folder)) }
  const rendered = problems.map((problem) => renderProblem(problem, files)).join('\n\n')
  throw new ConfigProblem(`the flows in ${folder} cannot be used:\n\n${rendered}`)
}

function withSecrets(organisation: Organisation): Organisation {
  const missing = missingSecrets(organisation)
  if (missing.length === 0) return organisation
  throw new ConfigProblem(`set these in the environment: ${missing.join(', ')}`)
}

/** A directory in a file stands beside the flows. */
function placed({ directories }: Organisation, folder: string): Organisation['directories'] {
  return directories.map((directory) =>
    'path' in directory ? { ...directory, path: resolve(folder, directory.path) } : directory,
  )
}
