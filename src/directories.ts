/** Opens the directories of one organisation: those of its files that are not ours, and our own accounts. */
import type { Directory, PasswordCount, UserStore } from './language/directory.ts'
import { internalDirectory } from './language/read-directories.ts'
import { type ExternalDirectory, isExternal, type Organisation } from './language/settings.ts'
import { owaspCost } from './steps/password/hash.ts'
import { openDirectory } from './steps/verify/directory.ts'
import { openFile } from './steps/verify/file.ts'
import { openInternal } from './steps/verify/internal.ts'
import { openLdap } from './steps/verify/ldap.ts'
import { matchesScheme } from './steps/verify/password-schemes.ts'
import { openSqlDirectory } from './store/directory-sql.ts'

/**
 * @param people a fresh reader of our own accounts
 * @returns every one by its id, `internal` too; nothing is asked of any before somebody asks it
 */
export function openDirectories(
  { directories }: Pick<Organisation, 'directories'>,
  count: PasswordCount,
  people: Parameters<typeof openInternal>[0],
): ReadonlyMap<string, Directory> {
  const own = openDirectory(internal, openInternal(people, owaspCost), count)
  const others = directories
    .filter(isExternal)
    .map((settings) => openDirectory(settings, storeOf(settings), count))
  return new Map([own, ...others].map((directory) => [directory.id, directory]))
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
