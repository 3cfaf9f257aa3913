/** `sallyport check [FILE...]`: what is wrong with the flows. What it finds is decided elsewhere. */
import { writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { check as checkFlows } from '../checker/check.ts'
import type { Report } from '../checker/report.ts'
import { loadFlows } from '../language/load.ts'
import type { Problem } from '../language/problem.ts'
import { problemAsJson, renderProblem } from '../language/render.ts'
import { schemas, schemaText } from '../language/schema.ts'
import type { Organisation } from '../language/settings.ts'
import type { SourceFile } from '../language/source.ts'
import { stepTypes } from '../steps/index.ts'
import { readFolder } from './folder.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
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

export interface CheckFindings {
  readonly files: readonly SourceFile[]
  readonly problems: readonly Problem[]
  /** Absent when there is any problem, also one of a file that was not asked about. */
  readonly organisation: Organisation | undefined
  /** Names of the files that were asked about; none: all. */
  readonly asked: ReadonlySet<string>
}

/**
 * Reads the whole folder, because flows hang together.
 *
 * @param asked paths of files, relative to `cwd`: only their problems are told; none: of all
 * @throws {UsageProblem} when the folder or a file is not there
 */
export async function check(
  folder: string,
  asked: readonly string[],
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
): Promise<CheckFindings> {
  const files = await readFolder(folder).catch(() => {
    throw new UsageProblem(
      `the folder of flows ${folder} cannot be read; name another with --flows`,
    )
  })
  const names = new Set(asked.map((path) => relative(folder, resolve(cwd, path))))
  for (const name of names) {
    if (files.some((file) => file.name === name)) continue
    throw new UsageProblem(`${name} is not a file of flows in ${folder}`)
  }
  const { organisation, problems } = loadFlows(files, stepTypes, env)
  const told = problems.filter(({ place }) => names.size === 0 || names.has(place.file))
  return { files, organisation, problems: told, asked: names }
}

/** Sessions join the flows of an organisation, so all are checked; told is what was asked about. */
function judge({ organisation, asked }: CheckFindings, anyConfiguration: boolean): Report[] {
  if (!organisation) return []
  const declarations = stepTypes.map((step) => step.declaration)
  const reports = checkFlows(organisation, declarations, { anyConfiguration })
  const shared = [...asked].some((name) => name.startsWith('shared/'))
  return reports.filter(({ file }) => asked.size === 0 || shared || asked.has(file))
}

/** What editors complete by, beside the files that name it. */
async function writeSchemas(folder: string): Promise<void> {
  for (const [name, schema] of Object.entries(schemas(stepTypes))) {
    await writeFile(join(folder, name), schemaText(schema))
  }
}

function print(
  { files, problems, organisation }: CheckFindings,
  reports: readonly Report[],
  io: Io,
): void {
  for (const problem of problems) io.out(`${renderProblem(problem, files)}\n`)
  for (const { name, weaker } of organisation?.flows ?? []) {
    for (const { ways, because } of weaker) {
      io.out(`${name}: weaker on purpose by ${ways.join(', ')}: ${because}`)
    }
  }
  for (const line of reports.flatMap(verdictLines)) io.out(line)
  if (problems.length > 0) io.out(count(problems.length, 'problem'))
  else if (organisation) io.out(`${count(organisation.flows.length, 'flow')}, no problems`)
  else io.out('no problems in these files; others of the folder have some')
}

function asJson({ problems, organisation }: CheckFindings, reports: readonly Report[]): unknown {
  const flows = organisation?.flows.map(({ name, weaker }) => ({
    flow: name,
    weaker: weaker.map(({ ways, because }) => ({ ways, because })),
  }))
  const verdicts = reportsAsJson(reports)
  return { flows: flows ?? [], problems: problems.map(problemAsJson), reports: verdicts }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
