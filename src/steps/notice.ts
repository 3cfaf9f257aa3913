/** Messages to the owner of an account about what was done there: if it was somebody else, they hear of it. */
import type { Channel } from '../language/reach.ts'
import type { StepCall } from '../language/step.ts'
import type { Write } from '../language/write.ts'

type Call = Pick<StepCall, 'login' | 'nowMs'>

/** A notice that is older is no news. */
const noticeMs = 86_400_000

/** A way to sign in, or to prove that it is them, was added. */
export function noticeOfAdded(call: Call, account: string): Write {
  return notice(
    call,
    { account },
    {
      idempotencyKey: `added ${call.login.id} ${call.nowMs}`,
      text: 'mail.factor-added',
      values: { at: minuteOf(call.nowMs) },
    },
  )
}

/** To the address that an account has, by mail, or to one that is named. */
type Recipient = { readonly account: string } | { readonly channel: Channel; readonly to: string }

/** @param about of two with the same key one is sent */
export function notice(
  { login, nowMs }: Call,
  recipient: Recipient,
  about: Pick<Write & { write: 'send-message' }, 'idempotencyKey' | 'text' | 'values'>,
): Write {
  return {
    write: 'send-message',
    channel: 'mail',
    account: undefined,
    ...recipient,
    ...about,
    languages: login.languages,
    untilMs: nowMs + noticeMs,
    otherwise: 'skip',
  }
}

/** As everybody reads it, wherever they are: `2026-03-02 10:00 UTC`. */
export function minuteOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
