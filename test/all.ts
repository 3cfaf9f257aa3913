/**
 * Runs the tests: `node test/all.ts [word...]` keeps the files whose path has each word, in one process.
 * All of them are shared out among as many processes as there are cores, and one more: each waits for disks and
 * timers a fifth of its time. The long ones, which start browsers and databases, do without that one.
 *
 * Files that end in `.long.test.ts` take minutes; they run only when the word `long` is given.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** A run that hangs ends by itself. */
const limitMinutes = { short: 10, long: 35 }

const given = process.argv.slice(2)
/** `--part=1/2`: the first of two. */
const part = given.find((word) => word.startsWith('--part='))?.slice('--part='.length)
const words = given.filter((word) => !word.startsWith('--'))
const long = words.includes('long')
const found = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && file.endsWith('.long.test.ts') === long)
  .filter((file) => words.every((word) => file.includes(word)))
  .sort()
if (found.length === 0) throw new Error(`no test file has ${words.join(' and ')} in its path`)

const all = words.every((word) => word === 'long')
if (all && part === undefined) await runParts(availableParallelism() + (long ? 0 : 1))
else await runHere(part)

async function runHere(part = '1/1'): Promise<void> {
  const [own, parts] = part.split('/').map(Number) as [number, number]
  const minutes = limitMinutes[long ? 'long' : 'short']
  setTimeout(() => {
    console.error(`the tests did not finish in ${minutes} minutes`)
    process.exit(1)
  }, minutes * 60_000).unref()
  const files = found.filter((_, index) => index % parts === own - 1)
  for (const file of files) await import(join(import.meta.dirname, file))
}

async function runParts(parts: number): Promise<void> {
  const runs = Array.from({ length: parts }, (_, index) => runPart(`${index + 1}/${parts}`))
  const codes = await Promise.all(runs)
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1
}

/** What it says is printed when it is over: two that speak at once cannot be read. */
function runPart(part: string): Promise<number | null> {
  const child = spawn(process.execPath, [
    ...process.execArgv,
    import.meta.filename,
    ...words,
    `--part=${part}`,
  ])
  const said: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(data))
  return new Promise((done) => {
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(said))
      done(code)
    })
  })
}
