/** `sallyport serve`: the server, until it is told to stop. */
import { parseArgs } from 'node:util'
import { openApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { Conformance } from '../conformance.ts'
import { smtpPost } from '../http/mail.ts'
import { listStepTypes, stepTypes } from '../steps/index.ts'
import { keepUp } from './background.ts'
import { holdFlows } from './gate.ts'
import type { Command, Io } from './io.ts'
import { listen, stopped } from './listen.ts'
import { loadOrganisations } from './load.ts'

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
  const loaded = await loadOrganisations(config.flows, io.cwd, stepTypes, io.env)
  const report = reportTo(io)
  const conformance = new Conformance({
    steps: stepTypes.map(({ declaration }) => declaration),
    flows: (name) => app.tenants.get(name)!.organisation().flows,
    tell: ({ flow, text }, id) => report(new NoSuchMove(`flow ${flow}: ${text}`), id),
  })
  const app = await openApp({
    ...config,
    ...loaded,
    steps: listStepTypes({ issuer: config.issuer }),
    now: Date.now,
    post: config.smtp && smtpPost(config.smtp.url, config.smtp.from),
    report,
    ...(values.monitor ? { moved: conformance.moved.bind(conformance) } : {}),
  })
  let background: ReturnType<typeof keepUp> | undefined
  try {
    holdFlows(app.tenants, stepTypes, { unchecked: values.unchecked === true, err: io.err })
    const port = await listen(app.server, config.port)
    for (const { issuer } of app.tenants.values()) {
      io.out(`Sallyport serves ${issuer.href} on port ${port}`)
    }
    background = keepUp(app, report)
    await stopped(io.stop)
  } finally {
    await background?.close()
    await app.close()
  }
  return 0
}

/** The server has done what the checker's model cannot: one of the two is wrong. */
class NoSuchMove extends Error {
  override readonly name = 'NoSuchMove'
}

/** One line an event. An error's message is the operator's; nothing typed or secret is in it. */
export function reportTo(io: Pick<Io, 'err'>): (error: unknown, id: string | undefined) => void {
  return (error, id) => {
    const known = error instanceof Error ? error : new Error(String(error))
    const code = (known as { code?: unknown }).code
    const isRefusal = typeof code === 'string' && 'status' in known
    io.err(
      JSON.stringify({
        level: isRefusal ? 'info' : 'error',
        id,
        name: known.name,
        code,
        message: known.message,
        ...(isRefusal ? {} : { stack: known.stack }),
      }),
    )
  }
}
