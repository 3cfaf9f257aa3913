/** Which organisations there are, and what stands in their files: one a folder. */
import { join, resolve } from 'node:path'
import { ConfigProblem } from '../config.ts'
import { didYouMean } from '../language/nearest.ts'
import { defaultOrganisation } from '../language/settings.ts'
import type { SourceFile } from '../language/source.ts'
import { organisationsIn, readFolder } from './folder.ts'
import type { Io } from './io.ts'

/** What stands in the files of one organisation, as they were read. */
export interface OrganisationFiles {
  readonly name: string
  /** As it was named, with the organisation's own behind it. */
  readonly folder: string
  readonly files: readonly SourceFile[]
}

/**
 * Every organisation of the folder: `default`, which is the folder itself, and those in it.
 *
 * @throws {ConfigProblem} a folder cannot be read, or is called what no organisation can be
 */
export async function readOrganisations(
  folder: string,
  cwd: string,
): Promise<readonly OrganisationFiles[]> {
  const names = [defaultOrganisation, ...(await organisationNames(folder, cwd))]
  return Promise.all(
    names.map(async (name) => {
      const own = folderOf(name, folder)
      return { name, folder: own, files: await filesOf(own, cwd) }
    }),
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

/** @throws {ConfigProblem} the folder cannot be read */
export async function filesOf(folder: string, cwd: string): Promise<readonly SourceFile[]> {
  return readFolder(resolve(cwd, folder)).catch(() => {
    throw unreadable(folder)
  })
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

function isOrganisationName(name: string): boolean {
  const isName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) && name.length <= 40
  return isName && name !== defaultOrganisation
}

function unreadable(folder: string): ConfigProblem {
  return new ConfigProblem(
    `the folder of flows ${folder} cannot be read; name another with --flows`,
  )
}
