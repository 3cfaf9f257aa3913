/**
 * All files of an organisation's folder, read together: what they say, or every problem they have.
 *
 * One problem anywhere, and nothing is loaded: what was in force stays in force.
 */
import type { Environment } from './fields.ts'
import { Findings } from './findings.ts'
import type { FlowDefinition } from './flow.ts'
import { reportUnmatchable } from './identifying.ts'
import type { SharedFlows } from './inlined.ts'
import { didYouMean } from './nearest.ts'
import { type NestedGroups, nestedGroups, reportNestedCycles, withNested } from './nested-groups.ts'
import { isStartable, parseFlow, parseParameters, sharedFolder } from './parse.ts'
import type { Names, StepSpec } from './parse-scope.ts'
import type { ParsedFlow } from './parsed.ts'
import type { Problem } from './problem.ts'
import { readConnections } from './read-connections.ts'
import { internalDirectory, readDirectories } from './read-directories.ts'
import { readPlugins, reportPlugins } from './read-plugins.ts'
import { readSenders } from './read-senders.ts'
import { readServices } from './read-services.ts'
import { readApplications } from './read-settings.ts'
import { isPicture, readTheme } from './read-theme.ts'
import { inOrder } from './render.ts'
import { resolveFlow } from './resolve.ts'
import {
  type ApplicationFile,
  type ConnectionFile,
  type DirectoryFile,
  type ExternalDirectory,
  isExternal,
  type Organisation,
  type Overlays,
  type ServiceFile,
} from './settings.ts'
import { readSource, type SourceFile } from './source.ts'
import type { MapNode } from './tree.ts'
import { idleProblems, newUsage } from './wire.ts'

export interface Loaded {
  /** Absent when there is any problem. */
  readonly organisation: Organisation | undefined
  readonly problems: readonly Problem[]
}

/**
 * @param given every file of the folder, pictures too, and of `shared/` in it
 * @param env environment variables, by name
 * @param overlays what the database says of connections
 * @param read makes a tree of a file's text; for who loads the same files many times
 */
export function loadFlows(
  given: readonly SourceFile[],
  steps: readonly StepSpec[],
  env: Environment = {},
  overlays: Overlays = {},
  read = readSource,
): Loaded {
  const findings = new Findings()
  const files = given.filter((file) => !isPicture(file))
  const roots = readRoots(files, findings, read)
  const root = (name: string): MapNode => roots.get(name) ?? empty(name)
  const has = (name: string) => roots.has(name)
  const saidOfConnections = has(connectionsFile)
    ? readConnections(root(connectionsFile), env, overlays, findings)
    : []
  const saidOfDirectories = has(directoriesFile)
    ? readDirectories(root(directoriesFile), env, findings)
    : []
  reportNestedCycles(saidOfDirectories, findings)
  const nested = nestedGroups(saidOfDirectories)
  const connections = saidOfConnections.map((each) => mappingNested(each, nested))
  const directories = saidOfDirectories.map((each) => mappingNested(each, nested))
  const applications = has(applicationsFile)
    ? readApplications(root(applicationsFile), env, findings)
    : []
  const services = has(servicesFile) ? readServices(root(servicesFile), env, findings) : []
  const plugins = has(pluginsFile) ? readPlugins(root(pluginsFile), env, findings) : []
  const senders = has(sendersFile) ? readSenders(root(sendersFile), env, findings) : []
  const pictures = given.filter(isPicture)
  const ids = has(applicationsFile) ? applications.map(({ id }) => id) : undefined
  const theme = has(themeFile)
    ? readTheme(root(themeFile), pictures, ids, env, findings)
    : undefined
  reportClashes([...connections, ...directories.filter(isExternal)], steps, findings)
  if (!files.some(({ name }) => name === directoriesFile) || has(directoriesFile)) {
    reportDirectories(connections, directories, findings)
  }
  if (!files.some(({ name }) => name === pluginsFile) || has(pluginsFile)) {
    reportPlugins([...connections, ...directories.filter(isExternal)], plugins, findings)
  }

  const names = { ...namesOf(steps, connections, directories, applications, services), nested }
  // Without connections that can be read every flow that names one would be blamed for it.
  const readable = files.every(({ name }) => name !== connectionsFile || roots.has(name))
  const sources = [...connections, ...directories.filter(isExternal)]
  const flows = readable ? loadDefinitions(roots, names, sources, findings) : []
  const unread = files.map(({ name }) => name).filter((name) => !readable || !roots.has(name))
  reportStrangers(applications, flows, unread, findings)
  const definitions = flows.flatMap(({ definition }) => definition ?? [])
  if (readable) reportUnmatchable(definitions, steps, connections, findings)
  const problems = inOrder(findings.problems)
  const organisation = {
    applications,
    connections,
    directories,
    services,
    plugins,
    senders,
    flows: definitions,
    ...(theme && { theme }),
  }
  return { organisation: problems.length === 0 ? organisation : undefined, problems }
}

