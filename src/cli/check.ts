/** `sallyport check [FILE...]`: what is wrong with the flows. What it finds is decided elsewhere. */
import { writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Report } from '../checker/report.ts'
import { abstracted } from '../checker/report.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { loadFlows } from '../language/load.ts'
import type { Problem } from '../language/problem.ts'
import { problemAsJson, renderProblem } from '../language/render.ts'
import { schemas, schemaText } from '../language/schema.ts'
import { defaultOrganisation, type Organisation } from '../language/settings.ts'
import type { SourceFile } from '../language/source.ts'
import { reportsOf } from '../reports.ts'
import { stepTypes } from '../steps/index.ts'
import { readFolder } from './folder.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { nameIn, problemIn, reportIn } from './organisation-names.ts'
import { folderOf, organisationNames } from './organisations.ts'
import { allHold, reportsAsJson, sarifOf, verdictLines } from './verdicts.ts'
import { repeatOnChange } from './watch.ts'

const options = {
  flows: { type: 'string' },
  json: { type: 'boolean' },
  sarif: { type: 'boolean' },
  'any-config': { type: 'boolean' },
  schemas: { type: 'boolean' },
  watch: { type: 'boolean' },
} as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const folder = resolve(io.cwd, values.flows ?? io.env.SALLYPORT_FLOWS ?? 'flows')
  if (values.schemas) await writeSchemas(folder)
  const once = async () => {
    const findings = await check(folder, positionals, io)
    const reports = judge(findings, values['any-config'] ?? false)
    if (values.sarif) io.out(JSON.stringify(sarifOf(reports, findings.problems), undefined, 2))
    else if (values.json) io.out(JSON.stringify(asJson(findings, reports), undefined, 2))
    else print(findings, reports, io)
    if (findings.problems.length > 0) return 2
    return allHold(reports) ? 0 : 1
  }
  return values.watch ? repeatOnChange(folder, io, once) : once()
}

/** Names of files and flows are those of the whole folder: `acme/thrift.yaml` is of the organisation acme. */
export interface CheckFindings {
  readonly files: readonly SourceFile[]
  readonly problems: readonly Problem[]
  /** By name; absent is one that has any problem, also of a file that was not asked about. */
  readonly organisations: ReadonlyMap<string, Organisation | undefined>
  /** Names of the files that were asked about; none: all. */
  readonly asked: ReadonlySet<string>
}

/**
 * Reads the whole folder, because flows hang together: those of one organisation, and of each by itself.
 *
 * @param asked paths of files, relative to `cwd`: only their problems are told; none: of all
 * @throws {UsageProblem} when the folder or a file is not there
 * @throws {ConfigProblem} when an organisation has a name that it cannot have
 */
export async function check(
  folder: string,
  asked: readonly string[],
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
): Promise<CheckFindings> {
  const read = new Map([[defaultOrganisation, await filesOf(folder)]])
  for (const name of await organisationNames(folder, cwd)) {
    read.set(name, await filesOf(folderOf(name, folder)))
  }
  const files = [...read].flatMap(([of, own]) =>
    own.map(({ name, text }) => ({ name: nameIn(of, name), text })),
  )
  const nameOf = (path: string) => relative(folder, resolve(cwd, path))
  for (const path of asked) {
    if (files.some(({ name }) => name === nameOf(path))) continue
    const like = relative(cwd, join(folder, files[0]?.name ?? 'thrift.yaml'))
    throw new UsageProblem(
      `${path} is not a file of flows in ${folder}: one is asked for by its path, e.g. ${like}`,
    )
  }
  const names = new Set(asked.map(nameOf))
  const loaded = [...read].map(([of, own]) => ({ of, ...loadFlows(own, stepTypes, env) }))
  const problems = loaded.flatMap(({ of, problems: own }) => own.map((one) => problemIn(of, one)))
  return {
    files,
    problems: problems.filter(({ place }) => names.size === 0 || names.has(place.file)),
    organisations: new Map(loaded.map(({ of, organisation }) => [of, organisation])),
    asked: names,
  }
}

function filesOf(folder: string): Promise<readonly SourceFile[]> {
  return readFolder(folder).catch(() => {
    throw new UsageProblem(
      `the folder of flows ${folder} cannot be read; name another with --flows`,
    )
  })
}

/** Sessions join the flows of an organisation, so all are checked; told is what was asked about. */
function judge({ organisations, asked }: CheckFindings, anyConfiguration: boolean): Report[] {
  const declarations = stepTypes.map((step) => step.declaration)
  return [...organisations].flatMap(([name, organisation]) => {
    if (!organisation) return []
    const reports = reportsOf(organisation, declarations, { anyConfiguration })
    const shared = [...asked].some((file) => file.startsWith(nameIn(name, 'shared/')))
    const told = reports.map((report) => reportIn(name, report))
    return told.filter(({ file }) => asked.size === 0 || shared || asked.has(file))
  })
}

/** What editors complete by, beside the files that name it. */
async function writeSchemas(folder: string): Promise<void> {
  for (const [name, schema] of Object.entries(schemas(stepTypes))) {
    await writeFile(join(folder, name), schemaText(schema))
  }
}

function print(
  { files, problems, organisations }: CheckFindings,
  reports: readonly Report[],
  io: Io,
): void {
  for (const problem of problems) io.out(`${renderProblem(problem, files)}\n`)
  const flows = flowsOf(organisations)
  for (const { name, weaker } of flows) {
    for (const { ways, because } of weaker) {
      io.out(`${name}: weaker on purpose by ${ways.join(', ')}: ${because}`)
    }
  }
  for (const line of reports.flatMap(verdictLines)) io.out(line)
  if (reports.length > 0) io.out(`left out of the model: ${abstracted.join('; ')}`)
  if (problems.length > 0) io.out(count(problems.length, 'problem'))
  else if ([...organisations.values()].every(Boolean))
    io.out(`${count(flows.length, 'flow')}, no problems`)
  else io.out('no problems in these files; others of the folder have some')
}

function asJson({ problems, organisations }: CheckFindings, reports: readonly Report[]): unknown {
  const flows = flowsOf(organisations).map(({ name, weaker }) => ({
    flow: name,
    weaker: weaker.map(({ ways, because }) => ({ ways, because })),
  }))
  const verdicts = reportsAsJson(reports)
  return { flows, problems: problems.map(problemAsJson), reports: verdicts }
}

/** The flows of every organisation that could be read, under the names that they have side by side. */
function flowsOf(
  organisations: CheckFindings['organisations'],
): Pick<FlowDefinition, 'name' | 'weaker'>[] {
  return [...organisations].flatMap(([of, organisation]) =>
    (organisation?.flows ?? []).map(({ name, weaker }) => ({ name: nameIn(of, name), weaker })),
  )
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
