/**
 * Sessions: one row a `uid`, with the present id of its cookie and, for a minute, the one before. A
 * write merges what another tab has changed; an ended session is gone and cannot be written back.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Knex } from 'knex'
import type { Payload } from '../engine/provider-store.ts'
import { mergeProofs, UnitRefused } from '../engine/provider-store.ts'
import type { Proof } from '../language/facts.ts'
import { endSessions } from './ended-sessions.ts'
import { activeAccount, localAccount } from './provider-models.ts'
import { number, optionalText, type Row, rowsOf, text } from './rows.ts'

/** How long the cookie from before a rotation still finds its session: answers may cross. */
const previousIdMs = 60_000
/** How long a tab that has no cookie yet may take up the session that another has just made. */
const besideMs = 60_000

export interface LoadedSession {
  readonly uid: string
  readonly jti: string
  /** Absent: there was none, or its minute is over. */
  readonly previousJti: string | undefined
  readonly account: string | undefined
  readonly browserHash: string | undefined
  readonly proofs: readonly Proof[]
  readonly payload: Payload
  readonly revision: number
}

export interface SessionWrite {
  readonly organisation: string
  readonly uid: string
  readonly jti: string
  readonly payload: Payload
  /** Seconds since the Unix epoch. */
  readonly expiresAt: number
  /** As it was read in this request; absent for a new one. */
  readonly loaded: LoadedSession | undefined
  /** Of the login that this request finishes. */
  readonly browserHash: string | undefined
  readonly proofs: readonly Proof[]
  readonly nowMs: number
}

export async function loadSession(
  db: Knex,
  organisation: string,
  by: { jti: string } | { uid: string },
  nowMs: number,
): Promise<LoadedSession | undefined> {
  const lasts = 'organisation = ? and expires_at > ?'
  const lasting = [organisation, Math.floor(nowMs / 1000)]
  const answer =
    'uid' in by
      ? await db.raw(`select * from sessions where ${lasts} and uid = ?`, [...lasting, by.uid])
      : // Either alone is found by an index of its own; asked for both, SQLite reads the whole organisation.
        await db.raw(
          `select * from sessions where ${lasts} and jti = ?
           union all select * from sessions
             where ${lasts} and previous_jti = ? and previous_until_ms > ?`,
          [...lasting, by.jti, ...lasting, by.jti, nowMs],
        )
  const [row] = rowsOf<Row>(answer)
  const loaded = row && sessionOf(row, nowMs)
  return loaded && isWhole(loaded) ? loaded : undefined
}

/** What is written twice must agree: a session of which it is unclear whose it is is none. */
function isWhole({ uid, account, payload }: LoadedSession): boolean {
  return payload.uid === uid && localAccount(payload) === account
}

/**
 * The session that a tab beside this one has just made for the same person. An older one is not taken
 * up: its cookie is lost, and whoever comes without it has to prove everything that it stands for.
 */
export async function findSibling(
  db: Knex,
  organisation: string,
  browserHash: string,
  account: string,
  nowMs: number,
): Promise<{ readonly id: string; readonly uid: string } | undefined> {
  const row: Row | undefined = await db('sessions')
    .first('jti', 'uid')
    .where({ organisation, browser_hash: browserHash, account_id: account })
    .andWhere('created_ms', '>=', nowMs - besideMs)
    .andWhere('expires_at', '>', Math.floor(nowMs / 1000))
  return row && { id: text(row, 'jti'), uid: text(row, 'uid') }
}

/** @throws {UnitRefused} `account`, `session-ended`, `session-raced` */
export async function writeSession(db: Knex, write: SessionWrite): Promise<void> {
  const { loaded, organisation, uid, nowMs } = write
  if (!loaded) return insertSession(db, write)
  if (await updateSession(db, write, loaded, write.payload, write.jti)) return

  const now = await loadSession(db, organisation, { uid }, nowMs)
  if (!now) throw new UnitRefused('session-ended')
  if (now.revision === loaded.revision) throw new UnitRefused(await whyNot(db, write))
  // Somebody has signed in or been exchanged meanwhile: what this request knows is of somebody else.
  if (now.payload.accountId !== loaded.payload.accountId) throw new UnitRefused('session-raced')
  const merged = merge(loaded.payload, now.payload, write.payload)
  // A cookie that another tab has rotated stays rotated.
  const jti = write.jti === loaded.jti ? now.jti : write.jti
  if (await updateSession(db, write, now, merged, jti)) return
  throw new UnitRefused(await whyNot(db, write))
}

/** A row that is in the way, and lost or long expired, is dropped when it is met: mostly there is none. */
async function insertSession(db: Knex, write: SessionWrite): Promise<void> {
  if (await insertedSession(db, write)) return
  const cleared = await dropLostSibling(db, write)
  if (cleared && (await insertedSession(db, write))) return
  throw new UnitRefused(await whyNot(db, write))
}

async function insertedSession(db: Knex, write: SessionWrite): Promise<boolean> {
  const account = localAccount(write.payload)
  const row = {
    uid: write.uid,
    organisation: write.organisation,
    jti: write.jti,
    account_id: account ?? null,
    browser_hash: write.browserHash ?? null,
    revision: 0,
    payload: JSON.stringify(write.payload),
    proofs: JSON.stringify(mergeProofs([], write.proofs)),
    created_ms: write.nowMs,
    expires_at: write.expiresAt,
  }
  const columns = Object.keys(row)
  const written = await db.raw(
    `insert into sessions (${columns.join(', ')})
     select ${columns.map((name) => `cast(? as ${numbers.has(name) ? 'bigint' : 'text'})`).join(', ')}
     where ${account ? activeAccount(db) : '1 = 1'}
     on conflict do nothing returning uid`,
    [...Object.values(row), ...(account ? [write.organisation, account] : [])],
  )
  return rowsOf(written).length === 1
}

