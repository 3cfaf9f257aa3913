/**
 * Brings the accounts of a directory up to date with it: page by page, each in one transaction that says how far it
 * is. A process that is killed has lost at most a page, and the next one goes on; nothing grows with the directory.
 *
 * A full run reads everything and so finds who is gone; a delta reads what has changed. Whatever the directory does
 * not say for certain ends the run where it stands: nobody is taken for gone who was not looked for.
 */
import type { Directory, DirectoryEntry } from './language/directory.ts'
import type { ExternalDirectory } from './language/settings.ts'
import { profileOf, synced } from './steps/profile.ts'
import { usableName } from './steps/provision/name.ts'
import type { KnownPerson, NewPerson, PageOfChanges } from './store/directory-pages.ts'
import {
  type Counts,
  changes,
  type DirectoryRuns,
  type Run,
  type RunMode,
} from './store/directory-runs.ts'

export interface Synchronising {
  readonly settings: ExternalDirectory
  readonly directory: Directory
  readonly runs: DirectoryRuns
  readonly mode: RunMode
  /** Says what would be, and writes nothing. */
  readonly dryRun: boolean
  /** Deletes who is gone, with all that hangs on them, instead of marking them obsolete. */
  readonly remove: boolean
  /** Also where nobody at all is left there. */
  readonly force: boolean
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Told after each page. */
  readonly progress: (counts: Counts) => void
}

export type Synchronised =
  | { readonly result: 'finished' | 'planned'; readonly counts: Counts }
  /** Nobody is left there: nothing is done to whoever is here. */
  | { readonly result: 'empty'; readonly counts: Counts }
  /** Another process is at the same run. */
  | { readonly result: 'overtaken'; readonly counts: Counts }

/** Of a directory's entries: each page is one transaction, and waits for the disk once. */
const pageMax = 1000

/** @throws {UpstreamFailure} the directory has given no certain answer: the run can be gone on with */
export async function synchronise(sync: Synchronising): Promise<Synchronised> {
  const { runs, mode, now, dryRun } = sync
  const changedSinceMs = mode === 'delta' ? await runs.lastStartedMs() : undefined
  const begun = dryRun ? planned(mode, now()) : await runs.begin(mode, now())
  const read = await readAll(sync, begun, changedSinceMs)
  if (read.result !== 'read') return read
  const { run } = read
  if (mode === 'delta') return finish(sync, run)
  if (run.counts.read === 0 && !sync.force && (await runs.countKnown()) > 0) {
    return { result: 'empty', counts: run.counts }
  }
  return dryRun ? plan(sync, run, read.met) : takeAway(sync, run)
}

/** `met`: how many of those who are known here were read by this process. */
type Read = { readonly result: 'read'; readonly run: Run; readonly met: number } | Synchronised

async function readAll(
  sync: Synchronising,
  begun: Run,
  changedSinceMs: number | undefined,
): Promise<Read> {
  const { directory, runs, dryRun, now, progress } = sync
  let run = begun
  let met = 0
  while (!run.isRead) {
    const page = await directory.list({
      limit: pageMax,
      ...(run.next !== undefined && { after: run.next }),
      ...(changedSinceMs !== undefined && { changedSinceMs }),
    })
    const known = await runs.known(page.entries.map(({ id }) => id))
    const changed = changesOf(sync, page.entries, known)
    const after: Run = {
      ...run,
      pages: run.pages + 1,
      next: page.next,
      isRead: page.next === undefined,
      counts: counted(run.counts, changed, page.entries.length),
    }
    const written = dryRun ? after : await runs.write(run, changed, after, now())
    if (!written) return { result: 'overtaken', counts: run.counts }
    run = written
    met += known.size
    progress(run.counts)
  }
  return { result: 'read', run, met }
}

function planned(mode: RunMode, startedMs: number): Run {
  const counts = Object.fromEntries(changes.map((change) => [change, 0])) as Counts
  return { id: '', mode, pages: 0, next: undefined, isRead: false, counts, startedMs }
}

/** Of a plan nobody was marked as seen: who is gone is whoever was not met. */
async function plan(
  { runs, remove }: Synchronising,
  { counts }: Run,
  met: number,
): Promise<Synchronised> {
  const gone = (await runs.countKnown()) - met
  const what = remove ? { removed: gone } : { obsolete: counts.obsolete + gone }
  return { result: 'planned', counts: { ...counts, ...what } }
}

