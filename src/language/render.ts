/** How a problem is told: for people with the line it stands on, for machines as JSON. */
import { inOrderOfText } from './nearest.ts'
import type { Problem } from './problem.ts'
import type { SourceFile } from './source.ts'

/**
 *     thrift.yaml:14:16 outcome-unwired
 *       14 |       success: secnd-factor
 *          |                ^
 *       there is no state `secnd-factor`
 *       hint: did you mean `second-factor`?
 */
export function renderProblem(problem: Problem, files: readonly SourceFile[]): string {
  const { file, line, column } = problem.place
  const text = files.find(({ name }) => name === file)?.text.split(/\r?\n/)[line - 1]
  const head = `${file}:${line}:${column} ${problem.code}`
  const number = String(line)
  const shown = text === undefined ? [] : excerpt(text, column, number)
  return [head, ...shown, `  ${problem.message}`, `  hint: ${problem.hint}`]
    .map(printable)
    .join('\n')
}

/** The same for machines. */
export function problemAsJson(problem: Problem): Readonly<Record<string, string | number>> {
  const { code, place, message, hint } = problem
  return { code, file: place.file, line: place.line, column: place.column, message, hint }
}

/** By file and place. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (a, b) =>
      inOrderOfText(a.place.file, b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column,
  )
}

const widest = 120

function excerpt(text: string, column: number, number: string): string[] {
  const from = column > widest ? column - widest / 2 : 0
  const line = text.slice(from, from + widest).replaceAll('\t', ' ')
  const caret = `${' '.repeat(Math.max(0, column - 1 - from))}^`
  return [`  ${number} | ${line}`, `  ${' '.repeat(number.length)} | ${caret}`]
}

/** Control characters of a file do not reach a terminal. */
function printable(line: string): string {
  return line.replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, '\u{fffd}')
}
