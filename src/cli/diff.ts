/**
 * `sallyport diff OLD NEW`: who gains or loses access, a factor, a step or a role between two versions of the
 * flows, each with the shortest way to see it. The exit status is 1 when anything differs, 2 when a version
 * cannot be read.
 *
 * A version is a folder of flows, or one flow's file: that one in place of what the other folder has.
 */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { differ, type FlowDifference } from '../checker/difference.ts'
import { print as storyLines } from '../checker/story.ts'
import { loadFlows } from '../language/load.ts'
import { renderProblem } from '../language/render.ts'
import type { Organisation } from '../language/settings.ts'
import type { SourceFile } from '../language/source.ts'
import { stepTypes } from '../steps/index.ts'
import { declarations } from './flow-argument.ts'
import { readFolder } from './folder.ts'
import { type Command, type Io, UsageProblem } from './io.ts'

const options = {
  flows: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [old, now, ...more] = positionals
  if (old === undefined || now === undefined || more.length > 0) {
    throw new UsageProblem('name two versions: folders of flows, or files of one flow')
  }
  const around = values.flows ?? io.env.SALLYPORT_FLOWS ?? 'flows'
  const [before, after] = [await version(old, around, io), await version(now, around, io)]
  const found = differ(before, after, declarations)
  if (values.json) io.out(JSON.stringify(found, undefined, 2))
  else for (const one of found) for (const line of linesOf(one)) io.out(line)
  return found.every(({ is }) => is === 'same') ? 0 : 1
}

async function version(path: string, around: string, io: Io): Promise<Organisation> {
  const at = resolve(io.cwd, path)
  const isFolder = (await stat(at).catch(() => undefined))?.isDirectory()
  const files = isFolder ? await folder(at) : await withFile(at, resolve(io.cwd, around))
  const { organisation, problems } = loadFlows(files, stepTypes, io.env)
  if (organisation) return organisation
  const told = problems.map((problem) => renderProblem(problem, files)).join('\n\n')
  throw new UsageProblem(`${path} cannot be used:\n\n${told}`)
}

/** A file that stands among its settings brings them along. */
async function withFile(path: string, around: string): Promise<readonly SourceFile[]> {
  const own = await readFolder(dirname(path)).catch(() => [])
  const isComplete = own.some(({ name }) => name === 'applications.yaml')
  if (isComplete) return own
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageProblem(`${path} cannot be read`)
  })
  const name = basename(path)
  const others = await folder(around)
  return [...others.filter((file) => file.name !== name), { name, text }]
}

function folder(path: string): Promise<readonly SourceFile[]> {
  return readFolder(path).catch(() => {
    throw new UsageProblem(`the folder ${path} cannot be read; name one with --flows`)
  })
}

function linesOf({ flow, is, changes, parts }: FlowDifference): string[] {
  if (is === 'same') return [`${flow}: no difference`]
  if (is === 'limited') return [`${flow}: no difference was found, and not all could be seen`]
  if (is !== 'different') return [`${flow}: is ${is}`]
  return [
    `${flow}: differs`,
    ...changes.flatMap(({ kind, change, text, story }) => [
      `  ${kind} ${change}: ${text}`,
      ...storyLines(story)
        .slice(0, -1)
        .map((line) => `    ${line}`),
    ]),
    ...(parts
      ? [
          `  they part first after: ${parts.moves.join('; ')}`,
          `    old: ${parts.old}`,
          `    new: ${parts.new}`,
        ]
      : []),
  ]
}
