/** What one page of a synchronisation changes of people, and whom the run has seen in it. */
import type { Knex } from 'knex'
import { randomId } from '../kit/random.ts'
import type { Claims } from '../language/facts.ts'
import { userNameKey } from '../language/user-name.ts'
import { attributeRows, keepAttributes } from './attributes.ts'
import type { Run } from './directory-runs.ts'
import { revokeAll } from './revoke.ts'
import { chunks } from './rows.ts'
import { addressOf } from './writes.ts'

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

export interface Place {
  readonly organisation: string
  readonly directory: string
  /** The directory that its people get their accounts in. */
  readonly accounts: string
}

/**
 * Through the transaction that says how far the run is then.
 *
 * @returns how many of those who were to be added have a name that somebody has: they are left out
 */
export async function writePage(
  trx: Knex.Transaction,
  place: Place,
  run: Pick<Run, 'id'>,
  page: PageOfChanges,
  nowMs: number,
): Promise<number> {
  const added = await add(trx, place, run, page.added, nowMs)
  const gone = await change(trx, place, page, nowMs)
  await see(trx, place, run, page, gone)
  return page.added.length - added
}

/** @returns how many were added: who has a name that somebody has is left out */
async function add(
  trx: Knex.Transaction,
  { organisation, directory, accounts }: Place,
  run: Pick<Run, 'id'>,
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
  for (const some of chunks(accountRows, rowsMax)) {
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
  run: Pick<Run, 'id'>,
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
  for (const some of chunks(entries, rowsMax)) {
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

/** @param same what all of them have */
async function insert(
  trx: Knex.Transaction,
  table: string,
  rows: readonly object[],
  same: object,
): Promise<void> {
  for (const some of chunks(rows, rowsMax))
    await trx(table).insert(some.map((row) => ({ ...row, ...same })))
}
