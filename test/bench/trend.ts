/** What becomes more with time, and what only goes up and down. */

export interface Trend {
  readonly slope: number
  /** Of the slope, as if each value went its own way; what swings slowly makes it too small. */
  readonly standardError: number
}

/** Ordinary least squares. @param ys as many as xs, three or more */
export function trendOf(xs: readonly number[], ys: readonly number[]): Trend {
  const [meanX, meanY] = [mean(xs), mean(ys)]
  const spread = sum(xs.map((x) => (x - meanX) ** 2))
  const slope = sum(xs.map((x, n) => (x - meanX) * (ys[n]! - meanY))) / spread
  const left = sum(xs.map((x, n) => (ys[n]! - meanY - slope * (x - meanX)) ** 2))
  return { slope, standardError: Math.sqrt(left / (xs.length - 2) / spread) }
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
