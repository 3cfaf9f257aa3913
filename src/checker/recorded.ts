/** What is possible of a variable after a case recorded it, and where nobody has been proven. */
import type { FactName, FactValue } from '../language/facts.ts'
import { no, type Variable, yes } from './variables.ts'

/** What conditions read where nobody has been proven. */
export function ofNobody(variable: Variable): number {
  if (variable.kind === 'opaque') return variable.full
  if (!variable.values) return no
  const missing = variable.values.indexOf(undefined)
  const unsaid = variable.values.indexOf(false)
  const bit = missing >= 0 ? missing : unsaid
  return bit < 0 ? variable.full : 1 << bit
}

export function maskOf(
  variable: Variable,
  fact: FactName,
  known: {
    readonly is?: unknown
    readonly has?: readonly string[]
    readonly lacks?: readonly string[]
  },
): number {
  const item = variable.name.startsWith(`${fact} has `)
    ? variable.name.slice(fact.length + 5)
    : undefined
  if (item !== undefined) {
    if (Array.isArray(known.is)) return known.is.includes(item) ? yes : no
    if (known.has?.includes(item)) return yes
    return known.lacks?.includes(item) ? no : variable.full
  }
  const at = variable.values?.indexOf(known.is as FactValue | undefined) ?? -1
  return at < 0 || !('is' in known) ? variable.full : 1 << at
}
