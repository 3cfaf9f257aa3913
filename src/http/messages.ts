/** What a message says. */
import type { OutgoingMessage } from '../engine/messages.ts'
import { pickLanguage, say } from './browser/texts.ts'

/**
 * A text's subject and body stand under `<code>.subject` and `<code>.body`.
 *
 * @param languages BCP 47, best first
 */
export function writeMessage(
  code: string,
  values: Readonly<Record<string, string>>,
  languages: readonly string[],
): Pick<OutgoingMessage, 'subject' | 'body'> {
  const language = pickLanguage(languages)
  return {
    subject: say(language, `${code}.subject`, values),
    body: say(language, `${code}.body`, values),
  }
}
