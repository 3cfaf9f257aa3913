/**
 * Runs the tests: `node test/all.ts [word...]` keeps the files whose path has each word, in one process.
 *
 * All of them are shared out among as many processes as there are cores, and one more: each waits for disks and
 * timers a fifth of its time. Files that end in `.long.test.ts` take minutes; they run only when the word `long` is
 * given. All of those are a process each, as many at once as there are cores.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'

/** A run that hangs ends by itself. */
const limitMinutes = { short: 10, long: 25 }

const given = process.argv.slice(2)
const words = given.filter((word) => !word.startsWith('--'))
const long = words.includes('long')
/** `--part=1/2`: the first of two. */
const part = given.find((word) => word.startsWith('--part='))?.slice('--part='.length)
const found = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && file.endsWith('.long.test.ts') === long)
  .filter((file) => words.every((word) => file.includes(word)))
  .sort()
if (found.length === 0) throw new Error(`no test file has ${words.join(' and ')} in its path`)

const all = words.every((word) => word === 'long')
if (!all || part !== undefined) await runHere(part)
else if (long) await runLong()
else await runEach(parts(availableParallelism() + 1), Number.POSITIVE_INFINITY)

async function runLong(): Promise<void> {
  const { default: chromium } = await import('@sparticuz/chromium')
  // The first who asks unpacks it, and a second would take it half unpacked.
  await chromium.executablePath()
  await runEach(fileByFile(), availableParallelism())
}

async function runHere(part = '1/1'): Promise<void> {
  const [own, parts] = part.split('/').map(Number) as [number, number]
  const minutes = limitMinutes[long ? 'long' : 'short']
  setTimeout(() => {
    console.error(`the tests did not finish in ${minutes} minutes`)
    process.exit(1)
  }, minutes * 60_000).unref()
  // What another process has compiled before is not compiled again: half of the first second of each.
  enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/sallyport'))
  const files = found.filter((_, index) => index % parts === own - 1)
  const reading = read(files)
  // Tests begin behind it: a run that ends with its last test would end with the last of the files read so far.
  it('has read all of its files', async () => assert.equal(await reading, files.length))
  await reading
}

/** @returns how many */
async function read(files: readonly string[]): Promise<number> {
  let count = 0
  for (const file of files) {
    await import(join(import.meta.dirname, file))
    count++
  }
  return count
}

/** The words of each run. */
type Runs = readonly (readonly string[])[]

function parts(many: number): Runs {
  return Array.from({ length: many }, (_, index) => [`--part=${index + 1}/${many}`])
}

/** Those with the longest tests stand last: they begin first, so that nobody waits for one at the end. */
function fileByFile(): Runs {
  return found.map((file) => ['long', file]).reverse()
}

async function runEach(runs: Runs, atOnce: number): Promise<void> {
  const left = [...runs]
  const codes: (number | null)[] = []
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) codes.push(await run(next))
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, runs.length) }, work))
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1
}

/**
 * What it says is printed when it is over: two that speak at once cannot be read. It is over with its last test,
 * whatever a library has left running; files that are run by name show that by not ending.
 */
function run(own: readonly string[]): Promise<number | null> {
  const options = ['--test-force-exit', ...process.execArgv]
  const child = spawn(process.execPath, [...options, import.meta.filename, ...own])
  const said: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(data))
  return new Promise((done) => {
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(said))
      done(code)
    })
  })
}
