/**
 * Takes away what time has made worthless, some rows at a time: no request waits for it for long. What is
 * expired counts for nothing also before it is swept; here it only stops taking up room.
 *
 * Accounts and what hangs on them stay, but those that were to stay only if their login succeeded; so do
 * definitions, which change with the files and not with the number of people. Events of logins and the audit are
 * stories: they stay as long as the operator says.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import { chainedOrganisations, openAuditChain } from './audit-chain.ts'
import { rowsOf } from './rows.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How many rows one statement takes, and one sweep of one table at most. */
export const sweepLimits = { batch: 500, batches: 20 } as const
/** Between two of them others have the database: SQLite has one writer. */
const pauseMs = 20

/** How long stories are kept, in days; `Infinity`: for ever. */
export interface Retention {
  readonly events: number
  readonly audit: number
}

export const defaultRetention: Retention = { events: 90, audit: Number.POSITIVE_INFINITY }

/** @param gone as `sweep` has said: whether it has stopped before it was through */
export function isMoreToSweep(gone: Readonly<Record<string, number>>): boolean {
  return Object.values(gone).some((count) => count >= sweepLimits.batch * sweepLimits.batches)
}

interface Swept {
  readonly table: string
  readonly key: readonly string[]
  /** When it is over, and how that is compared; there is an index of it. */
  readonly over: readonly [column: string, is: '<' | '<=']
  /** @returns `undefined` where nothing is ever taken */
  readonly binding: (nowMs: number, retention: Retention) => number | undefined
}

const seconds = (nowMs: number) => Math.floor(nowMs / 1000)

/** One line a table. */
const tables: readonly Swept[] = [
  {
    // Made by a login that has not come to success: a submission under way at the deadline still may.
    table: 'accounts',
    key: ['id'],
    over: ['provisional_until_ms', '<'],
    binding: (nowMs) => nowMs - minuteMs,
  },
  {
    // Kept for an hour and more: an expired login is still answered to its application.
    table: 'logins',
    key: ['id'],
    over: ['deadline_ms', '<'],
    binding: (nowMs) => nowMs - 2 * hourMs,
  },
  { table: 'sessions', key: ['uid'], over: ['expires_at', '<='], binding: seconds },
  {
    table: 'provider_models',
    key: ['organisation', 'model', 'id'],
    over: ['expires_at', '<='],
    binding: seconds,
  },
  {
    // Longer than any window in which guesses are counted.
    table: 'guesses',
    key: ['account_id', 'factor'],
    over: ['since_ms', '<'],
    binding: (nowMs) => nowMs - dayMs,
  },
  {
    table: 'address_messages',
    key: ['organisation', 'address_hash'],
    over: ['since_ms', '<'],
    binding: (nowMs) => nowMs - dayMs,
  },
  {
    table: 'tries',
    key: ['organisation', 'tried', 'who_hash'],
    over: ['since_ms', '<'],
    binding: (nowMs) => nowMs - dayMs,
  },
  {
    table: 'devices',
    key: ['organisation', 'account_id', 'application', 'secret_hash'],
    over: ['expires_ms', '<='],
    binding: (nowMs) => nowMs,
  },
  {
    table: 'preferences',
    key: ['organisation', 'account_id', 'name'],
    over: ['until_ms', '<='],
    binding: (nowMs) => nowMs,
  },
  {
    table: 'directory_locks',
    key: ['organisation', 'directory', 'name_hash'],
    over: ['until_ms', '<='],
    binding: (nowMs) => nowMs,
  },
  {
    // As long as anything might want to write the same message again.
    table: 'outbox',
    key: ['id'],
    over: ['done_ms', '<'],
    binding: (nowMs) => nowMs - dayMs,
  },
  {
    table: 'login_events',
    key: ['login_id', 'seq'],
    over: ['at_ms', '<'],
    binding: (nowMs, { events }) => before(nowMs, events),
  },
]

/**
 * @param auditKeyOf by which an organisation's audit is sealed; asked only where the audit is not kept for ever
 * @returns how many rows of each table are gone; a table of which none is, is not named
 */
export async function sweep(
  db: Knex,
  nowMs: number,
  retention: Retention,
  auditKeyOf: (organisation: string) => Uint8Array,
): Promise<Readonly<Record<string, number>>> {
  const gone: Record<string, number> = {}
  const take = async (table: string, takeBatch: () => Promise<number>) => {
    for (let batch = 0; batch < sweepLimits.batches; batch++) {
      const count = await takeBatch()
      if (count > 0) gone[table] = (gone[table] ?? 0) + count
      if (count < sweepLimits.batch) break
      await pause(pauseMs)
    }
  }
  for (const each of tables) {
    const binding = each.binding(nowMs, retention)
    if (binding !== undefined) await take(each.table, () => sweepBatch(db, each, binding))
  }
  const beforeMs = before(nowMs, retention.audit)
  if (beforeMs === undefined) return gone
  for (const organisation of await chainedOrganisations(db)) {
    const chain = openAuditChain(db, organisation, auditKeyOf(organisation))
    await take('audit_records', () => chain.forget(beforeMs, sweepLimits.batch))
  }
  return gone
}

function before(nowMs: number, days: number): number | undefined {
  return days === Number.POSITIVE_INFINITY ? undefined : nowMs - days * dayMs
}

/**
 * The oldest first, and then in order of the key: of two nodes that sweep at once neither waits for what the other
 * holds, and however many wait to be taken, none is looked at but those that go. Asked again of each row as it goes:
 * PostgreSQL may have waited for somebody who has just kept it. By a sum, of which there is no index: by the index,
 * where it took few for over, it asked the inner question again for each row that was.
 */
async function sweepBatch(
  db: Knex,
  { table, key, over: [column, is] }: Swept,
  binding: number,
): Promise<number> {
  const columns = key.join(', ')
  const swept = await db.raw(
    `delete from ${table} where (${columns}) in (
       select ${columns} from ${table} where ${column} ${is} ? order by ${column}, ${columns} limit ?)
     and +${column} ${is} ? returning ${key[0]}`,
    [binding, sweepLimits.batch, binding],
  )
  return rowsOf(swept).length
}
