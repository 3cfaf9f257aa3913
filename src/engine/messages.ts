/** What is sent to an account's own address, by mail or as a text message, from the outbox. */
import type { Sealer } from '../kit/seal.ts'
import { ownLocales } from '../language/locale.ts'
import type { Person } from '../language/ports.ts'
import { addressFor, type Channel, type PhoneThere, placeOfNumber } from '../language/reach.ts'
import { type Sender, Undeliverable } from './outbox.ts'
import type { People } from './ports.ts'

/** As it waits in the outbox, under its channel's name. */
export interface WaitingMessage {
  /** Absent: it goes to nobody, and waits like any other. */
  readonly account: string | undefined
  readonly text: string
  /** A `SealedMessage`, sealed to the message's idempotency key. */
  readonly sealed: string
  /** Languages of the login that it is sent in (BCP 47), best first. */
  readonly languages: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly untilMs: number
}

/** What of it nobody may read while it waits. */
export interface SealedMessage {
  /** Of the text. */
  readonly values: Readonly<Record<string, string>>
  /** Absent: the account's own verified address, or the number in its directory, as it is then. */
  readonly to?: string | undefined
}

/** As it goes out. */
export interface OutgoingMessage {
  /** The same each time that it is tried. */
  readonly id: string
  /** An e-mail address or a telephone number, as the channel has it. */
  readonly to: string
  /** Of a text message no more than a title for who looks at it here. */
  readonly subject: string
  readonly body: string
}

/** @throws {Undeliverable} it will never arrive; anything else: it is tried again */
export type Post = (message: OutgoingMessage) => Promise<void>

/** By channel. Absent: nothing is sent by that one. */
export type Posts = Readonly<Partial<Record<Channel, Post>>>

export interface PostOffice {
  readonly people: () => People
  readonly seal: Sealer
  /** @throws anything: no certain answer */
  readonly numberAt: (place: PhoneThere) => Promise<string | undefined>
  /** Absent: this server sends nothing by that channel. */
  readonly post: Post | undefined
  /** What a message code says, in the best language there is. */
  readonly write: (
    code: string,
    values: Readonly<Record<string, string>>,
    languages: readonly string[],
  ) => Pick<OutgoingMessage, 'subject' | 'body'>
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** Nothing is sent late, to an address that is not verified, or to an account that is not there any more. */
export function messageSender(channel: Channel, office: PostOffice): Sender {
  const { people, seal, numberAt, post, write, now } = office
  const addressOf = async (person: Person): Promise<string | undefined> => {
    const there = placeOfNumber(channel, person)
    return there ? numberAt(there) : addressFor(channel, person)
  }
  return async ({ id, idempotencyKey, payload }) => {
    const { account, text, sealed, languages, untilMs } = JSON.parse(payload) as WaitingMessage
    if (now() > untilMs) return
    const person = account === undefined ? undefined : await people().findAccount(account)
    const { values, to: named } = JSON.parse(seal.open(sealed, idempotencyKey)) as SealedMessage
    const to = named ?? (person && (await addressOf(person)))
    if (to === undefined) return
    if (!post) throw new Undeliverable(`this server has no sender for what goes by ${channel}`)
    await post({ id, to, ...write(text, values, [...languages, ...ownLocales(person?.claims)]) })
  }
}
