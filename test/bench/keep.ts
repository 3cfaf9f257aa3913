/** What was measured, kept where it is read: rows in the README, raw data in a file of its own. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const readme = join(import.meta.dirname, '../../README.md')

/** @param mark the lines go between `<!-- MARK -->` and `<!-- end of MARK -->` */
export function keep(mark: string, lines: readonly string[]): void {
  const text = readFileSync(readme, 'utf8')
  const marked = new RegExp(`(<!-- ${mark} -->\\n)[\\s\\S]*?(<!-- end of ${mark} -->)`)
  if (!marked.test(text)) throw new Error(`the README has no place for ${mark}`)
  const kept = text.replace(marked, (_, begin, end) => `${begin}\n${lines.join('\n')}\n\n${end}`)
  writeFileSync(readme, kept)
}

/** One line of JSON at the end of the file that BENCH_RAW names, if it names one. */
export function keepRaw(measured: object): void {
  const file = process.env.BENCH_RAW
  if (file) appendFileSync(file, `${JSON.stringify(measured)}\n`)
}
