/** Where a request comes from. */
import type { IncomingHttpHeaders } from 'node:http'
import { type Address, type Network, readAddress } from '../language/network.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** The same, as it is counted: of IPv6 the /64. */
export function clientSource(request: Received, trusted: readonly Network[]): string | undefined {
  return readClient(request, trusted)?.source
}

/**
 * The address at the other end of the connection; or, where that is a trusted proxy's, the last one in
 * `X-Forwarded-For` that is not. What a client has written there itself stands further to the left, and is
 * not looked at.
 *
 * @param trusted networks of the proxies in front of this server; none: the header means nothing
 * @returns `undefined` where a trusted proxy has not said it, or has said what is no address
 */
export function clientAddress(request: Received, trusted: readonly Network[]): string | undefined {
  return readClient(request, trusted)?.toString()
}

function readClient(
  { socket, headers }: Received,
  trusted: readonly Network[],
): Address | undefined {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
  let address = readPeer(socket)
  while (address && isIn(trusted, address)) address = readAddress(forwarded.pop()?.trim() ?? '')
  return address
}

function isIn(networks: readonly Network[], address: Address): boolean {
  return networks.some((network) => network.has(address))
}

/** Of a connection, which asks again and again. */
function readPeer(socket: Received['socket']): Address | undefined {
  const known = peers.get(socket)
  if (known) return known
  const peer = readAddress(socket.remoteAddress ?? '')
  if (peer) peers.set(socket, peer)
  return peer
}

const peers = new WeakMap<Received['socket'], Address>()
