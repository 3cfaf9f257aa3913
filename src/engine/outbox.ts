/**
 * What is sent after a commit: a message is written in the transaction that it belongs to, and delivered
 * from there, once or more often. Whoever gets it twice can tell by its id.
 */

/** What is written with a transaction. */
export interface NewMessage {
  /** Who sends it: `backchannel-logout`, ... */
  readonly kind: string
  /** Of two messages with the same key one is sent. At most 256 characters. */
  readonly idempotencyKey: string
  /** As its sender reads it. Whoever puts a secret in here seals it first. */
  readonly payload: string
}

export interface Message extends NewMessage {
  /** The same at every attempt. */
  readonly id: string
  /** This one included. */
  readonly attempts: number
}

export interface Outbox {
  /**
   * Takes messages that are due. Until `untilMs` nobody else does; after it they are due again, for whoever
   * took them may have died.
   */
  take(max: number, nowMs: number, untilMs: number): Promise<readonly Message[]>
  /** It has arrived, or (`failed`) will never. */
  close(message: Message, status: 'sent' | 'failed', nowMs: number): Promise<void>
  /** It is to be tried again, not before `dueMs`. */
  retry(message: Message, dueMs: number): Promise<void>
}

/** @throws anything: it is tried again; `Undeliverable`: it is not */
export type Sender = (message: Message) => Promise<void>

/** Whoever was told does not want it, and will not want it later either. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable'
}

export interface Delivery {
  readonly outbox: Outbox
  /** By the kind of message. */
  readonly senders: Readonly<Record<string, Sender>>
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Told of every attempt that failed, with the message's id. */
  readonly report: (error: unknown, id: string) => void
}

/** How many are under way at once, and how often and how long one is tried: about five hours. */
export const deliveryLimits = {
  atOnce: 20,
  leaseMs: 60_000,
  attemptsMax: 12,
  firstPauseMs: 5_000,
  longestPauseMs: 3_600_000,
} as const

/** Sends what is due, once each. @returns how many were tried */
export async function deliver(delivery: Delivery): Promise<number> {
  const { outbox, now } = delivery
  const nowMs = now()
  const messages = await outbox.take(deliveryLimits.atOnce, nowMs, nowMs + deliveryLimits.leaseMs)
  await Promise.all(messages.map((message) => attempt(delivery, message)))
  return messages.length
}

async function attempt({ outbox, senders, now, report }: Delivery, message: Message) {
  try {
    const send = senders[message.kind]
    if (!send) throw new Undeliverable(`nobody sends messages of the kind ${message.kind}`)
    await send(message)
  } catch (thrown) {
    report(thrown, message.id)
    const isOver = thrown instanceof Undeliverable || message.attempts >= deliveryLimits.attemptsMax
    if (isOver) return outbox.close(message, 'failed', now())
    return outbox.retry(message, now() + pauseMs(message.attempts))
  }
  return outbox.close(message, 'sent', now())
}

/** Twice as long each time. */
function pauseMs(attempts: number): number {
  const { firstPauseMs, longestPauseMs } = deliveryLimits
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1))
}
