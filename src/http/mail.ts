/** Mail: what it says, and how it leaves. */
import { createTransport } from 'nodemailer'
import type { Mail, Post } from '../engine/mail.ts'
import type { Secret } from '../kit/secret.ts'
import { pickLanguage, say } from './browser/texts.ts'

/** How long a server of mail may take to answer. */
const timeoutMs = 10_000
const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** A text's subject and body stand under `<code>.subject` and `<code>.body`. */
export function writeMail(
  code: string,
  values: Readonly<Record<string, string>>,
): Pick<Mail, 'subject' | 'body'> {
  const language = pickLanguage([])
  return {
    subject: say(language, `${code}.subject`, values),
    body: say(language, `${code}.body`, values),
  }
}

/**
 * Hands mail to a server by SMTP (RFC 5321). Whoever gets one twice can tell by its `Message-ID`.
 *
 * Nothing leaves this machine in the open, codes and passwords least of all: where `smtp:` leads elsewhere,
 * a server without STARTTLS gets no mail (RFC 8314, section 3).
 *
 * @param url `smtps://user:password@host`, or `smtp:`
 * @param from the address that it comes from
 */
export function smtpPost(url: Secret<string>, from: string): Post {
  const transport = createTransport({
    url: url.reveal(),
    requireTLS: !loopbackNames.includes(new URL(url.reveal()).hostname),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  })
  const host = from.slice(from.lastIndexOf('@') + 1).replace(/[^\w.-]/g, '')
  return async ({ id, to, subject, body }) => {
    await transport.sendMail({
      from,
      to: { name: '', address: to },
      subject,
      text: body,
      messageId: `<${id}@${host}>`,
      // RFC 3834: no machine answers it.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }
}
