/**
 * `sallyport directory list`, `sallyport directory sync NAME`: brings accounts up to date with a directory that is
 * not ours. It can be stopped, or killed, at any moment: the next call goes on where this one was.
 *
 * `sallyport directory plan NAME KIND`: what that would do to accounts as the directory is, and if its file had it of
 * another kind. Nothing is written, and the file is for whoever keeps it to change.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigProblem, readDatabase } from '../config.ts'
import { openDirectories } from '../directories.ts'
import { didYouMean } from '../language/nearest.ts'
import type { PlugIns } from '../language/plug-in.ts'
import {
  asKind,
  type ExternalDirectory,
  isExternal,
  missingSecrets,
  type Organisation,
} from '../language/settings.ts'
import type { SyncMode } from '../language/step.ts'
import { loadPlugIns } from '../plug-ins.ts'
import { stepTypes } from '../steps/index.ts'
import { openDirectoryLocks } from '../store/directory-locks.ts'
import { type Counts, changes, openDirectoryRuns } from '../store/directory-runs.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { type Synchronised, synchronise } from '../synchronisation.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { readFlows } from './load.ts'
import { folderOf, namedOrganisation } from './organisations.ts'
import { table } from './table.ts'

const options = {
  database: { type: 'string' },
  flows: { type: 'string' },
  organisation: { type: 'string' },
  delta: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  remove: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const usage =
  'call it as: directory list, directory sync NAME [--delta] [--dry-run] [--remove], directory plan NAME enterprise|hybrid'
/** Milliseconds between two lines of progress. */
const quietMs = 1000

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [verb = 'list', name, kind] = positionals
  const organisation = await namedOrganisation(values, io)
  const folder = folderOf(organisation, values.flows ?? io.env.SALLYPORT_FLOWS ?? 'flows')
  const files = await readFlows(folder, io.cwd, stepTypes, io.env)
  if (verb === 'list') return list(files, io)
  if (!['sync', 'plan'].includes(verb) || name === undefined) throw new UsageProblem(usage)
  const settings = named(files, name)
  const missing = missingSecrets({ ...files, connections: [], applications: [] })
  if (missing.length > 0)
    throw new ConfigProblem(`set these in the environment: ${missing.join(', ')}`)
  const store = settings.store === 'plugin' ? settings.users : undefined
  const plugins = files.plugins.filter(({ id }) => id === store)
  const plugIns = await loadPlugIns({ ...files, plugins }, resolve(io.cwd, folder))
  const asked = { ...values, organisation, dryRun: values['dry-run'], plugins, plugIns }
  return verb === 'sync' ? sync(settings, asked, io) : plan(settings, kind, asked, io)
}

interface Asked {
  /** The one that keeps its people, where one does. */
  readonly plugins: Organisation['plugins']
  readonly plugIns: PlugIns
  readonly organisation: string
  readonly database?: string | undefined
  readonly delta: boolean
  readonly dryRun: boolean
  readonly remove: boolean
  readonly force: boolean
  readonly json: boolean
}

async function sync(settings: ExternalDirectory, asked: Asked, io: Io): Promise<number> {
  const { json } = asked
  const progress = json ? () => {} : telling(io)
  return reading(settings, asked, io, async (run) =>
    told(settings.id, await run(settings, progress), json, io),
  )
}

async function plan(
  settings: ExternalDirectory,
  kind: string | undefined,
  asked: Asked,
  io: Io,
): Promise<number> {
  if (kind !== 'enterprise' && kind !== 'hybrid') throw new UsageProblem(usage)
  if (kind === settings.kind) throw new UsageProblem(`${settings.id} is ${kind} already`)
  const dry = { ...asked, dryRun: true, delta: false }
  return reading(settings, dry, io, async (run) => {
    const rows: Planned[] = []
    for (const one of [settings, asKind(settings, kind)]) {
      const { counts } = await run(one, () => {})
      rows.push({ kind: one.kind, sync: one.sync, ...counts })
    }
    if (asked.json) io.out(JSON.stringify(rows))
    else for (const line of planLines(settings.id, rows)) io.out(line)
    return 0
  })
}

type Planned = Counts & Pick<ExternalDirectory, 'kind' | 'sync'>

function planLines(id: string, rows: readonly Planned[]): readonly string[] {
  const cells = rows.map((row) => [
    row.kind,
    row.sync,
    ...changes.map((change) => `${row[change]}`),
  ])
  const then = rows.at(-1)!
  return [
    ...table([[id, 'sync', ...changes], ...cells]),
    kindsInWords[then.kind],
    syncInWords[then.sync],
  ]
}

