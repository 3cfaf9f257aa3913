/** Wrong passwords in a row, by directory and name: what locks a name there for some time. */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import type { PasswordCount } from '../language/directory.ts'
import { rowsOf } from './rows.ts'

/** @param now milliseconds since the Unix epoch */
export function openDirectoryLocks(
  db: Knex,
  organisation: string,
  now: () => number,
): PasswordCount {
  const keyOf = (directory: string, name: string) => ({
    organisation,
    directory,
    name_hash: createHash('sha256').update(name).digest('hex'),
  })
  return {
    // One statement: of many at once no more than the limit are let through.
    async add(directory, name, limit, lockMs) {
      const nowMs = now()
      const { name_hash: hash } = keyOf(directory, name)
      const written = await db.raw(
        `insert into directory_locks
           (organisation, directory, name_hash, failures, failed_ms, until_ms)
         values (?, ?, ?, 1, ?, ?)
         on conflict (organisation, directory, name_hash) do update set
           failures = case when directory_locks.failures >= ? then 1
             else directory_locks.failures + 1 end,
           failed_ms = excluded.failed_ms,
           until_ms = excluded.until_ms
         where directory_locks.failures < ? or directory_locks.failed_ms <= ?
         returning failures`,
        [
          ...[organisation, directory, hash, nowMs, nowMs + keptMs],
          ...[limit, limit, nowMs - lockMs],
        ],
      )
      return rowsOf(written).length === 1
    },

    async settle(directory, name, isWrong) {
      const key = keyOf(directory, name)
      await db('directory_locks')
        .where(key)
        .where('failures', '>', 0)
        .decrement('failures', isWrong ? 0 : 1)
    },

    async end(directory, name) {
      await db('directory_locks').where(keyOf(directory, name)).delete()
    },
  }
}

/** A row of one who has never come right is worth nothing after that; longer than any lock. */
const keptMs = 30 * 24 * 60 * 60_000
