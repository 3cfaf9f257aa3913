/** Servers of one database behind one address: each request goes to the next one. */
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream/promises'
import { listen } from '../../src/cli/listen.ts'

/** Says how many servers a world has; one unless set. */
export const nodesVariable = 'SALLYPORT_TEST_NODES'

export function nodesOfWorld(): number {
  return Number(process.env[nodesVariable] ?? 1)
}

/** @returns what closes the address; the servers are closed by whoever has made them */
export async function serveAt(port: number, servers: readonly Server[]): Promise<() => void> {
  const [only, ...others] = servers
  if (others.length === 0) {
    await listen(only!, port)
    return () => {}
  }
  const ports = await Promise.all(servers.map((server) => listen(server, 0)))
  const { close } = await shareOut(port, ports)
  return close
}

export interface Sharing {
  /** Ends every connection to the address. */
  cut(): void
  close(): void
}

/** @param ports of servers on loopback; those that are in it when a request comes */
export async function shareOut(port: number, ports: readonly number[]): Promise<Sharing> {
  let next = 0
  const proxy = createServer((request, response) => {
    next = (next + 1) % ports.length
    handOn(request, response, ports[next]!).catch(() => response.destroy())
  })
  await listen(proxy, port)
  return {
    cut: () => proxy.closeAllConnections(),
    close() {
      proxy.close()
      proxy.closeAllConnections()
    },
  }
}

async function handOn(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
): Promise<void> {
  const { method, url, headers } = request
  const onward = openRequest({ port, method, path: url, headers, agent: false })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.on('response', resolve).on('error', reject)
  })
  const [answer] = await Promise.all([answered, pipeline(request, onward)])
  response.writeHead(answer.statusCode!, answer.rawHeaders)
  await pipeline(answer, response)
}