const kindsInWords = {
  enterprise: 'everybody who is there gets an account, also before they come',
  hybrid: 'nobody gets an account before they come; who has one keeps it',
} as const
const syncInWords: Readonly<Record<SyncMode, string>> = {
  override: 'what others have written in a profile is lost: it becomes what the directory says',
  preserve: 'what others have written in a profile stays, also what the directory says no more',
  none: 'profiles stay as they are',
}

type Run = (
  settings: ExternalDirectory,
  progress: (counts: Counts) => void,
) => Promise<Synchronised>

/** Opens the database and the directory for as long as `act` takes. */
async function reading(
  settings: ExternalDirectory,
  asked: Asked,
  io: Io,
  act: (run: Run) => Promise<number>,
): Promise<number> {
  const { organisation, delta, dryRun, remove, force } = asked
  const db = openDatabase({ url: readDatabase(asked, io.env) })
  const locks = openDirectoryLocks(db, organisation, Date.now)
  const [directory] = openOnly(settings, asked, locks)
  try {
    await migrate(db)
    if (delta && !directory.tellsChanges) {
      throw new UsageProblem(`${settings.id} does not tell what has changed: leave out --delta`)
    }
    const place = { id: settings.id, accounts: settings.directory }
    const runs = openDirectoryRuns(db, organisation, place)
    const mode = delta ? 'delta' : 'full'
    const how = { directory, runs, mode, dryRun, remove, force, now: Date.now } as const
    return await act((one, progress) => synchronise({ ...how, settings: one, progress }))
  } catch (thrown) {
    if (!(thrown instanceof Error) || !isFailure(thrown)) throw thrown
    io.err(`${thrown.message}; nobody was taken for gone, and the next call goes on from here`)
    return 1
  } finally {
    await directory.close()
    await db.destroy()
  }
}

/** Nothing of ours is asked: no account stands in for a directory here. */
function openOnly(
  settings: ExternalDirectory,
  { plugins, plugIns }: Pick<Asked, 'plugins' | 'plugIns'>,
  locks: Parameters<typeof openDirectories>[1],
) {
  const nobody = () => {
    throw new Error('no account of ours is read here')
  }
  // Nobody signs in here, so nothing is asked whose a ticket is.
  const { verifier: _verifier, ...read } = settings
  const opened = openDirectories({ directories: [read], plugins }, locks, nobody, plugIns)
  return [opened.get(settings.id)!] as const
}

function isFailure({ name }: Error): boolean {
  return name === 'UpstreamFailure' || name === 'TimeoutError'
}

function named({ directories }: Organisation, name: string): ExternalDirectory {
  const external = directories.filter(isExternal)
  const found = external.find(({ id }) => id === name)
  if (found) return found
  const known = external.map(({ id }) => id)
  throw new UsageProblem(
    known.length === 0
      ? 'there is no directory besides our own'
      : `there is no directory ${name}: ${didYouMean(name, known)}`,
  )
}

function list({ directories }: Organisation, io: Io): number {
  const rows = directories.map((each) => [
    each.id,
    each.kind,
    isExternal(each) ? each.store : 'ours',
    isExternal(each) && !each.enabled ? 'off' : '',
  ])
  for (const line of table([['directory', 'kind', 'store', ''], ...rows])) io.out(line)
  return 0
}

function telling(io: Io): (counts: Counts) => void {
  let toldMs = Date.now()
  return (counts) => {
    if (Date.now() - toldMs < quietMs) return
    toldMs = Date.now()
    io.err(inWords(counts))
  }
}

function inWords(counts: Counts): string {
  const said = changes.flatMap((change) =>
    counts[change] > 0 ? `${counts[change]} ${change}` : [],
  )
  return said.join(', ') || 'nobody there'
}

function told(id: string, { result, counts }: Synchronised, json: boolean, io: Io): number {
  if (json) io.out(JSON.stringify({ result, ...counts }))
  if (result === 'empty') {
    io.err(`${id} says that nobody is left there: nothing was done; --force does it all the same`)
    return 1
  }
  if (result === 'overtaken') {
    io.err(`another process is synchronising ${id}`)
    return 1
  }
  if (!json)
    io.out(`${id}: ${inWords(counts)}${result === 'planned' ? ' (nothing was written)' : ''}`)
  return 0
}
