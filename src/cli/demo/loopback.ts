/**
 * A server of the demo world: on this machine only, on a port that may be chosen by the system.
 */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Running {
  /** Without a slash at the end, e.g. `http://localhost:3002`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Listens on loopback, then asks for what is to be served: only then is the address known.
 *
 * @param port 0 lets the system choose
 * @param serve makes the handler for the address that was got
 * @throws what `listen` reports, e.g. `EADDRINUSE`
 */
export async function listenOnLoopback(
  port: number,
  serve: (url: string) => RequestListener | Promise<RequestListener>,
): Promise<Running> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1' }, resolve)
  })
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  try {
    server.on('request', await serve(url))
  } catch (error) {
    await close()
    throw error
  }
  return { url, close }
}

/**
 * A prefix for cookie names: browsers do not keep the cookies of two ports apart (RFC 6265, 8.5).
 *
 * @param name of the server, e.g. `google`
 */
export function cookiePrefix(name: string, url: string): string {
  return `${name}-${new URL(url).port}`
}
