/** Remembered devices, and where else an account is signed in. */
import type { Knex } from 'knex'
import type { Device } from '../engine/administration.ts'
import type { OtherSession } from '../language/ports.ts'
import { number, type Row, text } from './rows.ts'

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

/** The one that was of use last first. An id is what is kept of a device's secret. */
export async function listDevices(
  db: Knex,
  organisation: string,
  account: string,
  nowMs: number,
): Promise<readonly Device[]> {
  const rows: Row[] = await db('devices')
    .where({ organisation, account_id: account })
    .andWhere('expires_ms', '>', nowMs)
    .orderBy([{ column: 'used_ms', order: 'desc' }, { column: 'secret_hash' }])
  return rows.map((row) => ({
    id: text(row, 'secret_hash'),
    application: text(row, 'application'),
    createdMs: number(row, 'created_ms'),
    usedMs: number(row, 'used_ms'),
    expiresMs: number(row, 'expires_ms'),
  }))
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

/** Notes that a device has stood in for something, through the transaction that answers the application. */
export async function touchDevice(
  db: Knex,
  organisation: string,
  { account, application }: { account: string; application: string },
  secretHashes: readonly string[],
  nowMs: number,
): Promise<void> {
  await db('devices')
    .where({ organisation, account_id: account, application })
    .whereIn('secret_hash', [...secretHashes])
    .update({ used_ms: nowMs })
}
