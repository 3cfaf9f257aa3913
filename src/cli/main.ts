#!/usr/bin/env node
/** `sallyport`: finds the command, hands it what it needs, and turns what it throws into a sentence. */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { ConfigProblem } from '../config.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { refusedAround } from './surroundings.ts'

/** One line a command. `user` and the like take a word of their own next. */
const commands: Readonly<Record<string, { load: () => Promise<{ run: Command }>; does: string }>> =
  {
    serve: { load: () => import('./serve.ts'), does: 'runs the server, in one process or several' },
    demo: {
      load: () => import('./demo.ts'),
      does: 'runs it with a demo application and upstreams',
    },
    check: { load: () => import('./check.ts'), does: 'says what is wrong with the flows' },
    graph: { load: () => import('./graph.ts'), does: 'draws a flow' },
    paths: { load: () => import('./paths.ts'), does: 'makes test paths from a flow' },
    mutate: {
      load: () => import('./mutate.ts'),
      does: 'says whether every edit of a flow is noticed',
    },
    test: { load: () => import('./test.ts'), does: 'drives the test paths of a flow over HTTP' },
    diff: {
      load: () => import('./diff.ts'),
      does: 'says who gains or loses what between two versions of the flows',
    },
    simulate: { load: () => import('./simulate.ts'), does: 'walks one login from fixtures' },
    explain: { load: () => import('./explain.ts'), does: 'says what happened in a login, and why' },
    replay: { load: () => import('./replay.ts'), does: 'plays what the check has found over HTTP' },
    user: {
      load: () => import('./user.ts'),
      does: 'lists, adds, locks, signs out and deletes people',
    },
    connection: {
      load: () => import('./connection.ts'),
      does: 'lists connections, and switches them and their just-in-time accounts',
    },
    directory: {
      load: () => import('./directory.ts'),
      does: 'lists directories, and brings accounts up to date with one',
    },
    application: {
      load: () => import('./application.ts'),
      does: 'lists applications, and switches them',
    },
    audit: {
      load: () => import('./audit.ts'),
      does: 'says whether the record of changes is whole, and exports it',
    },
    sweep: { load: () => import('./sweep.ts'), does: 'takes away what has expired' },
    keys: {
      load: () => import('./keys.ts'),
      does: 'lists the keys that sign, makes new ones, and retires old ones',
    },
    migrate: { load: () => import('./migrate.ts'), does: 'brings the database to this version' },
  }

export const commandNames = Object.keys(commands)

/** @returns the exit status: 0 well, 1 a finding, 2 a call or a file that cannot be used, 70 a bug */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const [name = 'help', ...rest] = args
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const asked = ['help', '--help', '-h'].includes(name)
    if (asked) io.out(usage())
    else io.err(`sallyport: there is no command ${name}\n\n${usage()}`)
    return asked ? 0 : 2
  }
  if (rest.some((word) => ['--help', '-h'].includes(word))) {
    io.out(
      `sallyport ${name}: ${command.does}\n\nWhat it takes stands in README.md, "The command".`,
    )
    return 0
  }
  try {
    const { run } = await command.load()
    return await run(rest, io)
  } catch (thrown) {
    if (thrown instanceof UsageProblem || thrown instanceof ConfigProblem || isArgument(thrown)) {
      io.err(`sallyport ${name}: ${thrown.message}`)
      return thrown instanceof ConfigProblem ? thrown.status : 2
    }
    const refused = refusedAround(thrown)
    const told = refused ?? (thrown instanceof Error ? thrown.stack : String(thrown))
    io.err(`sallyport ${name}: ${told}`)
    return refused === undefined ? 70 : 2
  }
}

function usage(): string {
  const lines = Object.entries(commands).map(([name, { does }]) => `  ${name.padEnd(10)} ${does}`)
  return `sallyport: login flows that are checked before anyone walks them\n\n${lines.join('\n')}`
}

/** What `parseArgs` throws for an option that does not exist. */
function isArgument(thrown: unknown): thrown is Error {
  const code = (thrown as { code?: unknown } | null)?.code
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')
}

async function readInput(): Promise<string> {
  if (process.stdin.isTTY) return ''
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

// Also where it is called by a link to it, as `npx` does.
if (import.meta.main) {
  // What was compiled last time, beside what it was compiled from: who can write there can write the code.
  enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/sallyport'))
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  // Whoever reads may have had enough, as `head` has: that is no bug, and nothing is left to say.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  process.exitCode = await main(process.argv.slice(2), {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    env: process.env,
    cwd: process.cwd(),
    stop: stop.signal,
    readInput,
  })
}
