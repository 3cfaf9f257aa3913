/** What a browser has presented with its request besides what was typed. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Presented } from '../language/declaration.ts'
import { readAddress } from '../language/network.ts'
import type { Settings } from './settings.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}

export function presentedWith(request: Received, settings: Settings): Presented {
  const certificate = certificateOf(request, settings)
  const ticket = ticketOf(request.headers.authorization)
  return { ...(certificate && { certificate }), ...(ticket && { ticket }) }
}

/**
 * A `Client-Cert` field is one byte sequence (RFC 9440, 2.2; RFC 8941, 3.3.5). It is believed from a proxy of ours at
 * the other end of the connection, and from nobody else; more than one of them is none.
 */
function certificateOf(
  { headers, socket }: Received,
  { clientCertificates, trustedProxies = [] }: Settings,
): string | undefined {
  const peer = readAddress(socket.remoteAddress ?? '')
  const isTrusted = peer !== undefined && trustedProxies.some((network) => network.has(peer))
  if (!clientCertificates || !isTrusted) return undefined
  return /^:([A-Za-z0-9+/]+={0,2}):$/.exec(String(headers['client-cert'] ?? ''))?.[1]
}

/** RFC 4559, section 4. */
function ticketOf(authorization = ''): string | undefined {
  return /^Negotiate +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
}
