/** The checker's verdicts as text for people, as JSON, and as SARIF 2.1.0 for what shows findings in code. */
import { type BuiltIn, builtIns } from '../checker/builtin.ts'
import type { Report, Verdict } from '../checker/report.ts'
import { print } from '../checker/story.ts'
import type { Problem } from '../language/problem.ts'

/** @returns whether everything was decided and nothing is broken */
export function allHold(reports: readonly Report[]): boolean {
  return reports.every(({ verdicts }) => verdicts.every(({ verdict }) => verdict === 'holds'))
}

export function verdictLines(report: Report): string[] {
  const { flow, states, transitions, environments, sessions, verdicts, assumptions } = report
  const hold = verdicts.filter(({ verdict }) => verdict === 'holds')
  const engine = hold.filter(({ by }) => by === 'engine').map(({ property }) => property)
  const counts = `${states} states, ${transitions} transitions, ${environments} environments, ${sessions} sessions`
  return [
    `${flow}: ${hold.length} of ${verdicts.length} properties hold (${counts})`,
    ...(engine.length > 0 ? [`  by the engine, whatever a flow says: ${engine.join(', ')}`] : []),
    ...assumptions.map((source) => `  assumed: ${source}`),
    ...verdicts.filter(({ verdict }) => verdict !== 'holds').flatMap((one) => findingLines(one)),
  ]
}

/** A verdict that is not `holds`: what it is, its story, and what to change. */
export function findingLines(verdict: Verdict): string[] {
  const { property, sentence, because, place, story, columns, remedies = [] } = verdict
  return [
    '',
    `${place.file}:${place.line}:${place.column} ${property} ${verdict.verdict}: ${sentence}`,
    ...(because ? [`  ${because}`] : []),
    ...(story ? print(story).map((line) => `  ${line}`) : []),
    ...(columns ? columns.map((column, at) => `  ${at === 0 ? 'one' : 'other'}: ${column}`) : []),
    ...remedies.map((remedy, at) => `  ${at === 0 ? 'either' : 'or'} ${remedy}`),
  ]
}

/** Kept in step with the story's own version: a reader looks at both. */
export function reportsAsJson(reports: readonly Report[]): unknown {
  return reports.map((report) => ({ version: 1, ...report }))
}

/** OASIS SARIF 2.1.0, sections 3.13 (log), 3.27 (result), 3.36 (codeFlow). */
export function sarifOf(reports: readonly Report[], problems: readonly Problem[]): unknown {
  const found = reports.flatMap(({ verdicts }) =>
    verdicts.filter(({ verdict }) => verdict !== 'holds'),
  )
  const codes = [...new Set(problems.map(({ code }) => code))]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sallyport check',
            rules: [...builtIns.map(ruleOf), ...codes.map((id) => ({ id }))],
          },
        },
        results: [
          ...problems.map((problem) => ({
            ruleId: problem.code,
            level: 'error',
            message: { text: `${problem.message}. ${problem.hint}` },
            locations: [locationOf(problem.place)],
          })),
          ...found.map(resultOf),
        ],
      },
    ],
  }
}

function ruleOf({ id, sentence }: BuiltIn) {
  return { id, shortDescription: { text: sentence } }
}

function resultOf(verdict: Verdict) {
  const { property, sentence, because, place, story, remedies = [] } = verdict
  const text = [`${sentence}: ${verdict.verdict}`, because, ...remedies].filter(Boolean).join('. ')
  return {
    ruleId: property,
    level: verdict.verdict === 'broken' ? 'error' : 'warning',
    message: { text },
    locations: [locationOf(place)],
    ...(story
      ? {
          codeFlows: [
            {
              threadFlows: [
                {
                  locations: story.moves.map((move) => ({
                    location: { ...locationOf(place), message: { text: move.text } },
                  })),
                },
              ],
            },
          ],
        }
      : {}),
  }
}

function locationOf(place: Verdict['place']) {
  return {
    physicalLocation: {
      artifactLocation: { uri: place.file },
      region: { startLine: place.line, startColumn: place.column },
    },
  }
}
