/**
 * Runs every test in one process: `node test/all.ts [word...]` keeps the files whose path has each word.
 * Files that end in `.long.test.ts` take minutes; they run only when the word `long` is given.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const words = process.argv.slice(2)
const long = words.includes('long')
const here = import.meta.dirname
const found = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && file.endsWith('.long.test.ts') === long)
  .filter((file) => words.every((word) => file.includes(word)))
  .sort()
if (found.length === 0) throw new Error(`no test file has ${words.join(' and ')} in its path`)

const limitMinutes = long ? 35 : 5
setTimeout(() => {
  console.error(`the tests did not finish in ${limitMinutes} minutes`)
  process.exit(1)
}, limitMinutes * 60_000).unref()

for (const file of found) await import(join(here, file))