/** What a source maps its groups to, with the groups that those are in. */
function mappingNested<S extends ConnectionFile | DirectoryFile>(
  source: S,
  nested: NestedGroups,
): S {
  if (!('groups' in source) || !source.groups) return source
  const mapped = Object.entries(source.groups).map(([group, here]) => [
    group,
    withNested(here, nested),
  ])
  return { ...source, groups: Object.fromEntries(mapped) }
}

const connectionsFile = 'connections.yaml'
const directoriesFile = 'directories.yaml'
const applicationsFile = 'applications.yaml'
const servicesFile = 'services.yaml'
const pluginsFile = 'plugins.yaml'
const sendersFile = 'senders.yaml'
const themeFile = 'theme.yaml'
const settingsFiles: readonly string[] = [
  connectionsFile,
  directoriesFile,
  applicationsFile,
  servicesFile,
  pluginsFile,
  sendersFile,
  themeFile,
]
/** Nothing that leads out of the folder can be the name of a file of it. */
const fileName = /^(?:shared\/)?[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.yaml$/

function empty(file: string): MapNode {
  return { kind: 'map', place: { file, line: 1, column: 1 }, entries: new Map() }
}

function readRoots(
  files: readonly SourceFile[],
  findings: Findings,
  read: typeof readSource,
): Map<string, MapNode> {
  const roots = new Map<string, MapNode>()
  for (const file of files) {
    if (!fileName.test(file.name) || roots.has(file.name)) {
      const place = { file: file.name, line: 1, column: 1 }
      const message = roots.has(file.name)
        ? 'there are two files of this name'
        : 'this cannot be the name of a file of flows'
      const hint =
        'call it `<name>.yaml`, in small letters, digits and `-`; or `shared/<name>.yaml`'
      findings.report('file-name', place, message, hint)
      continue
    }
    const { root, problems } = read(file)
    for (const problem of problems) findings.add(problem)
    if (root !== undefined) roots.set(file.name, root)
  }
  return roots
}

function namesOf(
  steps: readonly StepSpec[],
  connections: readonly ConnectionFile[],
  directories: readonly DirectoryFile[],
  applications: readonly ApplicationFile[],
  services: readonly ServiceFile[],
): Names {
  const external = directories.filter(isExternal).map(({ id }) => id)
  const ids = [...connections.map(({ id }) => id), ...external]
  const results = services.flatMap((service) => service.results)
  return {
    steps: new Map(steps.map((step) => [step.declaration.type, step])),
    connections: connections.map(({ id }) => id),
    directories: [internalDirectory, ...external],
    services: services.map(({ id }) => id),
    values: {
      'application.id': applications.map(({ id }) => id),
      'identity.connection': [...ids, 'local', 'none'],
      'account.source': [...ids, 'local'],
      ...(results.length > 0 ? { 'service.result': results } : {}),
    },
  }
}

interface LoadedFlow {
  readonly parsed: ParsedFlow
  readonly definition: FlowDefinition | undefined
}

function loadDefinitions(
  roots: ReadonlyMap<string, MapNode>,
  names: Names,
  sources: readonly (ConnectionFile | ExternalDirectory)[],
  findings: Findings,
): readonly LoadedFlow[] {
  const usage = newUsage()
  const flows = [...roots].filter(([file]) => !settingsFiles.includes(file))
  const shared: SharedFlows = { names, roots: sharedOf(flows) }
  const loaded = flows.flatMap(([file, root]): LoadedFlow[] => {
    const parameters = parseParameters(root, findings)
    const startable = isStartable(file, root)
    const parsed = parseFlow(file, root, names, findings, parameters, !startable)
    if (parsed === undefined || !startable) return []
    return [{ parsed, definition: resolveFlow(parsed, shared, sources, findings, usage) }]
  })
  for (const problem of idleProblems(usage)) findings.add(problem)
  return loaded
}

function sharedOf(flows: readonly (readonly [string, MapNode])[]): SharedFlows['roots'] {
  const shared = flows.filter(([file]) => file.startsWith(sharedFolder))
  return new Map(shared.map(([file, root]) => [file.replace(/\.yaml$/, ''), { file, root }]))
}

/** A connection is named like a step, and who came by a directory as if by a connection. */
function reportClashes(
  sources: readonly (ConnectionFile | ExternalDirectory)[],
  steps: readonly StepSpec[],
  findings: Findings,
): void {
  const taken = new Set([...steps.map(({ declaration }) => declaration.type), 'local', 'none'])
  for (const source of sources) {
    const { id, place } = source
    const what = 'store' in source ? 'directory' : 'connection'
    if (taken.has(id)) {
      const message = `a ${what} cannot be called \`${id}\`: that is the name of something else`
      findings.report('name-taken', place, message, 'give it another id')
    }
    taken.add(id)
  }
}

/** No other directory stands in for one that is not there (W-2). */
function reportDirectories(
  connections: readonly ConnectionFile[],
  directories: readonly DirectoryFile[],
  findings: Findings,
): void {
  const known = [...new Set([internalDirectory, ...directories.map(({ id }) => id)])]
  const external = directories.filter(isExternal)
  for (const { id, directory, place } of [...connections, ...external]) {
    if (known.includes(directory)) continue
    const message = `\`${id}\` makes accounts in the directory \`${directory}\`, and there is none`
    findings.report('directory-unknown', place, message, didYouMean(directory, known))
  }
}

/** Applications and flows name each other; both must mean it. */
function reportStrangers(
  applications: readonly ApplicationFile[],
  flows: readonly LoadedFlow[],
  unread: readonly string[],
  findings: Findings,
): void {
  const names = flows.map(({ parsed }) => parsed.name)
  const broken = new Set([...findings.filesWithGaps(), ...unread].map(stemOf))
  const named = applications.flatMap((application) => {
    const { signUp } = application
    return [application, ...(signUp === undefined ? [] : [{ ...application, flow: signUp }])]
  })
  for (const { id, flow, acr, place } of named) {
    const found = flows.find(({ parsed }) => parsed.name === flow)?.parsed
    if (flow !== '' && found === undefined && !broken.has(flow)) {
      const message = `\`${id}\` names the flow \`${flow}\`, and there is none`
      findings.report('flow-unknown', place, message, didYouMean(flow, names))
    }
    if (found === undefined) continue
    if (!found.applications.some(({ text }) => text === id)) {
      const message = `\`${id}\` names the flow \`${flow}\`, which does not name \`${id}\``
      const hint = `add \`${id}\` to \`applications\` in ${found.file}`
      findings.report('application-mismatch', place, message, hint)
    }
    const levels = found.policy.levels.map((level) => level.acr)
    if (acr !== undefined && !levels.includes(acr)) {
      const message = `the flow \`${flow}\` has no level \`${acr}\``
      findings.report('value-invalid', place, message, didYouMean(acr, levels))
    }
  }
  if (unread.includes(applicationsFile)) return
  for (const { parsed } of flows) reportApplications(parsed, applications, findings)
}

function stemOf(file: string): string {
  return file.replace(/\.yaml$/, '')
}

function reportApplications(
  flow: ParsedFlow,
  applications: readonly ApplicationFile[],
  findings: Findings,
): void {
  for (const { text, place } of flow.applications) {
    const found = applications.find(({ id }) => id === text)
    if (found === undefined) {
      const known = applications.map(({ id }) => id)
      const message = `there is no application \`${text}\``
      findings.report('application-unknown', place, message, didYouMean(text, known))
    } else if (found.flow !== '' && ![found.flow, found.signUp].includes(flow.name)) {
      const message = `\`${text}\` has the flow \`${found.flow}\`, not this one`
      const hint = `write \`flow: ${flow.name}\` in ${applicationsFile}, or take it out here`
      findings.report('application-mismatch', place, message, hint)
    }
  }
}
