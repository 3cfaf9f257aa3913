/** Mail to the address of an account, from the outbox. */
import type { Sealer } from '../kit/seal.ts'
import { type Sender, Undeliverable } from './outbox.ts'
import type { People } from './ports.ts'

/** The kind of its messages. */
export const mailKind = 'mail'

/** As it waits in the outbox. */
export interface WaitingMail {
  /** Absent: it goes to nobody, and waits like any other. */
  readonly account: string | undefined
  readonly text: string
  /** The values of the text, sealed to the message's idempotency key. */
  readonly sealed: string
  /** Milliseconds since the Unix epoch. */
  readonly untilMs: number
}

/** As it goes out. */
export interface Mail {
  /** The same each time that it is tried. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly body: string
}

/** @throws anything: it is tried again */
export type Post = (mail: Mail) => Promise<void>

export interface MailOffice {
  readonly people: () => People
  readonly seal: Sealer
  /** Absent: this server sends no mail. */
  readonly post: Post | undefined
  /** What a message code says, as a subject and as a body. */
  readonly write: (
    code: string,
    values: Readonly<Record<string, string>>,
  ) => Pick<Mail, 'subject' | 'body'>
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** Nothing is sent late, to an address that is not verified, or to an account that is not there any more. */
export function mailSender({ people, seal, post, write, now }: MailOffice): Sender {
  return async ({ id, idempotencyKey, payload }) => {
    const { account, text, sealed, untilMs } = JSON.parse(payload) as WaitingMail
    const claims = account === undefined ? undefined : (await people().findAccount(account))?.claims
    if (claims?.email === undefined || claims.emailVerified !== true || now() > untilMs) return
    if (!post) throw new Undeliverable('this server has not been told how to send mail')
    const values = JSON.parse(seal.open(sealed, idempotencyKey)) as Record<string, string>
    await post({ id, to: claims.email, ...write(text, values) })
  }
}
