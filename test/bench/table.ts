/** What was measured, as rows of Markdown. */

export interface Subject {
  readonly name: string
  /** Of each round, server CPU in milliseconds each. */
  readonly cpuMs: readonly number[]
  /** Of each answer, in milliseconds. */
  readonly times: readonly number[]
  /** The bare server's of the same kind: on the same adapter, and in memory. */
  readonly beside?: { readonly same: Subject; readonly memory: Subject }
}

export const head = [
  '| login | server CPU, ms | to bare, same adapter | to bare, in memory | p50, ms | p99, ms |',
  '| --- | --- | --- | --- | --- | --- |',
]

export function rowOf(subject: Subject): string {
  const { name, cpuMs, times, beside } = subject
  const cells = [
    name,
    median(cpuMs).toFixed(2),
    beside ? ratio(subject, beside.same) : '',
    beside ? ratio(subject, beside.memory) : '',
    quantile(times, 0.5).toFixed(1),
    quantile(times, 0.99).toFixed(1),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Round by round, so that a machine whose speed drifts does not matter. */
function ratio(a: Subject, b: Subject): string {
  return `${median(a.cpuMs.map((cost, round) => cost / b.cpuMs[round]!)).toFixed(2)}x`
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN
}
