/**
 * `sallyport test FLOW`: drives the test paths of a flow over HTTP, against a server that it starts, or
 * with `--against URL` against another one; and what no test has walked. The exit status is 1 on a difference.
 */
import { parseArgs } from 'node:util'
import { type Coverage, generatePaths, type TestPath } from '../checker/paths.ts'
import { stepTypes } from '../steps/index.ts'
import { coverageLines, coverageOf, type Walked } from './coverage.ts'
import { declarations, flowNamed } from './flow-argument.ts'
import type { Command, Io } from './io.ts'
import { readFlows } from './load.ts'
import { playAgainst } from './play/against.ts'
import { type Played, play } from './play/player.ts'
import { openStage } from './play/stage.ts'
import { addressOf } from './replay.ts'

const options = {
  flows: { type: 'string' },
  against: { type: 'string' },
  json: { type: 'boolean' },
} as const

interface Driven {
  readonly path: TestPath
  readonly played: Played
}

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const flow = await flowNamed(positionals[0], values.flows, io)
  const { paths, coverage } = generatePaths(flow, declarations)
  const driven = await drive(paths, values.flows, values.against, io)
  const covered = coveredBy(driven)
  const walked = coverageOf(coverage.all, new Set(covered), coverage.impossible)
  if (values.json) io.out(JSON.stringify({ driven, coverage, covered, walked }, undefined, 2))
  else print(driven, coverage, walked, io)
  return driven.some(({ played }) => played.result === 'differs') ? 1 : 0
}

async function drive(
  paths: readonly TestPath[],
  folder: string | undefined,
  against: string | undefined,
  io: Io,
): Promise<Driven[]> {
  const at = folder ?? io.env.SALLYPORT_FLOWS ?? 'flows'
  const organisation = await readFlows(at, io.cwd, stepTypes, io.env)
  const driven: Driven[] = []
  if (against !== undefined) {
    const there = { issuer: addressOf(against), organisation, steps: stepTypes }
    for (const path of paths) driven.push({ path, played: await playAgainst(there, path) })
    return driven
  }
  const stage = await openStage(organisation)
  try {
    for (const path of paths) driven.push({ path, played: await play(stage, path) })
  } finally {
    await stage.close()
  }
  return driven
}

/** Transitions that the server was seen to take as it should. */
function coveredBy(driven: readonly Driven[]): string[] {
  const seen = driven.filter(({ played }) => played.result === 'as-told')
  return [...new Set(seen.flatMap(({ path }) => path.covers))]
}

function print(driven: readonly Driven[], { impossible }: Coverage, walked: Walked, io: Io): void {
  for (const { path, played } of driven) {
    if (played.result === 'as-told') continue
    const what = played.result === 'differs' ? 'DIFFERS' : 'was not driven'
    io.out(`${path.id} ${what}: ${played.because}`)
    if (played.result === 'cannot') continue
    for (const { text, answer } of played.moves) {
      io.out(`  ${text}`)
      if (answer !== undefined) io.out(`      the server: ${answer}`)
    }
  }
  const of = (result: Played['result']) =>
    driven.filter(({ played }) => played.result === result).length
  io.out(
    `${driven.length} paths: ${of('as-told')} as they should be, ${of('differs')} different, ${of('cannot')} not driven`,
  )
  for (const line of coverageLines(walked)) io.out(line)
  if (impossible.length > 0) {
    io.out(`no login of this configuration takes ${impossible.join(', ')}`)
  }
}
