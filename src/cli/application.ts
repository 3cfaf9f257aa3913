/**
 * `sallyport application list | enable | disable NAME`: whether anybody may sign in to an application.
 *
 * The database keeps it, over what the files say, and servers that run follow within a second. Switched off, an
 * application is refused wherever it asks, and so is whoever is on the way to it; and it loses the codes, grants
 * and tokens that it has. People's sessions stay, they may be in other applications.
 */
import { parseArgs } from 'node:util'
import { readDatabase } from '../config.ts'
import type { ApplicationFile, Organisation } from '../language/settings.ts'
import { stepTypes } from '../steps/index.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { type OverlayStore, openOverlays } from '../store/overlays.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { readFlows } from './load.ts'
import { folderOf, namedOrganisation } from './organisations.ts'
import { table } from './table.ts'

const options = {
  database: { type: 'string' },
  flows: { type: 'string' },
  organisation: { type: 'string' },
  json: { type: 'boolean' },
} as const

const usage = 'call it as: application list, enable NAME, disable NAME'

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const name = await namedOrganisation(values, io)
  const folder = folderOf(name, values.flows ?? io.env.SALLYPORT_FLOWS ?? 'flows')
  const organisation = await readFlows(folder, io.cwd, stepTypes, io.env)
  const [verb = 'list', asked] = positionals
  if (!['list', 'enable', 'disable'].includes(verb)) throw new UsageProblem(usage)
  const db = openDatabase({ url: readDatabase(values, io.env) })
  try {
    await migrate(db)
    const overlays = openOverlays(db, name)
    if (verb === 'list') return await list(organisation, overlays, io, values.json === true)
    const { id } = named(organisation, asked)
    await overlays.switchApplication(id, verb === 'enable', Date.now())
    io.out(`${id} is ${verb}d`)
    return 0
  } finally {
    await db.destroy()
  }
}

function named({ applications }: Organisation, name: string | undefined): ApplicationFile {
  const found = applications.find(({ id }) => id === name)
  if (found) return found
  const known = applications.map(({ id }) => id).join(', ')
  throw new UsageProblem(
    name
      ? `there is no application ${name}; there are: ${known}`
      : `${usage}; NAME is one of ${known}`,
  )
}

async function list(
  organisation: Organisation,
  overlays: OverlayStore,
  io: Io,
  json: boolean,
): Promise<number> {
  const disabled = await overlays.disabledApplications()
  const applications = organisation.applications.map(({ id, title, flow }) => {
    return { id, title, flow, enabled: !disabled.includes(id) }
  })
  if (json) {
    io.out(JSON.stringify(applications, null, 2))
    return 0
  }
  const rows = applications.map(({ id, title, flow, enabled }) => {
    return [id, title, flow, enabled ? 'on' : 'off']
  })
  for (const line of table([['application', 'title', 'flow', 'enabled'], ...rows])) io.out(line)
  return 0
}
