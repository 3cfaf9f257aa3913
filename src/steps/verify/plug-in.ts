/** A directory of one's own: holds the plug-in behind it to its contract, whoever wrote it. */
import type { StoredEntry, UserStore } from '../../language/directory.ts'
import type { OwnEntry, OwnUsers } from '../../language/plug-in.ts'
import { Distrust, UpstreamFailure } from '../federated/failure.ts'
import { inTime } from '../in-time.ts'

/**
 * Whatever it answers is looked at before anybody believes it, and what is no answer is a failure: never an absence,
 * and never a wrong password.
 *
 * @param timeoutMs until it must have answered each question
 */
export function openPlugIn(name: string, plugIn: OwnUsers, timeoutMs: number): UserStore {
  /** Only the kind of what it throws is told: it has been shown a password, and its words may repeat that. */
  const asked = async <T>(ask: (signal: AbortSignal) => T | Promise<T>): Promise<T> => {
    try {
      return await inTime(ask, timeoutMs)
    } catch (thrown) {
      const kind = thrown instanceof Error ? thrown.name : 'no error'
      if (kind === 'TimeoutError') throw new UpstreamFailure('UPSTREAM_TIMEOUT', name, 'too late')
      throw new UpstreamFailure('UPSTREAM_ERROR', name, `it has thrown: ${kind}`)
    }
  }
  return {
    tellsChanges: plugIn.tellsChanges === true,
    byName: async (typed) => oneOrNone(await asked((signal) => plugIn.findByName(typed, signal))),
    byId: async (id) => oneOrNone(await asked((signal) => plugIn.findById(id, signal))),
    async matches(entry, password) {
      const id = entry?.id ?? null
      const answer: unknown = await asked((signal) => plugIn.matches(id, password, signal))
      if (typeof answer !== 'boolean') throw new Distrust('it says neither yes nor no')
      return entry !== undefined && answer
    },
    async page(request) {
      const { list } = plugIn
      if (!list) throw new UpstreamFailure('UPSTREAM_ERROR', name, 'it lists nobody')
      const page: unknown = await asked((signal) => list.call(plugIn, request, signal))
      const { entries, next } = recordOf(page)
      if (!Array.isArray(entries) || entries.length > request.limit) {
        throw new Distrust('it answers with what is no page')
      }
      if (next !== undefined && (typeof next !== 'string' || next === request.after)) {
        throw new Distrust('its next page is none')
      }
      return { entries: entries.map(entryOf), ...(next !== undefined && { next }) }
    },
    async close() {
      await asked(() => plugIn.close?.())
    },
  }
}

/** Nothing at all is no answer: whoever means nobody says `null`. */
function oneOrNone(answer: OwnEntry | null): readonly StoredEntry[] {
  return answer === null ? [] : [entryOf(answer)]
}

function entryOf(answer: unknown): StoredEntry {
  const { id, name, status = 'current', attributes = {} } = recordOf(answer)
  const isStatus = status === 'current' || status === 'locked' || status === 'obsolete'
  if (typeof id !== 'string' || typeof name !== 'string' || !isStatus) {
    throw new Distrust('an entry has no `id`, `name` or `status` that is one')
  }
  const read = Object.entries(recordOf(attributes))
  if (!read.every(([, values]) => isTexts(values))) {
    throw new Distrust('an entry has attributes that are no lists of texts')
  }
  return { id, name, status, attributes: Object.fromEntries(read) as OwnAttributes, secret: '' }
}

type OwnAttributes = NonNullable<OwnEntry['attributes']>

function isTexts(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'string')
}

function recordOf(answer: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof answer === 'object' && answer !== null && !Array.isArray(answer)
  if (!isRecord) throw new Distrust('it answers with what is no entry')
  return answer as Readonly<Record<string, unknown>>
}
