/**
 * Takes away what time has made worthless, some rows at a time: no request waits for it for long. What is
 * expired counts for nothing also before it is swept; here it only stops taking up room.
 *
 * Accounts and what hangs on them stay, but those that were to stay only if their login succeeded; so do
 * the events of logins, which are their story, and definitions, which change with the files and not with
 * the number of people.
 */
import type { Knex } from 'knex'
import { rowsOf } from './rows.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How many rows one statement takes, and one sweep of one table at most. */
export const sweepLimits = { batch: 500, batches: 20 } as const

interface Swept {
  readonly table: string
  readonly key: readonly string[]
  /** With one binding. */
  readonly condition: string
  readonly binding: (nowMs: number) => number
}

const seconds = (nowMs: number) => Math.floor(nowMs / 1000)

/** One line a table. */
const tables: readonly Swept[] = [
  {
    // Made by a login that has not come to success: a submission under way at the deadline still may.
    table: 'accounts',
    key: ['id'],
    condition: 'provisional_until_ms < ?',
    binding: (nowMs) => nowMs - minuteMs,
  },
  {
    // Its interaction outlives it by an hour: an expired login is still answered to its application.
    table: 'logins',
    key: ['id'],
    condition: 'deadline_ms < ?',
    binding: (nowMs) => nowMs - 2 * hourMs,
  },
  { table: 'sessions', key: ['uid'], condition: 'expires_at <= ?', binding: seconds },
  {
    table: 'provider_models',
    key: ['organisation', 'model', 'id'],
    condition: 'expires_at <= ?',
    binding: seconds,
  },
  {
    // Longer than any window in which guesses are counted.
    table: 'guesses',
    key: ['account_id', 'factor'],
    condition: 'since_ms < ?',
    binding: (nowMs) => nowMs - dayMs,
  },
  {
    table: 'address_messages',
    key: ['organisation', 'address_hash'],
    condition: 'since_ms < ?',
    binding: (nowMs) => nowMs - dayMs,
  },
  {
    table: 'tries',
    key: ['organisation', 'tried', 'who_hash'],
    condition: 'since_ms < ?',
    binding: (nowMs) => nowMs - dayMs,
  },
  {
    table: 'devices',
    key: ['organisation', 'account_id', 'application', 'secret_hash'],
    condition: 'expires_ms <= ?',
    binding: (nowMs) => nowMs,
  },
  {
    table: 'preferences',
    key: ['organisation', 'account_id', 'name'],
    condition: 'until_ms <= ?',
    binding: (nowMs) => nowMs,
  },
  {
    table: 'directory_locks',
    key: ['organisation', 'directory', 'name_hash'],
    condition: 'until_ms <= ?',
    binding: (nowMs) => nowMs,
  },
  {
    // As long as anything might want to write the same message again.
    table: 'outbox',
    key: ['id'],
    condition: 'done_ms < ?',
    binding: (nowMs) => nowMs - dayMs,
  },
]

/** @returns how many rows of each table are gone; a table of which none is, is not named */
export async function sweep(db: Knex, nowMs: number): Promise<Readonly<Record<string, number>>> {
  const gone: Record<string, number> = {}
  for (const each of tables) {
    for (let batch = 0; batch < sweepLimits.batches; batch++) {
      const count = await sweepBatch(db, each, nowMs)
      if (count > 0) gone[each.table] = (gone[each.table] ?? 0) + count
      if (count < sweepLimits.batch) break
    }
  }
  return gone
}

/**
 * In order of the key: of two nodes that sweep at once neither waits for what the other holds. Asked again of
 * each row as it goes: PostgreSQL may have waited for somebody who has just kept it.
 */
async function sweepBatch(
  db: Knex,
  { table, key, condition, binding }: Swept,
  nowMs: number,
): Promise<number> {
  const columns = key.join(', ')
  const swept = await db.raw(
    `delete from ${table} where (${columns}) in (
       select ${columns} from ${table} where ${condition} order by ${columns} limit ?)
     and ${condition} returning ${key[0]}`,
    [binding(nowMs), sweepLimits.batch, binding(nowMs)],
  )
  return rowsOf(swept).length
}
