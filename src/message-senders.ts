/** What sends the messages of one organisation, for each channel by which people are reached. */
import { messageSender, type PostOffice, type Posts } from './engine/messages.ts'
import type { Sender } from './engine/outbox.ts'
import { writeMessage } from './http/messages.ts'
import { addressOf, type Settings } from './http/settings.ts'
import { channels } from './language/reach.ts'

export function messageSenders(
  settings: Settings,
  posts: Posts,
  office: Omit<PostOffice, 'post' | 'write'>,
): Readonly<Record<string, Sender>> {
  const write: PostOffice['write'] = (code, values, languages) =>
    writeMessage(code, withAddress(settings, values), languages)
  return Object.fromEntries(
    channels.map((channel) => [
      channel,
      messageSender(channel, { ...office, post: posts[channel], write }),
    ]),
  )
}

/** A link that a message has is below our own address. */
function withAddress(settings: Settings, values: Readonly<Record<string, string>>) {
  return 'link' in values
    ? { ...values, link: addressOf(settings, `/login/link/${values.link}`) }
    : values
}
