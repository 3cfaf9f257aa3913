/** `sallyport serve`: the server, until it is told to stop. */
import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import type { Command } from './io.ts'
import { holdProduction } from './production.ts'

export const serveFlags = {
  issuer: { type: 'string' },
  port: { type: 'string' },
  database: { type: 'string' },
  flows: { type: 'string' },
  unchecked: { type: 'boolean' },
  monitor: { type: 'boolean' },
} as const

const flags = { ...serveFlags, workers: { type: 'string' } } as const

export const run: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: flags })
  const config = readConfig(io.env, values)
  holdProduction(config, io.cwd)
  const options = { unchecked: values.unchecked === true, monitor: values.monitor === true }
  // The process that only keeps others is small: it loads nothing of a server.
  if (config.workers === 1) return (await import('./alone.ts')).serveAlone(config, options, io)
  return (await import('./workers.ts')).serveByWorkers(config, options, args, io)
}
