/** How long administrators wait for a page of what they look through. */

import { sealers } from '../../src/keys.ts'
import { openAdministration } from '../../src/store/administration.ts'
import { openDatabase } from '../../src/store/open.ts'
import { type Row, rowsOf } from '../../src/store/rows.ts'
import { masterKey } from './secrets.ts'
import { median } from './table.ts'

const organisation = 'default'
const times = 40
const limit = 50

/** Of accounts: the facts of copied logins open nowhere. @returns medians in milliseconds, by what is asked for */
export async function timeLists(database: string): Promise<Readonly<Record<string, number>>> {
  const db = openDatabase({ url: database })
  try {
    const at = openAdministration(db, organisation, sealers(masterKey, organisation), [])
    const [row] = rowsOf<Row>(
      await db.raw(
        `select created_ms, id from accounts order by id
           limit 1 offset (select count(*) / 2 from accounts)`,
      ),
    )
    const middle = { ms: Number(row!.created_ms), id: `${row!.id}` }
    return {
      'people, the first page': await timed(() => at.listUsers({ limit })),
      'people, a page in the middle': await timed(() => at.listUsers({ limit, after: middle })),
      'people who wait for approval': await timed(() => at.listUsers({ limit, status: 'pending' })),
      'sessions, the first page': await timed(() => at.listSessions({ limit })),
      'the audit, the first page': await timed(() => at.listAudit({ limit })),
      'what waits, counted': await timed(() => at.countWaiting()),
    }
  } finally {
    await db.destroy()
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  await work()
  const took: number[] = []
  for (let time = 0; time < times; time++) {
    const began = performance.now()
    await work()
    took.push(performance.now() - began)
  }
  return median(took)
}
