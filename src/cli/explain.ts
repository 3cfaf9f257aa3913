/**
 * `sallyport explain LOGIN`: what happened in a login and why, from the events that were stored. It needs the
 * database and no key: what is sealed is not read.
 */
import { parseArgs } from 'node:util'
import { readDatabase } from '../config.ts'
import { findHistory, type LoginHistory } from '../store/login-events.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { eventLines } from './event-lines.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { namedOrganisation } from './organisations.ts'

const options = {
  database: { type: 'string' },
  flows: { type: 'string' },
  organisation: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [id] = positionals
  if (id === undefined) throw new UsageProblem('name the login: its id begins with lg_')
  const organisation = await namedOrganisation(values, io)
  const db = openDatabase({ url: readDatabase(values, io.env) })
  try {
    await migrate(db)
    const history = await findHistory(db, organisation, id)
    if (!history) throw new UsageProblem(`there is no login ${id}, or it is kept no longer`)
    if (values.json) io.out(JSON.stringify(history, undefined, 2))
    else print(history, io)
  } finally {
    await db.destroy()
  }
  return 0
}

function print({ id, application, flow, createdMs, events, ...login }: LoginHistory, io: Io): void {
  const began = new Date(createdMs).toISOString()
  io.out(`${id}: application ${application}, flow ${flow}, begun ${began}`)
  for (const line of eventLines(events, createdMs)) io.out(line)
  io.out(`=>  ${standing(login)}`)
}

const standings: Readonly<Record<string, string>> = {
  running: 'it waits at',
  ended: 'it has ended, and the application has not been told yet, at',
  answered: 'it is over, and the application has been told, at',
}

function standing({ status, state }: Pick<LoginHistory, 'status' | 'state'>): string {
  return `${standings[status] ?? status} ${state}`
}