async function takeAway(sync: Synchronising, read: Run): Promise<Synchronised> {
  const { runs, remove, now, progress } = sync
  let run = read
  for (;;) {
    const gone = await runs.unseen(run, pageMax)
    if (gone.length === 0) return finish(sync, run)
    const fresh = gone.filter((person) => !isOut(sync, person))
    const changed: PageOfChanges = {
      ...none,
      ...(remove ? { removed: gone } : { obsolete: fresh, seen: gone }),
    }
    const counts = counted(run.counts, changed, 0)
    const written = await runs.write(run, changed, { ...run, pages: run.pages + 1, counts }, now())
    if (!written) return { result: 'overtaken', counts: run.counts }
    run = written
    progress(run.counts)
  }
}

async function finish({ runs, dryRun, now }: Synchronising, run: Run): Promise<Synchronised> {
  if (dryRun) return { result: 'planned', counts: run.counts }
  await runs.finish(run, now())
  return { result: 'finished', counts: run.counts }
}

const none: PageOfChanges = {
  added: [],
  updated: [],
  restored: [],
  obsolete: [],
  removed: [],
  seen: [],
}

function changesOf(
  sync: Synchronising,
  entries: readonly DirectoryEntry[],
  known: ReadonlyMap<string, KnownPerson>,
): PageOfChanges {
  const there = entries.flatMap((entry) => {
    const person = known.get(entry.id)
    return person ? [{ entry, person }] : []
  })
  const strangers = entries.filter(({ id }) => !known.has(id))
  const isCurrent = ({ entry }: (typeof there)[number]) => entry.status !== 'obsolete'
  return {
    added: strangers.flatMap((entry) => newPerson(sync, entry) ?? []),
    updated: there.filter(isCurrent).flatMap(({ entry, person }) => {
      const profile = profileFor(sync, entry, person)
      return profile ? [{ account: person.account, from: person.claims, ...profile }] : []
    }),
    restored: there
      .filter((one) => isCurrent(one) && one.person.obsolete)
      .map(({ person }) => person),
    obsolete: there
      .filter((one) => !isCurrent(one) && !isOut(sync, one.person))
      .map(({ person }) => person),
    removed: [],
    seen: there.map(({ person }) => person),
  }
}

/** Who is not let in already, whoever has seen to that: there is nothing left to take away. */
function isOut({ settings }: Synchronising, { obsolete, source, status }: KnownPerson): boolean {
  return obsolete || (source === settings.id && !['active', 'pending'].includes(status))
}

/** Of a hybrid directory people are ours: they are made when they come, and not before. */
function newPerson({ settings }: Synchronising, entry: DirectoryEntry): NewPerson | undefined {
  if (settings.kind !== 'enterprise' || entry.status === 'obsolete') return undefined
  const userName = usableName(entry.name) ?? usableName(`${settings.id}:${entry.id}`)
  if (userName === undefined) return undefined
  return { subject: entry.id, userName, claims: profileOf(entry.claims) }
}

/** What an administrator, or another connection, has written stays as the directory's `sync` says. */
function profileFor(
  { settings: { id, sync, attributes } }: Synchronising,
  entry: DirectoryEntry,
  person: KnownPerson,
) {
  const modeOf = (name: string) => attributes[name.replace(/^other\./, '')]?.sync ?? sync
  return synced(person, profileOf(entry.claims), id, modeOf)
}

function counted(before: Counts, page: PageOfChanges, read: number): Counts {
  const { added, updated, restored, obsolete, removed, seen } = page
  const changed = new Set([...updated, ...restored, ...obsolete].map(accountOf))
  const same = read === 0 ? 0 : seen.filter((person) => !changed.has(accountOf(person))).length
  return {
    read: before.read + read,
    same: before.same + same,
    added: before.added + added.length,
    updated: before.updated + updated.length,
    restored: before.restored + restored.length,
    obsolete: before.obsolete + obsolete.length,
    removed: before.removed + removed.length,
    conflicts: before.conflicts,
  }
}

function accountOf({ account }: { readonly account: string }): string {
  return account
}
