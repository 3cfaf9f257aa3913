/** A verdict that is not `holds`, as text: what is broken, the shortest story of it, and what to change. */
import type { Report, Verdict } from '../checker/report.ts'
import { print } from '../checker/story.ts'

/** @returns lines, without an end of line at the end */
export function renderVerdict({ flow }: Pick<Report, 'flow'>, verdict: Verdict): string {
  const { property, sentence, place, because, columns = [], story, remedies = [] } = verdict
  const told = [
    ...(because ? [because] : []),
    ...columns.map((column) => `| ${column}`),
    ...(story ? print(story) : []),
    ...remedies.map((remedy, at) => `${at === 0 ? 'either' : 'or'} ${remedy}`),
  ]
  return [
    `${place.file}:${place.line}:${place.column} ${flow}: ${property} is ${verdict.verdict}: ${sentence}`,
    ...told.map((line) => `  ${line}`),
  ].join('\n')
}
