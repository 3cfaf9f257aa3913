/** Reads the folder of flows for a command that cannot go on with a problem in it. */
import { join, resolve } from 'node:path'
import { ConfigProblem, type Environment } from '../config.ts'
import { loadFlows } from '../language/load.ts'
import { didYouMean } from '../language/nearest.ts'
import type { PlugIns } from '../language/plug-in.ts'
import { renderProblem } from '../language/render.ts'
import { defaultOrganisation, missingSecrets, type Organisation } from '../language/settings.ts'
import type { StepType } from '../language/step.ts'
import { loadPlugIns } from '../plug-ins.ts'
import { organisationsIn, readFolder } from './folder.ts'
import type { Io } from './io.ts'

export interface LoadedOrganisations {
  /** The organisation `default`. */
  readonly organisation: Organisation
  /** The others, by name. */
  readonly others: ReadonlyMap<string, Organisation>
  /** What their files name of code, by organisation. */
  readonly plugIns: ReadonlyMap<string, PlugIns>
}

/**
 * Every organisation of the folder: `default`, which is the folder itself, and those in it.
 *
 * @throws {ConfigProblem} every problem of the files of one, or the secrets that are not set, or a plug-in that is none
 */
export async function loadOrganisations(
  folder: string,
  cwd: string,
  steps: readonly StepType[],
  env: Environment,
): Promise<LoadedOrganisations> {
  const organisation = await loadFolder(folder, cwd, steps, env)
  const others = new Map<string, Organisation>()
  const plugIns = new Map([
    [defaultOrganisation, await loadPlugIns(organisation, resolve(cwd, folder))],
  ])
  for (const name of await organisationNames(folder, cwd)) {
    const other = await loadFolder(join(folder, name), cwd, steps, env)
    others.set(name, other)
    plugIns.set(name, await loadPlugIns(other, resolve(cwd, folder, name)))
  }
  return { organisation, others, plugIns }
}

/**
 * The organisations beside `default`.
 *
 * @throws {ConfigProblem} for one whose name could be no part of an address
 */
export async function organisationNames(folder: string, cwd: string): Promise<readonly string[]> {
  const names = await organisationsIn(resolve(cwd, folder)).catch(() => {
    throw unreadable(folder)
  })
  const wrong = names.find((name) => !isOrganisationName(name))
  if (wrong === undefined) return names
  throw new ConfigProblem(
    `the folder ${join(folder, wrong)} has applications, and cannot be an organisation of that name: ` +
      'call it in small letters, digits and `-`, at most 40, and not `default`',
  )
}

/**
 * What `--organisation` names: `default` when it is not there.
 *
 * @throws {ConfigProblem} there is no such organisation
 */
export async function namedOrganisation(
  values: { readonly organisation?: string | undefined; readonly flows?: string | undefined },
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
): Promise<string> {
  const { organisation = defaultOrganisation } = values
  if (organisation === defaultOrganisation) return organisation
  const names = await organisationNames(values.flows ?? env.SALLYPORT_FLOWS ?? 'flows', cwd)
  if (names.includes(organisation)) return organisation
  const known = [defaultOrganisation, ...names]
  throw new ConfigProblem(
    `there is no organisation ${organisation}: ${didYouMean(organisation, known)}`,
  )
}

/** @returns where an organisation's own files are, given the folder of flows */
export function folderOf(organisation: string, folder: string): string {
  return organisation === defaultOrganisation ? folder : join(folder, organisation)
}

function isOrganisationName(name: string): boolean {
  const isName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) && name.length <= 40
  return isName && name !== defaultOrganisation
}

function unreadable(folder: string): ConfigProblem {
  return new ConfigProblem(
    `the folder of flows ${folder} cannot be read; name another with --flows`,
  )
}

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
    throw unreadable(folder)
  })
  const { organisation, problems } = loadFlows(files, steps, env)
  if (organisation)
    return { ...organisation, directories: placed(organisation, resolve(cwd, folder)) }
  const rendered = problems.map((problem) => renderProblem(problem, files)).join('\n\n')
  throw new ConfigProblem(`the flows in ${folder} cannot be used:\n\n${rendered}`)
}

/** A directory in a file stands beside the flows. */
function placed({ directories }: Organisation, folder: string): Organisation['directories'] {
  return directories.map((directory) =>
    'path' in directory ? { ...directory, path: resolve(folder, directory.path) } : directory,
  )
}
