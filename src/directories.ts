/** Opens the directories of one organisation: those of its files that are not ours, and our own accounts. */
import type { Directory, PasswordCount, UserStore } from './language/directory.ts'
import type { PlugIns } from './language/plug-in.ts'
import { internalDirectory } from './language/read-directories.ts'
import {
  type ExternalDirectory,
  isExternal,
  type Organisation,
  type PluginFile,
} from './language/settings.ts'
import { owaspCost } from './steps/password/hash.ts'
import { openDirectory } from './steps/verify/directory.ts'
import { openFile } from './steps/verify/file.ts'
import { openInternal } from './steps/verify/internal.ts'
import { openLdap } from './steps/verify/ldap.ts'
import { matchesScheme } from './steps/verify/password-schemes.ts'
import { openVerifier, type Verifier } from './steps/verify/ticket.ts'
import { openSqlDirectory } from './store/directory-sql.ts'

/**
 * @param people a fresh reader of our own accounts
 * @returns every one by its id, `internal` too; nothing is asked of any before somebody asks it
 */
export function openDirectories(
  { directories, plugins }: Pick<Organisation, 'directories' | 'plugins'>,
  count: PasswordCount,
  people: Parameters<typeof openInternal>[0],
  { verifiers }: Pick<PlugIns, 'verifiers'>,
): ReadonlyMap<string, Directory> {
  const own = openDirectory(internal, openInternal(people, owaspCost), count)
  const others = directories.filter(isExternal).map((settings) => {
    const verifier = verifierOf(settings, plugins, verifiers)
    return openDirectory(settings, storeOf(settings), count, verifier)
  })
  return new Map([own, ...others].map((directory) => [directory.id, directory]))
}

/** @throws {Error} the one that the files name was not loaded */
function verifierOf(
  { verifier, realm = '' }: ExternalDirectory,
  plugins: readonly PluginFile[],
  loaded: PlugIns['verifiers'],
): Verifier | undefined {
  if (verifier === undefined) return undefined
  const [file, plugIn] = [plugins.find(({ id }) => id === verifier), loaded.get(verifier)]
  if (!file || !plugIn) throw new Error(`the plug-in ${verifier} was not loaded`)
  return openVerifier(verifier, plugIn, { realm, timeoutMs: file.timeoutMs })
}

/** Locked as any other is: a chain may come to it after directories that lock by themselves. */
const internal = {
  id: internalDirectory,
  enabled: true,
  lockAfter: 20,
  lockMinutes: 30,
  timeoutMs: 3000,
  attributes: {},
  lists: [],
  emailVerified: false,
} as const

function storeOf(settings: ExternalDirectory): UserStore {
  switch (settings.store) {
    case 'file':
      return openFile(settings)
    case 'ldap':
      return openLdap(settings)
    case 'sql':
      return openSqlDirectory(settings, matchesScheme)
  }
}
