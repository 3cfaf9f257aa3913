/** The one way in which a session ends before its time: its row goes, and its applications are told. */
import type { Knex } from 'knex'
import type { Payload } from '../engine/provider-store.ts'
import { logoutMessages } from '../engine/session-end.ts'
import { enqueue } from './outbox.ts'

/**
 * Through the transaction of whatever ends them.
 *
 * @param which adds to the query which of the organisation's sessions
 * @returns how many there were
 */
export async function endSessions(
  db: Knex,
  organisation: string,
  which: (sessions: Knex.QueryBuilder) => void,
): Promise<number> {
  const query = db('sessions').where({ organisation })
  which(query)
  const ended: { payload: string }[] = await query.delete().returning('payload')
  const messages = ended.flatMap(({ payload }) => logoutMessages(JSON.parse(payload) as Payload))
  await enqueue(db, organisation, messages)
  return ended.length
}
