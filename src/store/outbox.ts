/** Messages that wait to be sent. Taking one is a comparison with its time: of two nodes one sends it. */
import type { Knex } from 'knex'
import type { Message, NewMessage, Outbox } from '../engine/outbox.ts'
import { randomId } from '../kit/random.ts'
import { number, type Row, rowsOf, text } from './rows.ts'

export function openOutbox(db: Knex, organisation: string): Outbox {
  const mine = (message: Message) =>
    // Whoever was too slow has lost it: the number of attempts has grown.
    db('outbox').where({ organisation, id: message.id, attempts: message.attempts })

  return {
    async take(max, nowMs, untilMs) {
      const taken = await db.raw(
        `update outbox set due_ms = ?, attempts = attempts + 1
         where organisation = ? and status = 'waiting' and due_ms <= ? and id in (
           select id from outbox
           where organisation = ? and status = 'waiting' and due_ms <= ? order by due_ms, id limit ?)
         returning *`,
        [untilMs, organisation, nowMs, organisation, nowMs, max],
      )
      return rowsOf<Row>(taken).map(messageOf)
    },

    async close(message, status, nowMs) {
      // What it said is of no more use, and may be a secret.
      await mine(message).update({ status, done_ms: nowMs, payload: '' })
    },

    async retry(message, dueMs) {
      await mine(message).where({ status: 'waiting' }).update({ due_ms: dueMs })
    },
  }
}

/** Through the transaction that the messages belong to. One that is there already is not written again. */
export async function enqueue(
  db: Knex,
  organisation: string,
  messages: readonly NewMessage[],
): Promise<void> {
  if (messages.length === 0) return
  const rows = messages.map(({ kind, idempotencyKey, payload }) => ({
    id: randomId('out'),
    organisation,
    kind,
    idempotency_key: idempotencyKey,
    payload,
    status: 'waiting',
    attempts: 0,
    due_ms: 0,
  }))
  await db('outbox').insert(rows).onConflict(['organisation', 'idempotency_key']).ignore()
}

function messageOf(row: Row): Message {
  return {
    id: text(row, 'id'),
    kind: text(row, 'kind'),
    idempotencyKey: text(row, 'idempotency_key'),
    payload: text(row, 'payload'),
    attempts: number(row, 'attempts'),
  }
}
