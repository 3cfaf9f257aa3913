/** Mail that waits to be sent. What stands in it is sealed; whom it goes to is read when it is sent. */
import type { Knex } from 'knex'
import { mailKind, type WaitingMail } from '../engine/mail.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Write } from '../language/write.ts'
import { enqueue } from './outbox.ts'

export async function enqueueMail(
  db: Knex,
  organisation: string,
  seal: Sealer,
  { account, idempotencyKey, text, values, untilMs }: Write & { write: 'send-mail' },
): Promise<void> {
  const sealed = seal.seal(JSON.stringify(values), idempotencyKey)
  const payload = JSON.stringify({ account, text, sealed, untilMs } satisfies WaitingMail)
  await enqueue(db, organisation, [{ kind: mailKind, idempotencyKey, payload }])
}
