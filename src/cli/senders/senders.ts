/** What `senders.yaml` says, as something that sends. */
import type { Post, Posts } from '../../engine/messages.ts'
import { channelOf, type SenderFile } from '../../language/settings.ts'
import { smsGatewayPost } from './sms-gateway.ts'
import { smtpPost } from './smtp.ts'

export function openSenders(senders: readonly SenderFile[]): Posts {
  return Object.fromEntries(senders.map((sender) => [channelOf(sender), open(sender)]))
}

function open(sender: SenderFile): Post {
  if (sender.kind === 'sms-gateway') return smsGatewayPost(sender)
  const { url, from } = sender
  if (!url.value) throw new Error(`${url.reference} is not set`)
  return smtpPost(url.value, from)
}
