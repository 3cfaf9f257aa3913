/** Loads the plug-ins that an organisation's files name: code, when a server starts and never later. */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigProblem } from './config.ts'
import type {
  AssignmentProvider,
  IdentityCreator,
  OwnUsers,
  PlugIns,
  TicketVerifier,
} from './language/plug-in.ts'
import type { Organisation, PluginFile } from './language/settings.ts'

/**
 * @param folder the organisation's own
 * @throws {ConfigProblem} one that cannot be loaded, or whose default export is no plug-in of its kind
 */
export async function loadPlugIns({ plugins }: Organisation, folder: string): Promise<PlugIns> {
  const loaded = await Promise.all(
    plugins.map(async (file) => [file, await load(file, folder)] as const),
  )
  const of = (kind: PluginFile['kind']) =>
    loaded.filter(([file]) => file.kind === kind).map(([{ id }, made]) => [id, made] as const)
  return {
    creators: new Map(of('creator')) as ReadonlyMap<string, IdentityCreator>,
    assigners: new Map(of('assigner')) as ReadonlyMap<string, AssignmentProvider>,
    verifiers: new Map(of('verifier')) as ReadonlyMap<string, TicketVerifier>,
    users: new Map(of('users')) as ReadonlyMap<string, OwnUsers>,
  }
}

export const noPlugIns: PlugIns = {
  creators: new Map(),
  assigners: new Map(),
  verifiers: new Map(),
  users: new Map(),
}

const verbs: { readonly [K in PluginFile['kind']]: readonly string[] } = {
  creator: ['create'],
  assigner: ['assign'],
  verifier: ['verify'],
  users: ['findByName', 'findById', 'matches'],
}

async function load({ id, kind, module }: PluginFile, folder: string): Promise<unknown> {
  const file = join(resolve(folder), module)
  const found = await import(pathToFileURL(file).href).catch((thrown: unknown) => {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new ConfigProblem(`the plug-in ${id} cannot be loaded from ${file}: ${why}`)
  })
  const made: unknown = (found as { readonly default?: unknown }).default
  const can = (verb: string) => typeof made === 'object' && made !== null && verb in made
  const missing = verbs[kind].find((verb) => !can(verb))
  if (missing === undefined) return made
  throw new ConfigProblem(
    `the plug-in ${id} exports nothing with \`${missing}\` as its default: ${file}`,
  )
}
