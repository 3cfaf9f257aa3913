/** Services that answer what a script tells them to: one server stands in for all that `http` may ask. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Secret } from '../../kit/secret.ts'
import type { ServiceFile } from '../../language/settings.ts'

/** @returns what this service answers */
export type Script = (service: ServiceFile) => {
  readonly result?: string
  readonly score?: number
}

export interface Services {
  /** The same service, at this server. */
  at(service: ServiceFile): ServiceFile
  /** From now on. Before anything is told: the first of its results, and no risk. */
  follow(script: Script): void
  close(): Promise<void>
}

export async function startServices(): Promise<Services> {
  const known = new Map<string, ServiceFile>()
  let script: Script = ({ results: [result] }) => ({ ...(result ? { result } : {}), score: 0 })
  const server = createServer((request, response) => {
    const service = known.get((request.url ?? '').slice(1))
    response.writeHead(service ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(service ? script(service) : {}))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    at(service) {
      known.set(service.id, service)
      const { secret } = service
      const url = `http://127.0.0.1:${port}/${service.id}`
      const value = new Secret('told-to-nobody-else')
      return {
        ...service,
        url,
        internal: true,
        ...(secret ? { secret: { ...secret, value } } : {}),
      }
    },
    follow(next) {
      script = next
    },
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
