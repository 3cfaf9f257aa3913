/**
 * `sallyport replay WITNESS`: plays a story of the checker's over HTTP, against a server that it starts.
 *
 * WITNESS is what `sallyport check --json` has printed, or one story of it; `-` reads it from standard
 * input. The exit status is 1 when the flaw shows, 0 when it does not, 2 for a story that cannot be played.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Story } from '../checker/story.ts'
import { stepTypes } from '../steps/index.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { readFlows } from './load.ts'
import { playAgainst } from './play/against.ts'
import { type Played, play } from './play/player.ts'
import { openStage } from './play/stage.ts'
import { NoStory, readWitness } from './play/witness.ts'

const options = {
  flows: { type: 'string' },
  property: { type: 'string' },
  flow: { type: 'string' },
  against: { type: 'string' },
  json: { type: 'boolean' },
} as const

const statuses = { 'as-told': 1, differs: 0, cannot: 2 } as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const story = await storyOf(positionals[0], values, io)
  const folder = values.flows ?? io.env.SALLYPORT_FLOWS ?? 'flows'
  const organisation = await readFlows(folder, io.cwd, stepTypes, io.env)
  if (!organisation.flows.some(({ name }) => name === story.flow)) {
    throw new UsageProblem(
      `there is no flow ${story.flow} in ${folder}: the story is of another folder`,
    )
  }
  const played = values.against
    ? await playAgainst(
        { issuer: addressOf(values.against), organisation, steps: stepTypes },
        story,
      )
    : await playHere(organisation, story)
  if (values.json) io.out(JSON.stringify(played, undefined, 2))
  else for (const line of linesOf(story, played)) io.out(line)
  return statuses[played.result]
}

/** The address of a server. @throws {UsageProblem} */
export function addressOf(text: string): URL {
  if (URL.canParse(text)) return new URL(text)
  throw new UsageProblem(`${text} is not the address of a server`)
}

async function playHere(organisation: Parameters<typeof openStage>[0], story: Story) {
  const stage = await openStage(organisation)
  try {
    return await play(stage, story)
  } finally {
    await stage.close()
  }
}

async function storyOf(
  path: string | undefined,
  wanted: { property?: string; flow?: string },
  io: Io,
): Promise<Story> {
  if (path === undefined) throw new UsageProblem('name the file with the story, or - for the input')
  const text =
    path === '-'
      ? await io.readInput()
      : await readFile(resolve(io.cwd, path), 'utf8').catch(() => {
          throw new UsageProblem(`the file ${path} cannot be read`)
        })
  try {
    return readWitness(text, wanted)
  } catch (thrown) {
    if (thrown instanceof NoStory) throw new UsageProblem(`${path}: ${thrown.message}`)
    throw thrown
  }
}

/** Each move with what the server answered, and what has come of it. */
export function linesOf({ given, moves, so, assumed }: Story, played: Played): string[] {
  let number = 0
  const lines = played.moves.flatMap(({ text, answer }, at) => [
    // Where the login comes to rest, and its end, are told by what the server answers.
    ...(silent.has(moves[at]!.kind) ? [] : [`${String(++number).padStart(2)}. ${text}`]),
    ...(answer === undefined ? [] : [`      the server: ${answer}`]),
  ])
  return [
    ...(given.length > 0 ? [`given ${given.join(', ')}`] : []),
    ...lines,
    ...endLines(played),
    `=>  ${conclusion(played, so, assumed)}`,
  ]
}

const silent: ReadonlySet<string> = new Set(['offered', 'finish'])

function endLines({ end }: Played): string[] {
  if (!end) return []
  if (end.error) return [`      the application is told: ${end.error}`]
  return [
    `      the application gets a code; its token says amr ${end.amr.join(' ')}, acr ${end.acr}`,
  ]
}

function conclusion({ result, because, end }: Played, so: string, assumed: boolean): string {
  if (result === 'cannot') return `it cannot be played: ${because}`
  if (result === 'differs') return `it does not show: ${because}`
  const caught =
    end?.error === 'unmet_authentication_requirements'
      ? '; only the last check of the engine itself keeps them out'
      : ''
  return `it shows: ${so}${caught}${assumed ? '; what it assumed is so, and it is certain now' : ''}`
}
