/**
 * `sallyport connection list | enable | disable | jit on|off NAME`: what is switched of connections.
 *
 * The database keeps it, over what the files say, and servers that run follow within a second. Before
 * just-in-time accounts are switched the flows are checked as they would be then.
 */
import { parseArgs } from 'node:util'
import type { Harmed } from '../checker/connection-change.ts'
import { readDatabase } from '../config.ts'
import { switchConnection } from '../connection-switch.ts'
import { overlaid } from '../language/overlay.ts'
import type { ConnectionFile, Organisation, Overlays } from '../language/settings.ts'
import { stepTypes } from '../steps/index.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { type OverlayStore, openOverlays } from '../store/overlays.ts'
import { declarations } from './flow-argument.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { readFlows } from './load.ts'
import { folderOf, namedOrganisation } from './organisations.ts'
import { table } from './table.ts'
import { findingLines } from './verdicts.ts'

const options = {
  database: { type: 'string' },
  flows: { type: 'string' },
  organisation: { type: 'string' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

const usage = 'call it as: connection list, enable NAME, disable NAME, jit on NAME, jit off NAME'

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const name = await namedOrganisation(values, io)
  const folder = folderOf(name, values.flows ?? io.env.SALLYPORT_FLOWS ?? 'flows')
  const organisation = await readFlows(folder, io.cwd, stepTypes, io.env)
  const db = openDatabase({ url: readDatabase(values, io.env) })
  try {
    await migrate(db)
    const overlays = openOverlays(db, name)
    const switches = new Switches(organisation, overlays, io, values.force === true)
    const [verb = 'list', ...rest] = positionals
    if (verb === 'list') return await list(organisation, await overlays.read(), io, values.json)
    if (verb === 'enable' || verb === 'disable')
      return await switches.enable(rest, verb === 'enable')
    if (verb === 'jit') return await switches.jit(rest)
    throw new UsageProblem(usage)
  } finally {
    await db.destroy()
  }
}

class Switches {
  readonly #organisation: Organisation
  readonly #overlays: OverlayStore
  readonly #io: Io
  readonly #force: boolean

  constructor(organisation: Organisation, overlays: OverlayStore, io: Io, force: boolean) {
    this.#organisation = organisation
    this.#overlays = overlays
    this.#io = io
    this.#force = force
  }

  async enable([name]: readonly string[], enabled: boolean): Promise<number> {
    const { id } = this.#named(name)
    await this.#overlays.set(id, { enabled }, Date.now())
    this.#io.out(`${id} is ${enabled ? 'enabled' : 'disabled'}`)
    return 0
  }

  async jit([word, name]: readonly string[]): Promise<number> {
    if (word !== 'on' && word !== 'off') throw new UsageProblem(usage)
    const { id } = this.#named(name)
    const jit = word === 'on'
    const parts = { organisation: this.#organisation, overlays: this.#overlays, declarations }
    const harmed = await switchConnection(parts, id, { jit }, this.#force, Date.now())
    if (harmed.length > 0) {
      this.#io.err(tellHarm(id, word, harmed))
      if (!this.#force) return 1
    }
    this.#io.out(`${id} ${jit ? 'makes accounts just in time' : 'makes no accounts'}`)
    return 0
  }

  #named(name: string | undefined): ConnectionFile {
    const found = this.#organisation.connections.find(({ id }) => id === name)
    if (found) return found
    const known = this.#organisation.connections.map(({ id }) => id).join(', ')
    throw new UsageProblem(
      name
        ? `there is no connection ${name}; there are: ${known}`
        : `${usage}; NAME is one of ${known}`,
    )
  }
}

function tellHarm(connection: string, word: string, harmed: readonly Harmed[]): string {
  // Several applications may have one flow: its story is told once.
  const stories = new Map(harmed.map(({ flow, lost }) => [flow, lost.flatMap(findingLines)]))
  return [
    `with just-in-time accounts ${word} for ${connection}, these applications are broken:`,
    ...harmed.map(({ application, flow }) => `  ${application} (flow ${flow})`),
    ...[...stories.values()].flat(),
    '',
    'mend their flows first, or switch it all the same with --force',
  ].join('\n')
}

async function list(
  organisation: Organisation,
  overlays: Overlays,
  io: Io,
  json: boolean | undefined,
): Promise<number> {
  const connections = overlaid(organisation, overlays).connections.map((connection) => {
    const { id, title, protocol, enabled, jit } = connection
    const switched = Object.keys(overlays[id] ?? {})
    return { id, title, protocol, enabled, jit, switched }
  })
  if (json) {
    io.out(JSON.stringify(connections, null, 2))
    return 0
  }
  const head = ['connection', 'title', 'protocol', 'enabled', 'jit']
  const word = (on: boolean, switched: boolean) =>
    `${on ? 'on' : 'off'}${switched ? ' (switched)' : ''}`
  const rows = connections.map(({ id, title, protocol, enabled, jit, switched }) => [
    id,
    title,
    protocol,
    word(enabled, switched.includes('enabled')),
    word(jit, switched.includes('jit')),
  ])
  for (const line of table([head, ...rows])) io.out(line)
  return 0
}
