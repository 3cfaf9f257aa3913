/** Text messages, handed to a gateway by HTTP. */
import type { Post } from '../../engine/messages.ts'
import { Undeliverable } from '../../engine/outbox.ts'
import { calling } from '../../kit/trace.ts'
import type { SenderFile } from '../../language/settings.ts'
import { isAllowedUrl } from '../../steps/federated/fetch.ts'
import { postTo, type Resolve } from '../../steps/http/post.ts'

/**
 * Posts `{id, to, from, text}` as JSON, with `Idempotency-Key`: whoever gets one twice can tell. Any 2xx means
 * that it was taken. Plain http is for loopback alone, and no redirect is followed.
 *
 * Its errors hold neither the number nor the text.
 *
 * @param resolve finds the addresses of a name; absent: the system does
 */
export function smsGatewayPost(
  settings: SenderFile & { kind: 'sms-gateway' },
  resolve?: Resolve,
): Post {
  const { url, from, timeoutMs, internal } = settings
  return async ({ id, to, body: text }) => {
    if (!isAllowedUrl(url, true)) throw new Error(`${settings.id}: its address is plain http`)
    const signal = AbortSignal.timeout(timeoutMs)
    const about = { 'server.address': new URL(url).host }
    const response = await calling(settings.id, about, (tracing) =>
      postTo({
        url: new URL(url),
        body: JSON.stringify({ id, to, ...(from !== undefined && { from }), text }),
        headers: { ...tracing, ...secretOf(settings), 'idempotency-key': id },
        internal,
        signal,
        resolve,
      }),
    ).catch((thrown: unknown) => {
      const name = thrown instanceof Error ? thrown.name : 'unknown'
      throw new Error(`${settings.id}: not reached (${signal.aborted ? 'late' : name})`)
    })
    response.destroy()
    judge(settings.id, response.statusCode ?? 0)
  }
}

function secretOf({ header, secret }: SenderFile & { kind: 'sms-gateway' }) {
  const value = secret.value?.reveal()
  if (value === undefined) throw new Error(`${secret.reference} is not set`)
  return header === undefined ? { authorization: `Bearer ${value}` } : { [header]: value }
}

/** What is wrong with this one message stays wrong; a key, a limit or a fault of theirs can be mended. */
function judge(id: string, status: number): void {
  if (status >= 200 && status < 300) return
  const what = `${id}: it answers ${status}`
  if ([400, 404, 410, 413, 422].includes(status)) throw new Undeliverable(what)
  throw new Error(what)
}
