/** Flows of which everything has held, so that they need not be checked again at each start. */
import { createHmac } from 'node:crypto'
import type { Knex } from 'knex'
import { rowsOf } from './rows.ts'

/** How long one is kept after others have come. */
const keptMs = 90 * 24 * 3_600_000

export interface Verdicts {
  /** @param checked all that the verdicts hang on, as a digest */
  haveHeld(checked: string): Promise<boolean>
  keep(checked: string, nowMs: number): Promise<void>
}

/** @param key nobody who can only write to the database can make a row that is believed */
export function openVerdicts(db: Knex, organisation: string, key: Uint8Array): Verdicts {
  const sealOf = (checked: string) => createHmac('sha256', key).update(checked).digest('base64url')
  return {
    async haveHeld(checked) {
      const answer = await db.raw('select seal from verdicts where organisation = ? and seal = ?', [
        organisation,
        sealOf(checked),
      ])
      return rowsOf(answer).length === 1
    },

    async keep(checked, nowMs) {
      await db('verdicts')
        .insert({ organisation, seal: sealOf(checked), checked_ms: nowMs })
        .onConflict(['organisation', 'seal'])
        .merge(['checked_ms'])
      await db('verdicts')
        .where({ organisation })
        .andWhere('checked_ms', '<', nowMs - keptMs)
        .delete()
    },
  }
}
