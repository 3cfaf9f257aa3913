/** What was measured, as rows of Markdown. */

/** What was measured of one kind. */
export interface Figures {
  readonly name: string
  /** Of each round, server CPU in milliseconds each. */
  readonly cpuMs: readonly number[]
  /** Of each answer, in milliseconds. */
  readonly times: readonly number[]
}

export interface Subject extends Figures {
  /** The bare server's of the same kind: on the same adapter, and in memory. */
  readonly beside?: { readonly same: Figures; readonly memory: Figures }
}

/** One request. */
export interface Step extends Figures {
  /** A page that does as little as a step could. */
  readonly beside?: Figures
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

export const stepHead = [
  '| one request | server CPU, ms | to the page | p50, ms | p99, ms |',
  '| --- | --- | --- | --- | --- |',
]

export function stepRowOf(step: Step): string {
  const { name, cpuMs, times, beside } = step
  const cells = [
    name,
    median(cpuMs).toFixed(2),
    beside ? ratio(step, beside) : '',
    quantile(times, 0.5).toFixed(1),
    quantile(times, 0.99).toFixed(1),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Round by round, so that a machine whose speed drifts does not matter. */
function ratio(a: Figures, b: Figures): string {
  return `${median(a.cpuMs.map((cost, round) => cost / b.cpuMs[round]!)).toFixed(2)}x`
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN
}
