/** Messages that wait to be sent. What stands in one is sealed; whom it goes to is read when it is sent. */
import type { Knex } from 'knex'
import type { SealedMessage, WaitingMessage } from '../engine/messages.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Write } from '../language/write.ts'
import { enqueue } from './outbox.ts'

export async function enqueueMessage(
  db: Knex,
  organisation: string,
  seal: Sealer,
  {
    channel,
    account,
    to,
    idempotencyKey,
    text,
    values,
    languages,
    untilMs,
  }: Write & {
    write: 'send-message'
  },
): Promise<void> {
  const sealed = seal.seal(JSON.stringify({ values, to } satisfies SealedMessage), idempotencyKey)
  const waiting: WaitingMessage = { account, text, sealed, languages, untilMs }
  await enqueue(db, organisation, [
    { kind: channel, idempotencyKey, payload: JSON.stringify(waiting) },
  ])
}
