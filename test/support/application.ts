/**
 * Somewhere for a real browser to come back to: a driver does not see the address that a redirect leads to.
 *
 *     const address = await startApplication(t)
 *     const world = await startWorld(t, { env: { THRIFT_URL: address } })
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** @returns where it listens, without a slash at its end: a port of loopback that was free */
export async function startApplication(t: Pick<TestContext, 'after'>): Promise<string> {
  const server = createServer((_, response) => response.end('back'))
  await new Promise<void>((done, failed) => {
    server.once('error', failed).listen(0, 'localhost', done)
  })
  t.after(() => server.close())
  return `http://localhost:${(server.address() as AddressInfo).port}`
}
