/**
 * `npm run simulate -- SEED` tells the history of a seed, `npm run simulate -- FIRST LAST` tries all of them on
 * all cores: which of them break something, and what the logins came to. The exit status is 1 if one does.
 */
import { simulateMany } from './many.ts'
import { simulate } from './simulation.ts'

const [first = 1, last] = process.argv.slice(2).map(Number)
if (last === undefined) await tell(first)
else await tryAll(first, last)

async function tell(seed: number): Promise<void> {
  const { trace, violations } = await simulate(seed)
  for (const line of [...trace, ...violations]) console.log(line)
  if (violations.length > 0) process.exitCode = 1
}

async function tryAll(first: number, last: number): Promise<void> {
  const beganMs = performance.now()
  const { tried, ends, broken } = await simulateMany(first, last)
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(0)
  console.log(`${tried} seeds in ${seconds} s, ${broken.length} of them broken`)
  for (const [end, count] of ends) console.log(`  ${count} logins: ${end}`)
  for (const { seed, violations } of broken) {
    console.log(`npm run simulate -- ${seed}`)
    for (const violation of violations) console.log(`  ${violation}`)
  }
  if (broken.length > 0) process.exitCode = 1
}
