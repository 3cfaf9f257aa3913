/** What a server does with flows before it starts: one that is broken is not served. */

import { createHash } from 'node:crypto'
import type { Report } from '../checker/report.ts'
import { ConfigProblem } from '../config.ts'
import type { StepDeclaration } from '../language/declaration.ts'
import { missingSenders } from '../language/missing-senders.ts'
import { renderProblem } from '../language/render.ts'
import { defaultOrganisation } from '../language/settings.ts'
import type { StepType } from '../language/step.ts'
import { reportsOf } from '../reports.ts'
import type { Tenant } from '../tenant.ts'
import type { Io } from './io.ts'
import { judgedBy } from './judged-by.ts'
import type { LoadedOrganisations } from './load.ts'
import { problemIn, reportIn } from './organisation-names.ts'
import { allHold, findingLines } from './verdicts.ts'

/** A flow has a property that is broken. The message tells its story. */
export class BrokenFlows extends ConfigProblem {
  override readonly status = 1
}

/**
 * Says what is only possibly broken or could not be decided, and goes on. Of what has all held before, by the same
 * judge, nothing is checked again.
 *
 * @param tenants every organisation by its name
 * @param unchecked serve whatever the flows say, and say so
 * @throws {BrokenFlows}
 */
export async function holdFlows(
  tenants: ReadonlyMap<string, Pick<Tenant, 'organisation' | 'verdicts'>>,
  steps: readonly StepType[],
  { unchecked, err }: { readonly unchecked: boolean } & Pick<Io, 'err'>,
): Promise<void> {
  if (unchecked) {
    err('UNCHECKED: nobody has looked whether these flows let in the wrong people (--unchecked)')
    return
  }
  const declarations = steps.map(({ declaration }) => declaration)
  const judge = judgedBy(performance.timeOrigin)
  const reports: Report[] = []
  for (const [name, tenant] of tenants) {
    const own = await reportsOn(tenant, declarations, judge)
    reports.push(...own.map((report) => reportIn(name, report)))
  }
  const broken = reports.flatMap(({ verdicts }) =>
    verdicts.filter(({ verdict }) => verdict === 'broken').flatMap(findingLines),
  )
  if (broken.length > 0) {
    throw new BrokenFlows(
      `these flows are not served, because something of them is broken:\n${broken.join('\n')}\n\n` +
        'mend them, or serve them all the same with --unchecked',
    )
  }
  for (const report of reports) tellDoubts(report, err)
}

/** @returns none where all has held before; what has not held altogether is checked, and told, each time */
async function reportsOn(
  { organisation, verdicts }: Pick<Tenant, 'organisation' | 'verdicts'>,
  declarations: readonly StepDeclaration[],
  judge: string | undefined,
): Promise<readonly Report[]> {
  const { flows } = organisation()
  if (judge === undefined) return reportsOf({ flows }, declarations)
  const checked = createHash('sha256').update(judge).update(JSON.stringify(declarations))
  for (const flow of flows) checked.update(JSON.stringify(flow))
  const digest = checked.digest('hex')
  if (await verdicts.haveHeld(digest)) return []
  const reports = reportsOf({ flows }, declarations)
  if (allHold(reports)) await verdicts.keep(digest, Date.now())
  return reports
}

/**
 * Codes that never come keep everybody out, and nobody hears of it.
 *
 * @throws {ConfigProblem} flows of an organisation send what it has no sender for
 */
export function holdSenders(
  { organisation, others }: LoadedOrganisations,
  steps: readonly StepType[],
): void {
  const declarations = steps.map(({ declaration }) => declaration)
  const problems = [[defaultOrganisation, organisation] as const, ...others].flatMap(
    ([name, own]) => missingSenders(own, declarations).map((problem) => problemIn(name, problem)),
  )
  if (problems.length === 0) return
  const rendered = problems.map((problem) => renderProblem(problem, []))
  throw new ConfigProblem(`something of these flows cannot be sent:\n\n${rendered.join('\n\n')}`)
}

function tellDoubts({ flow, verdicts }: Report, err: Io['err']): void {
  for (const { property, verdict, because } of verdicts) {
    if (verdict === 'holds') continue
    err(`${flow}: ${property} is ${verdict}${because ? `: ${because}` : ''}; see sallyport check`)
  }
}
