/** A length of time in a file: a number and a unit, as `90s`, `15m`, `8h` or `30d`. */
import type { Findings } from './findings.ts'
import type { Node } from './tree.ts'

const second = 1000
const units: Readonly<Record<string, number>> = {
  s: second,
  m: 60 * second,
  h: 3600 * second,
  d: 86_400 * second,
}

/** Whether it is written as one; the JSON Schema says the same. */
export const durationPattern = '^[1-9][0-9]{0,4}[smhd]$'

export interface DurationRange {
  readonly minMs: number
  readonly maxMs: number
}

/** @param what the key, for problems */
export function parseDuration(
  node: Node,
  what: string,
  { minMs, maxMs }: DurationRange,
  findings: Findings,
): number | undefined {
  const text = findings.text(node, what)
  if (text === undefined) return undefined
  const isOne = new RegExp(durationPattern).test(text)
  const ms = isOne ? Number(text.slice(0, -1)) * units[text.slice(-1)]! : Number.NaN
  if (ms >= minMs && ms <= maxMs) return ms
  const message = `\`${text}\` is no time from ${inWords(minMs)} to ${inWords(maxMs)}`
  return findings.report('value-invalid', node.place, message, 'write it as `15m`, `90s` or `1h`')
}

/** In the greatest unit that leaves nothing over, as it could be written; a day is 24 hours. */
function inWords(ms: number): string {
  const [unit, size] = Object.entries(units).findLast(
    ([name, each]) => ms % each === 0 && (name !== 'd' || ms > each),
  )!
  return `${ms / size}${unit}`
}
