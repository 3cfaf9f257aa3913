/** Directories for tests: settings with everything filled in, and a count of wrong passwords in memory. */
import type { Credential, PasswordCount } from '../../src/language/directory.ts'
import type { ExternalDirectory } from '../../src/language/settings.ts'
import type { HashCost } from '../../src/steps/password/hash.ts'

type Store = ExternalDirectory['store']
type Of<S extends Store> = Extract<ExternalDirectory, { store: S }>

export const cheapHash: HashCost = { memoryKib: 64, passes: 1, lanes: 1 }

/** A directory as its file would say it; a file at no path unless said. */
export function directory<S extends Store = 'file'>(
  id: string,
  more: Partial<Of<S>> & { readonly store?: S } = {},
): Of<S> {
  const base = {
    id,
    title: id,
    kind: 'enterprise',
    store: 'file',
    path: '',
    enabled: true,
    jit: false,
    trustsAmr: [],
    directory: id,
    sync: 'override',
    refreshMinutes: 0,
    attributes: { email: { from: 'claims.mail', type: 'text' } },
    lists: [],
    emailVerified: false,
    lockAfter: 20,
    lockMinutes: 30,
    timeoutMs: 2000,
    place: { file: 'directories.yaml', line: 1, column: 1 },
  }
  return { ...base, ...more } as unknown as Of<S>
}

/** What somebody has typed. */
export function typed(username: string, password: string): Credential {
  return { kind: 'password', username, password }
}

/** Counts as the database does; no lock ends. */
export function memoryCount(): PasswordCount {
  const counts = new Map<string, number>()
  const keyOf = (id: string, name: string) => `${id} ${name}`
  return {
    async add(id, name, limit) {
      const count = counts.get(keyOf(id, name)) ?? 0
      if (count >= limit) return false
      counts.set(keyOf(id, name), count + 1)
      return true
    },
    async settle(id, name, isWrong) {
      counts.set(keyOf(id, name), (counts.get(keyOf(id, name)) ?? 1) - (isWrong ? 0 : 1))
    },
    async end(id, name) {
      counts.delete(keyOf(id, name))
    },
  }
}
