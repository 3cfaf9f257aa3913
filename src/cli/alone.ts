/** The server in the one process that was started. */
import { createServer } from 'node:http'
import type { Config } from '../config.ts'
import type { Io } from './io.ts'
import { listen, stopped } from './listen.ts'
import { readOrganisations } from './organisations.ts'
import { openServer, type ServerOptions, tellServed } from './server.ts'

/** @returns the exit status */
export async function serveAlone(config: Config, options: ServerOptions, io: Io): Promise<number> {
  const read = await readOrganisations(config.flows, io.cwd)
  const server = await openServer(config, read, options, io)
  const watched = createServer(server.metrics.listener)
  try {
    if (config.metrics) await listen(watched, config.metrics.port, config.metrics.host)
    const port = await server.listen()
    tellServed(server, port, io)
    server.keepUp()
    await stopped(io.stop)
  } finally {
    await server.close()
    watched.close()
  }
  return 0
}