const numbers = new Set(['revision', 'created_ms', 'expires_at'])

async function updateSession(
  db: Knex,
  write: SessionWrite,
  from: LoadedSession,
  payload: Payload,
  jti: string,
): Promise<boolean> {
  const { organisation, uid, nowMs } = write
  const account = localAccount(payload)
  const signsIn = account !== undefined && account !== from.account
  const browserHash = (signsIn ? write.browserHash : undefined) ?? from.browserHash ?? null
  if (signsIn) await dropLostSibling(db, write)
  const query = db('sessions')
    .where({ organisation, uid, revision: from.revision })
    .update({
      jti,
      ...rotation(from, payload, jti, nowMs),
      account_id: account ?? null,
      browser_hash: browserHash,
      revision: from.revision + 1,
      payload: JSON.stringify(payload),
      proofs: JSON.stringify(
        mergeProofs(samePerson(from, payload) ? from.proofs : [], write.proofs),
      ),
      expires_at: write.expiresAt,
    })
  if (account) query.andWhereRaw(activeAccount(db), [organisation, account])
  if (signsIn) {
    query.whereNotExists(
      db('sessions as beside')
        .select('beside.uid')
        .where({ 'beside.organisation': organisation, 'beside.account_id': account })
        .andWhere('beside.browser_hash', browserHash)
        .whereNot('beside.uid', uid),
    )
  }
  return (await query) === 1
}

/** The id from before somebody signed in is worth nothing afterwards (I-26): it may have been planted. */
function rotation(from: LoadedSession, payload: Payload, jti: string, nowMs: number) {
  if (jti === from.jti) return {}
  if (!samePerson(from, payload)) return { previous_jti: null, previous_until_ms: null }
  return { previous_jti: from.jti, previous_until_ms: nowMs + previousIdMs }
}

function samePerson(from: LoadedSession, payload: Payload): boolean {
  return payload.accountId !== undefined && payload.accountId === from.payload.accountId
}

/** One session a browser and account: one whose cookie is lost makes room. @returns whether one did */
async function dropLostSibling(db: Knex, write: SessionWrite): Promise<boolean> {
  const account = localAccount(write.payload)
  if (!account || !write.browserHash) return false
  const dropped = await endSessions(
    db,
    write.organisation,
    'browser_hash = ? and account_id = ? and uid <> ? and (created_ms < ? or expires_at <= ?)',
    [write.browserHash, account, write.uid, write.nowMs - besideMs, Math.floor(write.nowMs / 1000)],
  )
  return dropped > 0
}

/** Why a conditional statement wrote nothing. */
async function whyNot(db: Knex, write: SessionWrite): Promise<'account' | 'session-raced'> {
  const account = localAccount(write.payload)
  if (!account) return 'session-raced'
  const active = await db('accounts')
    .first('id')
    .where({ organisation: write.organisation, id: account, status: 'active' })
  return active ? 'session-raced' : 'account'
}

/**
 * What this request has changed since it read the session, upon what another has stored since then.
 *
 * @throws {UnitRefused} `session-raced` when both have changed what one application was given
 */
function merge(read: Payload, stored: Payload, written: Payload): Payload {
  const merged = mergeKeys(read, stored, written, ([ours]) => ours)
  const part = (payload: Payload) => (payload.authorizations ?? {}) as Record<string, unknown>
  const authorizations = mergeKeys(part(read), part(stored), part(written), () => {
    throw new UnitRefused('session-raced')
  })
  if (Object.keys(authorizations).length > 0) return { ...merged, authorizations }
  const { authorizations: _none, ...rest } = merged
  return rest
}

function mergeKeys(
  read: Readonly<Record<string, unknown>>,
  stored: Readonly<Record<string, unknown>>,
  written: Readonly<Record<string, unknown>>,
  bothChanged: (values: [ours: unknown, theirs: unknown]) => unknown,
): Record<string, unknown> {
  const merged = [...new Set([...Object.keys(stored), ...Object.keys(written)])].map((key) => {
    const [before, theirs, ours] = [read[key], stored[key], written[key]]
    if (isDeepStrictEqual(ours, before) || isDeepStrictEqual(ours, theirs)) return [key, theirs]
    return [key, isDeepStrictEqual(theirs, before) ? ours : bothChanged([ours, theirs])]
  })
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined))
}

function sessionOf(row: Row, nowMs: number): LoadedSession {
  const untilMs = Number(row.previous_until_ms ?? 0)
  return {
    uid: text(row, 'uid'),
    jti: text(row, 'jti'),
    previousJti: untilMs > nowMs ? optionalText(row, 'previous_jti') : undefined,
    account: optionalText(row, 'account_id'),
    browserHash: optionalText(row, 'browser_hash'),
    proofs: JSON.parse(text(row, 'proofs')),
    payload: JSON.parse(text(row, 'payload')),
    revision: number(row, 'revision'),
  }
}
