/**
 * `npm run simulate -- SEED` tells the history of a seed, `npm run simulate -- FIRST LAST` tries all of them:
 * which of them break something, and what the logins came to. The exit status is 1 if one does.
 */
import { simulate } from './simulation.ts'

const [first = 1, last] = process.argv.slice(2).map(Number)
if (last === undefined) await tell(first)
else await tryAll(first, last)

async function tell(seed: number): Promise<void> {
  const { trace, violations } = await simulate(seed)
  for (const line of [...trace, ...violations]) console.log(line)
  if (violations.length > 0) process.exitCode = 1
}

async function tryAll(from: number, to: number): Promise<void> {
  const ends = new Map<string, number>()
  const broken: { seed: number; violations: readonly string[] }[] = []
  for (let seed = from; seed <= to; seed++) {
    const outcome = await simulate(seed)
    if (outcome.violations.length > 0) broken.push({ seed, violations: outcome.violations })
    for (const [end, count] of outcome.ends) ends.set(end, (ends.get(end) ?? 0) + count)
  }
  console.log(JSON.stringify({ from, to, ends: Object.fromEntries(ends), broken }))
  if (broken.length > 0) process.exitCode = 1
}
