/** Requests to an upstream: one deadline for all of them, a cap on what they bring, no address but its own. */
import { calling } from '../../kit/trace.ts'
import { Distrust, failureOf, UpstreamFailure } from './failure.ts'

export type Fetch = (url: string, init: FetchInit) => Promise<Response>

interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: BodyInit | null | undefined
  readonly signal?: AbortSignal | null | undefined
}
type BodyInit = NonNullable<ConstructorParameters<typeof Response>[0]>

/** Decompressed: a small answer that swells is cut off as well. */
const bodyMaxBytes = 1024 * 1024

/** @throws {UpstreamFailure} and nothing else */
export async function askingWithin<T>(
  timeoutMs: number,
  allowInsecure: boolean,
  connection: string,
  ask: (fetch: Fetch) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs)
  const bounded: Fetch = async (url, init) => {
    if (!isAllowedUrl(url, allowInsecure)) throw new Distrust('it sends us to a plain http address')
    const { method } = init
    const about = { 'http.request.method': method, 'server.address': new URL(url).host }
    return calling(connection, about, async (tracing, span) => {
      const response = await fetch(url, {
        method,
        headers: { ...init.headers, ...tracing, 'user-agent': 'sallyport' },
        body: init.body ?? null,
        // A code, a secret or a token goes to the address that was configured, and nowhere on from there.
        redirect: 'manual',
        signal,
      })
      span.setAttributes({ 'http.response.status_code': response.status })
      return new Response(await readBody(response, connection), {
        status: response.status,
        headers: response.headers,
      })
    })
  }
  try {
    return await ask(bounded)
  } catch (thrown) {
    throw failureOf(thrown, connection, signal.aborted)
  }
}

/** Plain http only on loopback, and only where a demonstration or a test has asked for it. */
export function isAllowedUrl(url: string, allowInsecure: boolean): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return true
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return protocol === 'http:' && loopback && allowInsecure
}

async function readBody(response: Response, connection: string): Promise<Uint8Array | null> {
  if (!response.body) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.byteLength
    if (size > bodyMaxBytes) {
      throw new UpstreamFailure('UPSTREAM_UNREACHABLE', connection, 'its answer is too long')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
