/**
 * A directory in a JSON file, for tests and demos: passwords stand in it as they are. It is read at each
 * question, so that whoever changes the file changes the directory.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { StoredEntry, UserStore } from '../../language/directory.ts'
import type { ExternalDirectory } from '../../language/settings.ts'
import { userNameKey } from '../../language/user-name.ts'
import { Distrust } from '../federated/failure.ts'

export function openFile({ path }: Extract<ExternalDirectory, { store: 'file' }>): UserStore {
  const read = async (signal: AbortSignal): Promise<readonly FileEntry[]> => {
    const people: unknown = JSON.parse(await readFile(path, { encoding: 'utf8', signal }))
    if (!Array.isArray(people)) throw new Distrust('its file is no list')
    return people.map(entryOf)
  }
  return {
    tellsChanges: true,
    async byName(name, signal) {
      const people = await read(signal)
      return people.filter((entry) => userNameKey(entry.name) === name).slice(0, 2)
    },
    async byId(id, signal) {
      return (await read(signal)).filter((entry) => entry.id === id).slice(0, 2)
    },
    async matches(entry, password) {
      const same = isEqual(entry?.secret ?? '', password)
      return entry !== undefined && entry.secret !== '' && same
    },
    async page({ after = '', limit, changedSinceMs = 0 }, signal) {
      const people = (await read(signal))
        .filter(({ id, changedMs }) => id > after && changedMs >= changedSinceMs)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      const entries = people.slice(0, limit)
      const last = entries.at(-1)
      return { entries, ...(last && people.length > limit && { next: last.id }) }
    },
    async close() {},
  }
}

interface FileEntry extends StoredEntry {
  readonly changedMs: number
}

function entryOf(written: unknown): FileEntry {
  const entry = (typeof written === 'object' && written !== null ? written : {}) as Record<
    string,
    unknown
  >
  const { id, name, password = '', status = 'current', attributes = {}, changedMs = 0 } = entry
  const isStatus = status === 'current' || status === 'locked' || status === 'obsolete'
  if (typeof id !== 'string' || typeof name !== 'string' || typeof password !== 'string') {
    throw new Distrust('an entry of its file has no `id`, `name` or `password`')
  }
  if (!isStatus || typeof attributes !== 'object' || attributes === null) {
    throw new Distrust('an entry of its file has a `status` or `attributes` that cannot be')
  }
  const values = Object.entries(attributes).map(
    ([key, value]) => [key, (Array.isArray(value) ? value : [value]).map(String)] as const,
  )
  return {
    id,
    name,
    status,
    attributes: Object.fromEntries(values),
    secret: password,
    changedMs: Number(changedMs),
  }
}

function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
