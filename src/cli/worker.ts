/** One of several processes that answer: what it is told by the one that keeps them, and what it says. */
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import type { Config } from '../config.ts'
import type { Io } from './io.ts'
import { stopped } from './listen.ts'
import type { Counted } from './metrics.ts'
import type { OrganisationFiles } from './organisations.ts'
import { openServer, type ServerOptions, tellServed } from './server.ts'

/** What it is told. */
export interface Told {
  /** Once it is awake. */
  readonly begin?: Beginning
  /** To do what one of them does beside answering. */
  readonly keepUp?: true
  /** To say what it has counted. */
  readonly count?: true
}

export interface Beginning {
  readonly number: number
  /** Whether another one has held the files before. */
  readonly isHeld: boolean
  /** When the first of them was started. */
  readonly sinceMs: number
  readonly read: readonly OrganisationFiles[]
}

/** What it says. */
export type Heard = 'awake' | 'ready' | { readonly counted: Counted }

/** @returns the exit status */
export async function serveAsWorker(
  config: Config,
  options: ServerOptions,
  io: Io,
): Promise<number> {
  const keeper = cluster.worker!
  try {
    const { read, ...worker } = await beginning(keeper)
    const server = await openServer(config, read, { ...options, worker }, io)
    try {
      const port = await server.listen()
      if (!worker.isHeld) tellServed(server, port, io)
      keeper.on('message', async (told: Told) => {
        if (told.keepUp) server.keepUp()
        if (told.count) say(keeper, { counted: await server.metrics.counted() })
      })
      say(keeper, 'ready')
      await stopped(io.stop)
    } finally {
      await server.close()
    }
    return 0
  } finally {
    keeper.disconnect()
  }
}

async function beginning(keeper: Worker): Promise<Beginning> {
  const told = once(keeper, 'message')
  say(keeper, 'awake')
  const [{ begin }] = (await told) as [Required<Told>]
  return begin
}

function say(keeper: Worker, heard: Heard): void {
  if (keeper.isConnected()) keeper.send(heard)
}
