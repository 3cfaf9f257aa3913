/** Opens the directories of one organisation's files that are not ours. */
import type { Directory, PasswordCount, UserStore } from './language/directory.ts'
import { type ExternalDirectory, isExternal, type Organisation } from './language/settings.ts'
import { openDirectory } from './steps/verify/directory.ts'
import { openFile } from './steps/verify/file.ts'

/** @returns every one by its id; nothing is asked of any before somebody asks it */
export function openDirectories(
  { directories }: Organisation,
  count: PasswordCount,
): ReadonlyMap<string, Directory> {
  const external = directories.filter(isExternal)
  return new Map(
    external.map((settings) => [settings.id, openDirectory(settings, storeOf(settings), count)]),
  )
}

function storeOf(settings: ExternalDirectory): UserStore {
  switch (settings.store) {
    case 'file':
      return openFile(settings)
    default:
      throw new Error(`${settings.id}: no ${settings.store} is opened here yet`)
  }
}
