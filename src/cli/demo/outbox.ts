/** What the demo has sent, in place of a mail server and a gateway: nothing leaves this machine. */
import type { OutgoingMessage, Posts } from '../../engine/messages.ts'
import type { Channel } from '../../language/reach.ts'

export interface SentMessage extends OutgoingMessage {
  readonly channel: Channel
}

/** How many are kept. */
const keptMax = 50

/** @param outbox gets what is sent; the latest last */
export function postsInto(outbox: SentMessage[]): Required<Posts> {
  const into = (channel: Channel) => async (message: OutgoingMessage) => {
    outbox.push({ channel, ...message })
    if (outbox.length > keptMax) outbox.shift()
  }
  return { mail: into('mail'), sms: into('sms') }
}
