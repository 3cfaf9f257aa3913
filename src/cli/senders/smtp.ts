/** Mail, handed to a server that takes it. */
import { createTransport } from 'nodemailer'
import type { Post } from '../../engine/messages.ts'
import { Undeliverable } from '../../engine/outbox.ts'
import type { Secret } from '../../kit/secret.ts'
import { calling } from '../../kit/trace.ts'

export interface SmtpLimits {
  /** How long the server may be silent. */
  readonly silenceMs: number
  /** For all of one mail; less than the outbox leaves it to whoever took it. */
  readonly wholeMs: number
}

const usualLimits: SmtpLimits = { silenceMs: 10_000, wholeMs: 40_000 }
const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/**
 * Hands mail to a server by SMTP (RFC 5321). Whoever gets one twice can tell by its `Message-ID`.
 *
 * Nothing leaves this machine in the open, codes and passwords least of all: where `smtp:` leads elsewhere,
 * a server without STARTTLS gets no mail (RFC 8314, section 3).
 *
 * @param url `smtps://user:password@host`, or `smtp:`
 * @param from the address that it comes from
 */
export function smtpPost(url: Secret<string>, from: string, limits = usualLimits): Post {
  const transport = createTransport({
    url: url.reveal(),
    requireTLS: !loopbackNames.includes(new URL(url.reveal()).hostname),
    connectionTimeout: limits.silenceMs,
    greetingTimeout: limits.silenceMs,
    socketTimeout: limits.silenceMs,
  })
  const about = { 'server.address': new URL(url.reveal()).hostname }
  const host = from.slice(from.lastIndexOf('@') + 1).replace(/[^\w.-]/g, '')
  return async ({ id, to, subject, body }) => {
    const sent = () =>
      transport.sendMail({
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
    await calling('mail', about, () => within(sent(), limits.wholeMs)).catch((thrown: unknown) => {
      throw failureOf(thrown)
    })
  }
}

async function within(sent: Promise<unknown>, wholeMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), wholeMs)
  })
  try {
    await Promise.race([sent, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * What the server says may repeat the address and what was sent: only codes are taken from it. A recipient
 * that it will never take (RFC 5321, 4.2.1: 5yz) is not tried again; anything else is.
 */
function failureOf(thrown: unknown): Error {
  const { code, responseCode } = thrown as { code?: unknown; responseCode?: unknown }
  const what = `the mail server: ${String(code ?? 'late')} ${String(responseCode ?? '')}`.trim()
  const isForGood = code === 'EENVELOPE' && Number(responseCode) >= 500
  return isForGood ? new Undeliverable(what) : new Error(what)
}
