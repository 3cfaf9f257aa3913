/** The one way in which a session ends before its time: its row goes, and its applications are told. */
import type { Knex } from 'knex'
import type { Payload } from '../engine/provider-store.ts'
import { logoutMessages } from '../engine/session-end.ts'
import { enqueue } from './outbox.ts'
import { rowsOf } from './rows.ts'

/**
 * Through the transaction of whatever ends them.
 *
 * @param condition SQL: which of the organisation's sessions
 * @returns how many there were
 */
export async function endSessions(
  db: Knex,
  organisation: string,
  condition: string,
  bindings: readonly (string | number)[],
): Promise<number> {
  const ended = await db.raw(
    `delete from sessions where organisation = ? and ${condition} returning payload`,
    [organisation, ...bindings],
  )
  const payloads = rowsOf<{ payload: string }>(ended).map(({ payload }) => JSON.parse(payload))
  await enqueue(
    db,
    organisation,
    payloads.flatMap((payload: Payload) => logoutMessages(payload)),
  )
  return payloads.length
}
