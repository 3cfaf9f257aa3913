/** What a synchronisation with a directory reads and writes: one transaction a page, which says how far it is. */
import type { Knex } from 'knex'
import { randomId } from '../kit/random.ts'
import { type KnownPerson, type PageOfChanges, type Place, writePage } from './directory-pages.ts'
import { number, optionalNumber, optionalText, type Row, text } from './rows.ts'

export const changes = [
  'read',
  'same',
  'added',
  'updated',
  'restored',
  'obsolete',
  'removed',
  'conflicts',
] as const
export type Counts = Readonly<Record<(typeof changes)[number], number>>
export const nothing: Counts = {
  read: 0,
  same: 0,
  added: 0,
  updated: 0,
  restored: 0,
  obsolete: 0,
  removed: 0,
  conflicts: 0,
}

export type RunMode = 'full' | 'delta'

export interface Run {
  readonly id: string
  readonly mode: RunMode
  /** Pages that were written: of two processes that write the next one, one does. */
  readonly pages: number
  /** Where the directory is read from. Absent: from the beginning. */
  readonly next: string | undefined
  /** Whether all pages were read; what is left is who is gone. */
  readonly isRead: boolean
  readonly counts: Counts
  readonly startedMs: number
}

export interface DirectoryRuns {
  /** The unfinished one of this mode, or a new one. */
  begin(mode: RunMode, nowMs: number): Promise<Run>
  /** When the last one began that was finished. */
  lastStartedMs(): Promise<number | undefined>
  /** By the directory's own ids. */
  known(subjects: readonly string[]): Promise<ReadonlyMap<string, KnownPerson>>
  countKnown(): Promise<number>
  /**
   * Writes a page and how far the run is after it.
   *
   * @returns absence: another process has written it. Conflicts are names that somebody has.
   */
  write(run: Run, page: PageOfChanges, after: Run, nowMs: number): Promise<Run | undefined>
  /** Some of whom a run that has read everything has not seen. */
  unseen(run: Run, limit: number): Promise<readonly KnownPerson[]>
  finish(run: Run, nowMs: number): Promise<void>
}

export function openDirectoryRuns(
  db: Knex,
  organisation: string,
  { id: directory, accounts }: { readonly id: string; readonly accounts: string },
): DirectoryRuns {
  const own = { organisation, directory }
  const place: Place = { organisation, directory, accounts }
  return {
    async begin(mode, nowMs) {
      const row: Row | undefined = await db('directory_runs')
        .first()
        .where({ ...own, mode })
        .whereNull('finished_ms')
        .orderBy('started_ms', 'desc')
      if (row) return runOf(row)
      const run = { id: randomId('run'), mode, pages: 0, next: undefined, isRead: false }
      const begun: Run = { ...run, counts: nothing, startedMs: nowMs }
      await db('directory_runs').insert({
        ...own,
        ...rowOf(begun),
        id: run.id,
        mode,
        started_ms: nowMs,
      })
      return begun
    },

    async lastStartedMs() {
      const row: Row | undefined = await db('directory_runs')
        .where(own)
        .whereNotNull('finished_ms')
        .max({ last: 'started_ms' })
        .first()
      return row && optionalNumber(row, 'last')
    },

    async known(subjects) {
      const rows: Row[] = await people(db, place).whereIn('associations.subject', [...subjects])
      return new Map(rows.map((row) => [text(row, 'subject'), knownOf(row)]))
    },

    async countKnown() {
      const [row] = (await db('associations')
        .where({ organisation, connection: directory })
        .count({ total: '*' })) as Row[]
      return number(row!, 'total')
    },

    write: (run, page, after, nowMs) =>
      db.transaction(async (trx) => {
        const next = rowOf(after)
        const taken = await trx('directory_runs')
          .where({ ...own, id: run.id, pages: run.pages })
          .update(next)
        if (taken === 0) return undefined
        const conflicts = await writePage(trx, place, run, page, nowMs)
        if (conflicts === 0) return after
        const { counts } = after
        const counted: Run = {
          ...after,
          counts: {
            ...counts,
            added: counts.added - conflicts,
            conflicts: counts.conflicts + conflicts,
          },
        }
        await trx('directory_runs')
          .where({ ...own, id: run.id })
          .update(rowOf(counted))
        return counted
      }),

    async unseen(run, limit) {
      const rows: Row[] = await people(db, place)
        .where((each) => {
          each.whereNull('directory_entries.run_id').orWhereNot('directory_entries.run_id', run.id)
        })
        .limit(limit)
      return rows.map(knownOf)
    },

    async finish(run, nowMs) {
      await db('directory_runs')
        .where({ ...own, id: run.id })
        .update({ finished_ms: nowMs })
    },
  }
}

/** Who is associated with the directory, whether a run or a login has made them. */
function people(db: Knex, { organisation, directory }: Place): Knex.QueryBuilder {
  return db('associations')
    .join('accounts', 'accounts.id', 'associations.account_id')
    .leftJoin('directory_entries', (join) => {
      join
        .on('directory_entries.organisation', 'associations.organisation')
        .andOn('directory_entries.directory', 'associations.connection')
        .andOn('directory_entries.subject', 'associations.subject')
    })
    .where({
      'associations.organisation': organisation,
      'accounts.organisation': organisation,
      'associations.connection': directory,
    })
    .select(
      'associations.subject',
      'accounts.id',
      'accounts.status',
      'accounts.source',
      'accounts.claims',
      'accounts.provenance',
      'directory_entries.obsolete',
    )
}

function knownOf(row: Row): KnownPerson {
  return {
    account: text(row, 'id'),
    subject: text(row, 'subject'),
    status: text(row, 'status'),
    source: text(row, 'source'),
    claims: JSON.parse(text(row, 'claims')),
    provenance: JSON.parse(text(row, 'provenance')),
    obsolete: Boolean(row.obsolete),
  }
}

function runOf(row: Row): Run {
  return {
    id: text(row, 'id'),
    mode: text(row, 'mode') as RunMode,
    pages: number(row, 'pages'),
    next: optionalText(row, 'next_page'),
    isRead: Boolean(row.read),
    counts: JSON.parse(text(row, 'counts')),
    startedMs: number(row, 'started_ms'),
  }
}

function rowOf({ pages, next, isRead, counts }: Run) {
  return { pages, next_page: next ?? null, read: isRead, counts: JSON.stringify(counts) }
}
