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
import { openPlugIn } from './steps/verify/plug-in.ts'
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
  plugIns: PlugIns,
): ReadonlyMap<string, Directory> {
  const own = openDirectory(internal, openInternal(people, owaspCost), count)
  const others = directories.filter(isExternal).map((settings) => {
    const verifier = verifierOf(settings, plugins, plugIns)
    return openDirectory(settings, storeOf(settings, plugins, plugIns), count, verifier)
  })
  return new Map([own, ...others].map((directory) => [directory.id, directory]))
}

function verifierOf(
  { verifier, realm = '' }: ExternalDirectory,
  plugins: readonly PluginFile[],
  { verifiers }: PlugIns,
): Verifier | undefined {
  if (verifier === undefined) return undefined
  const { plugIn, timeoutMs } = loaded(verifier, plugins, verifiers)
  return openVerifier(verifier, plugIn, { realm, timeoutMs })
}

/** @throws {Error} the one that the files name was not loaded */
function loaded<P>(name: string, plugins: readonly PluginFile[], all: ReadonlyMap<string, P>) {
  const [file, plugIn] = [plugins.find(({ id }) => id === name), all.get(name)]
  if (!file || !plugIn) throw new Error(`the plug-in ${name} was not loaded`)
  return { plugIn, timeoutMs: file.timeoutMs }
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

function storeOf(
  settings: ExternalDirectory,
  plugins: readonly PluginFile[],
  { users }: PlugIns,
): UserStore {
  switch (settings.store) {
    case 'file':
      return openFile(settings)
    case 'plugin': {
      const { plugIn, timeoutMs } = loaded(settings.users, plugins, users)
      return openPlugIn(settings.users, plugIn, timeoutMs)
    }
    case 'ldap':
      return openLdap(settings)
    case 'sql':
      return openSqlDirectory(settings, matchesScheme)
  }
}
