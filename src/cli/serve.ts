/** `sallyport serve`: the server, until it is told to stop. */
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { openApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { Conformance } from '../conformance.ts'
import { listStepTypes, stepTypes } from '../steps/index.ts'
import { keepUp } from './background.ts'
import { holdFlows, holdSenders } from './gate.ts'
import type { Command } from './io.ts'
import { listen, stopped } from './listen.ts'
import { loadOrganisations } from './load.ts'
import { openLog } from './log.ts'
import { openMetrics } from './metrics.ts'
import { holdProduction } from './production.ts'
import { openSenders } from './senders/senders.ts'

export const serveFlags = {
  issuer: { type: 'string' },
  port: { type: 'string' },
  database: { type: 'string' },
  flows: { type: 'string' },
  unchecked: { type: 'boolean' },
  monitor: { type: 'boolean' },
} as const

export const run: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: serveFlags })
  const config = readConfig(io.env, values)
  holdProduction(config, io.cwd)
  const loaded = await loadOrganisations(config.flows, io.cwd, stepTypes, io.env)
  holdSenders(loaded, stepTypes)
  const log = openLog(io, config.log, Date.now)
  const metrics = openMetrics(() => app.load(), Date.now)
  const conformance = new Conformance({
    steps: stepTypes.map(({ declaration }) => declaration),
    flows: (name) => app.tenants.get(name)!.organisation().flows,
    tell: ({ flow, text }, id) => log.failed(new NoSuchMove(`flow ${flow}: ${text}`), id),
  })
  const app = await openApp({
    ...config,
    ...loaded,
    steps: listStepTypes({ issuer: config.issuer }).map(metrics.timed),
    now: Date.now,
    posts: openSenders,
    report: log.failed,
    moved(login, events, flow) {
      log.moved(login, events)
      metrics.moved(login, events)
      if (values.monitor) conformance.moved(login, events, flow)
    },
  })
  app.server.on('request', metrics.request)
  const watched = createServer(metrics.listener)
  let background: ReturnType<typeof keepUp> | undefined
  try {
    await holdFlows(app.tenants, stepTypes, { unchecked: values.unchecked === true, err: io.err })
    if (config.metrics) await listen(watched, config.metrics.port, config.metrics.host)
    const port = await listen(app.server, config.port)
    for (const { issuer } of app.tenants.values()) {
      io.out(`Sallyport serves ${issuer.href} on port ${port}`)
    }
    background = keepUp(app, log.failed)
    await stopped(io.stop)
  } finally {
    await background?.close()
    await app.close()
    watched.close()
  }
  return 0
}

/** The server has done what the checker's model cannot: one of the two is wrong. */
class NoSuchMove extends Error {
  override readonly name = 'NoSuchMove'
}
