/** What a synchronisation with a directory reads and writes: one transaction a page, which says how far it is. */
import type { Knex } from 'knex'
import { randomId } from '../kit/random.ts'
import { emailKey } from '../language/email-key.ts'
import type { Claims } from '../language/facts.ts'
import { userNameKey } from '../language/user-name.ts'
import { attributeRows, keepAttributes } from './attributes.ts'
import { revokeAll } from './revoke.ts'
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

/** An account of the directory, as far as it is compared. */
export interface KnownPerson {
  readonly account: string
  readonly subject: string
  readonly status: string
  readonly source: string
  readonly claims: Claims
  readonly provenance: Readonly<Record<string, string>>
  /** It was the directory that has made it so. */
  readonly obsolete: boolean
}

export interface NewPerson {
  readonly subject: string
  readonly userName: string
  readonly claims: Claims
}

export interface PageOfChanges {
  readonly added: readonly NewPerson[]
  readonly updated: readonly (Pick<KnownPerson, 'account' | 'claims' | 'provenance'> & {
    readonly from: Claims
  })[]
  readonly restored: readonly KnownPerson[]
  readonly obsolete: readonly KnownPerson[]
  readonly removed: readonly KnownPerson[]
  /** Known ones that are there, changed or not. */
  readonly seen: readonly KnownPerson[]
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
        const added = await add(trx, place, run, page.added, nowMs)
        const gone = await change(trx, place, page, nowMs)
        await see(trx, place, run, page, gone)
        const conflicts = page.added.length - added
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

interface Place {
  readonly organisation: string
  readonly directory: string
  /** The directory that its people get their accounts in. */
  readonly accounts: string
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

/** @returns how many were added: who has a name that somebody has is left out */
async function add(
  trx: Knex.Transaction,
  { organisation, directory, accounts }: Place,
  run: Run,
  added: readonly NewPerson[],
  nowMs: number,
): Promise<number> {
  if (added.length === 0) return 0
  const rows = added.map((person) => ({ person, id: randomId('acc') }))
  const ids = new Set<string>()
  const accountRows = rows.map(({ id, person: { userName, claims } }) => ({
    id,
    organisation,
    directory: accounts,
    user_name: userName,
    user_name_key: userNameKey(userName),
    status: 'active',
    source: directory,
    claims: JSON.stringify(claims),
    email_key: addressOf(claims),
    created_ms: nowMs,
  }))
  for (const some of chunks(accountRows)) {
    const made: { id: string }[] = await trx('accounts')
      .insert(some)
      .onConflict()
      .ignore()
      .returning('id')
    for (const { id } of made) ids.add(id)
  }
  const there = rows.filter(({ id }) => ids.has(id))
  if (there.length === 0) return 0
  const own = there.map(({ id, person }) => ({
    organisation,
    subject: person.subject,
    account_id: id,
  }))
  await insert(trx, 'associations', own, { connection: directory, created_ms: nowMs })
  await insert(trx, 'directory_entries', own, { directory, run_id: run.id, obsolete: false })
  const attributes = there.flatMap(({ id, person }) =>
    attributeRows(organisation, id, person.claims),
  )
  await insert(trx, 'account_attributes', attributes, {})
  const ofThem = there.map(({ id }) => id)
  await audit(trx, { organisation, directory, accounts }, 'user.add', ofThem, nowMs)
  return there.length
}

/** @returns whom it has taken away, and may let in again */
async function change(
  trx: Knex.Transaction,
  place: Place,
  { updated, restored, obsolete, removed }: PageOfChanges,
  nowMs: number,
): Promise<ReadonlySet<string>> {
  const { organisation, directory } = place
  const isTheirs = ({ source }: KnownPerson) => source === directory
  for (const person of updated) await update(trx, organisation, person)
  for (const { account } of restored) {
    await trx('accounts')
      .where({ organisation, id: account, status: 'disabled' })
      .update({ status: 'active' })
  }
  for (const person of [...obsolete, ...removed]) await revokeAll(trx, organisation, person.account)
  const gone = new Set<string>()
  for (const { account } of obsolete.filter(isTheirs)) {
    if (await disable(trx, organisation, account)) gone.add(account)
  }
  for (const { account } of removed.filter(isTheirs)) {
    await trx('accounts').where({ organisation, id: account }).delete()
  }
  // An account of somebody else's that was linked with the entry is parted from it, and stays.
  for (const { account, subject } of [...obsolete, ...removed].filter((one) => !isTheirs(one))) {
    await trx('associations')
      .where({ organisation, connection: directory, subject, account_id: account })
      .delete()
  }
  const of = (those: readonly { readonly account: string }[]) => those.map((one) => one.account)
  await audit(trx, place, 'user.update', of(updated), nowMs)
  await audit(trx, place, 'user.restore', of(restored), nowMs)
  await audit(trx, place, 'user.obsolete', of(obsolete), nowMs)
  await audit(trx, place, 'user.delete', of(removed), nowMs)
  return gone
}

async function update(
  trx: Knex.Transaction,
  organisation: string,
  { account, from, claims, provenance }: PageOfChanges['updated'][number],
): Promise<void> {
  const changed = await trx('accounts')
    .where({ organisation, id: account, claims: JSON.stringify(from) })
    .update({
      claims: JSON.stringify(claims),
      provenance: JSON.stringify(provenance),
      email_key: addressOf(claims),
    })
  if (changed === 1) await keepAttributes(trx, organisation, account, claims)
}

/** @returns whether they were let in: who has waited for an administrator waits for one still */
async function disable(trx: Knex.Transaction, organisation: string, id: string): Promise<boolean> {
  const as = (status: string) =>
    trx('accounts').where({ organisation, id, status }).update({ status: 'disabled' })
  const wasActive = (await as('active')) > 0
  await as('pending')
  return wasActive
}

/** Whoever is kept out by somebody else now is not let in again by their directory. */
export async function endObsolescence(
  trx: Knex.Transaction,
  own: { readonly organisation: string; readonly account_id: string },
): Promise<void> {
  await trx('directory_entries').where(own).update({ obsolete: false })
}

async function see(
  trx: Knex.Transaction,
  { organisation, directory }: Place,
  run: Run,
  { seen, restored, obsolete }: PageOfChanges,
  gone: ReadonlySet<string>,
): Promise<void> {
  const back = new Set(restored.map((one) => one.account))
  const rows = [...new Map([...seen, ...obsolete].map((one) => [one.account, one])).values()]
  if (rows.length === 0) return
  const entries = rows.map((person) => ({
    organisation,
    directory,
    subject: person.subject,
    account_id: person.account,
    run_id: run.id,
    obsolete: gone.has(person.account) || (person.obsolete && !back.has(person.account)),
  }))
  for (const some of chunks(entries)) {
    await trx('directory_entries')
      .insert(some)
      .onConflict(['organisation', 'directory', 'subject'])
      .merge(['run_id', 'obsolete'])
  }
}

async function audit(
  trx: Knex.Transaction,
  { organisation, directory }: Place,
  action: string,
  accounts: readonly string[],
  nowMs: number,
): Promise<void> {
  if (accounts.length === 0) return
  const records = accounts.map((account) => ({ id: randomId('audit'), subject: account }))
  const by = { actor: `directory.${directory}`, application: '', detail: '{}' }
  await insert(trx, 'audit_records', records, { organisation, at_ms: nowMs, action, ...by })
}

/** As many as fit into one statement of either database. */
const rowsMax = 250

function chunks<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / rowsMax) }, (_, at) =>
    all.slice(at * rowsMax, (at + 1) * rowsMax),
  )
}

/** @param same what all of them have */
async function insert(
  trx: Knex.Transaction,
  table: string,
  rows: readonly object[],
  same: object,
): Promise<void> {
  for (const some of chunks(rows)) await trx(table).insert(some.map((row) => ({ ...row, ...same })))
}

/** An address that is not verified is nobody's, so nobody is found by it. */
function addressOf({ email, emailVerified }: Claims): string | null {
  return email !== undefined && emailVerified === true ? emailKey(email) : null
}
