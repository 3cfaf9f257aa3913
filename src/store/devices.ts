/** Remembered devices, and where else an account is signed in. */
import type { Knex } from 'knex'
import type { Device } from '../engine/administration.ts'
import type { OtherSession } from '../language/ports.ts'
import { number, type Row, text } from './rows.ts'

/** How long a secret is good for that has been replaced. */
const graceMs = 60_000

/** Each for one account and one application: for any other it is a device like any. */
export async function isDeviceKnown(
  db: Knex,
  organisation: string,
  { account, application }: { account: string; application: string },
  secretHashes: readonly string[],
  nowMs: number,
): Promise<boolean> {
  const row = await db('devices')
    .first('application')
    .where({ organisation, account_id: account, application })
    .whereIn('secret_hash', [...secretHashes])
    .andWhere('expires_ms', '>', nowMs)
  return row !== undefined
}

/** The one that was of use last first. An id is what is kept of a device's secret, until it is replaced. */
export async function listDevices(
  db: Knex,
  organisation: string,
  account: string,
  nowMs: number,
): Promise<readonly Device[]> {
  const rows: Row[] = await db('devices')
    .where({ organisation, account_id: account })
    .andWhere('expires_ms', '>', nowMs + graceMs)
    .orderBy([{ column: 'used_ms', order: 'desc' }, { column: 'secret_hash' }])
  return rows.map((row) => ({
    id: text(row, 'secret_hash'),
    application: text(row, 'application'),
    createdMs: number(row, 'created_ms'),
    usedMs: number(row, 'used_ms'),
    expiresMs: number(row, 'expires_ms'),
  }))
}

/** By any secret that it has now: it is the same device under the one before, and was remembered at one time. */
export async function forgetDevice(
  db: Knex,
  organisation: string,
  account: string,
  secretHash: string,
): Promise<void> {
  const own = { organisation, account_id: account }
  const rows: Row[] = await db('devices')
    .select('application', 'created_ms')
    .where({ ...own, secret_hash: secretHash })
  for (const { application, created_ms } of rows) {
    await db('devices')
      .where({ ...own, application, created_ms })
      .delete()
  }
}

/** Those of other browsers, the oldest first. */
export async function otherSessions(
  db: Knex,
  organisation: string,
  account: string,
  browserHash: string,
  nowMs: number,
): Promise<readonly OtherSession[]> {
  const rows: Row[] = await db('sessions')
    .select('uid', 'created_ms')
    .where({ organisation, account_id: account })
    .andWhere('expires_at', '>', Math.floor(nowMs / 1000))
    .andWhere((other) => other.whereNull('browser_hash').orWhereNot({ browser_hash: browserHash }))
    .orderBy(['created_ms', 'uid'])
  return rows.map((row) => ({ id: text(row, 'uid'), sinceMs: number(row, 'created_ms') }))
}

interface Replacement extends About {
  readonly from: Replaced
  /** A fingerprint. */
  readonly to: string
}

/** As it was before anybody has replaced it. */
interface Replaced {
  readonly secretHash: string
  readonly createdMs: number
  readonly expiresMs: number
}

interface About {
  readonly account: string
  readonly application: string
}

/** @returns the secret by which the device is known, where it has not been replaced yet */
export async function secretToReplace(
  db: Knex,
  organisation: string,
  { account, application }: About,
  secretHashes: readonly string[],
  nowMs: number,
): Promise<Replaced | undefined> {
  const row: Row | undefined = await db('devices')
    .first('secret_hash', 'created_ms', 'expires_ms')
    .where({ organisation, account_id: account, application })
    .whereIn('secret_hash', [...secretHashes])
    .andWhere('expires_ms', '>', nowMs + graceMs)
    .orderBy('secret_hash')
  if (!row) return undefined
  return {
    secretHash: text(row, 'secret_hash'),
    createdMs: number(row, 'created_ms'),
    expiresMs: number(row, 'expires_ms'),
  }
}

/**
 * Through the transaction that answers the application. It is remembered for as long as before. Of two tabs that
 * replace the same secret each gets one: the browser keeps the one that comes last.
 */
export async function replaceSecret(
  db: Knex,
  organisation: string,
  { account, application, from, to }: Replacement,
  nowMs: number,
): Promise<void> {
  const device = { organisation, account_id: account, application }
  const untilMs = Math.min(from.expiresMs, nowMs + graceMs)
  const left = await db('devices')
    .where({ ...device, secret_hash: from.secretHash })
    .update({ expires_ms: untilMs })
  // Forgotten meanwhile, with its account's sessions: it stays forgotten.
  if (left === 0) return
  await db('devices').insert({
    ...device,
    secret_hash: to,
    created_ms: from.createdMs,
    used_ms: nowMs,
    expires_ms: from.expiresMs,
  })
}
