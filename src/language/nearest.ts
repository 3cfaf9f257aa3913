/**
 * The name that was meant: the nearest of those that are known, by the number of letters to change,
 * insert, drop or swap (optimal string alignment). A hint only; nothing is ever put right by itself.
 */

/** @returns a whole hint: the nearest name, or what there is to choose from */
export function didYouMean(word: string, known: Iterable<string>): string {
  const names = [...known]
  const near = nearest(word, names)
  if (near !== undefined) return `did you mean \`${near}\`?`
  if (names.length === 0) return 'there is none to name here'
  const some = names.slice(0, 12).map((name) => `\`${name}\``)
  return `use one of ${some.join(', ')}${names.length > some.length ? ', ...' : ''}`
}

/** @returns `undefined` when nothing is near: more than a third of the letters differ */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longestCompared) return undefined
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const name of known.slice(0, mostCompared)) {
    if (Math.abs(name.length - word.length) >= least) continue
    const distance = distanceBetween(word.toLowerCase(), name.toLowerCase())
    if (distance < least) {
      least = distance
      best = name
    }
  }
  return best
}

/** One order of texts on every machine: by UTF-16 unit. */
export function inOrderOfText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

const longestCompared = 80
const mostCompared = 500

function distanceBetween(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + differs)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, before[j - 2]! + 1)
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
