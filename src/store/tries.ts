/** Counts in windows, of what sources and applications try. One statement each, by which all nodes count. */
import type { Knex } from 'knex'
import type { Tried, TryStore } from '../engine/tries.ts'
import { number, type Row, rowsOf } from './rows.ts'

export function openTries(db: Knex, organisation: string): TryStore {
  return {
    async count({ tried, whoHash }: Tried, nowMs: number, sinceMs: number) {
      const counted = await db.raw(
        `insert into tries (organisation, tried, who_hash, count, since_ms)
         values (?, ?, ?, 1, ?)
         on conflict (organisation, tried, who_hash) do update set
           count = case when tries.since_ms < ? then 1 else tries.count + 1 end,
           since_ms = case when tries.since_ms < ? then excluded.since_ms else tries.since_ms end
         returning count, since_ms`,
        [organisation, tried, whoHash, nowMs, sinceMs, sinceMs],
      )
      return windowOf(rowsOf<Row>(counted)[0]!)
    },

    async read({ tried, whoHash }: Tried, sinceMs: number) {
      const found = await db.raw(
        `select count, since_ms from tries
         where organisation = ? and tried = ? and who_hash = ? and since_ms >= ?`,
        [organisation, tried, whoHash, sinceMs],
      )
      const [row] = rowsOf<Row>(found)
      return row && windowOf(row)
    },
  }
}

function windowOf(row: Row) {
  return { count: number(row, 'count'), beganMs: number(row, 'since_ms') }
}
