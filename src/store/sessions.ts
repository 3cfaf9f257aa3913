/**
 * Sessions: one row a `uid`, with the present id of its cookie and, for a minute, the one before. A
 * write merges what another tab has added; an ended session is gone and cannot be written back.
 */
import type { Knex } from 'knex'
import type { Payload } from '../engine/provider-store.ts'
import { mergeProofs, UnitRefused } from '../engine/provider-store.ts'
import type { Proof } from '../language/facts.ts'
import { activeAccount, countOf, localAccount } from './provider-models.ts'
import { number, optionalText, type Row, text } from './rows.ts'

/** How long the cookie from before a rotation still finds its session: answers may cross. */
const previousIdMs = 60_000

export interface LoadedSession {
  readonly uid: string
  readonly jti: string
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
  const query = db('sessions').first().where({ organisation })
  if ('uid' in by) query.where({ uid: by.uid })
  else {
    query.andWhere((either) =>
      either
        .where({ jti: by.jti })
        .orWhere((before) =>
          before.where({ previous_jti: by.jti }).andWhere('previous_until_ms', '>', nowMs),
        ),
    )
  }
  const row: Row | undefined = await query
  return row && sessionOf(row)
}

/** @throws {UnitRefused} `account`, `session-ended`, `session-raced` */
export async function writeSession(db: Knex, write: SessionWrite): Promise<void> {
  if (!write.loaded) return insertSession(db, write)
  if (await updateSession(db, write, write.loaded)) return
  const now = await loadSession(db, write.organisation, { uid: write.uid }, write.nowMs)
  if (!now) throw new UnitRefused('session-ended')
  if (await updateSession(db, write, now)) return
  throw new UnitRefused('account')
}

async function insertSession(db: Knex, write: SessionWrite): Promise<void> {
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
    expires_at: write.expiresAt,
  }
  const columns = Object.keys(row)
  const written = await db.raw(
    `insert into sessions (${columns.join(', ')})
     select ${columns.map((name) => `cast(? as ${numbers.has(name) ? 'bigint' : 'text'})`).join(', ')}
     where ${account ? activeAccount : '1 = 1'}
     on conflict do nothing returning uid`,
    [...Object.values(row), ...(account ? [write.organisation, account] : [])],
  )
  if (countOf(written) === 1) return
  const sibling = await db('sessions').first('uid').where({
    organisation: write.organisation,
    browser_hash: row.browser_hash,
    account_id: row.account_id,
  })
  throw new UnitRefused(sibling ? 'session-raced' : 'account')
}

const numbers = new Set(['revision', 'expires_at'])

async function updateSession(db: Knex, write: SessionWrite, from: LoadedSession): Promise<boolean> {
  const account = localAccount(write.payload)
  const rotated = write.jti !== from.jti
  const sameAccount = account !== undefined && account === from.account
  const proofs = mergeProofs(sameAccount ? from.proofs : [], write.proofs)
  const query = db('sessions')
    .where({ organisation: write.organisation, uid: write.uid, revision: from.revision })
    .update({
      jti: write.jti,
      ...(rotated ? { previous_jti: from.jti, previous_until_ms: write.nowMs + previousIdMs } : {}),
      account_id: account ?? null,
      browser_hash: write.browserHash ?? from.browserHash ?? null,
      revision: from.revision + 1,
      payload: JSON.stringify(merged(from.payload, write.payload, write.loaded?.payload)),
      proofs: JSON.stringify(proofs),
      expires_at: write.expiresAt,
    })
  if (account) query.andWhereRaw(activeAccount, [write.organisation, account])
  return (await query) === 1
}

/** What another tab has added since this request read the session stays, beside what this one added. */
function merged(stored: Payload, written: Payload, read: Payload | undefined): Payload {
  const ours = (written.authorizations ?? {}) as Record<string, unknown>
  const theirs = (stored.authorizations ?? {}) as Record<string, unknown>
  const before = (read?.authorizations ?? {}) as Record<string, unknown>
  const added = Object.entries(theirs).filter(([client]) => !(client in before))
  const authorizations = { ...Object.fromEntries(added), ...ours }
  return Object.keys(authorizations).length > 0 ? { ...written, authorizations } : written
}

function sessionOf(row: Row): LoadedSession {
  return {
    uid: text(row, 'uid'),
    jti: text(row, 'jti'),
    previousJti: optionalText(row, 'previous_jti'),
    account: optionalText(row, 'account_id'),
    browserHash: optionalText(row, 'browser_hash'),
    proofs: JSON.parse(text(row, 'proofs')),
    payload: JSON.parse(text(row, 'payload')),
    revision: number(row, 'revision'),
  }
}
