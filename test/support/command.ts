/** Commands, run in this process as the terminal would run them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { filesWith } from './world.ts'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Started {
  /** Both streams, as they stand. */
  said(): { readonly out: string; readonly err: string }
  /** Tells it to stop. @returns when it has ended */
  stop(): Promise<Said>
  /** When it has ended by itself. */
  readonly ended: Promise<Said>
}

export const commandEnv = {
  SALLYPORT_SECRET: Buffer.from(Array.from({ length: 32 }, (_, n) => n * 5)).toString('base64url'),
  GOOGLE_CLIENT_SECRET: 'google-secret',
  GITHUB_CLIENT_SECRET: 'github-secret',
  THRIFT_CLIENT_SECRET: 'thrift-secret',
  SALLYPORT_SMTP_URL: 'smtp://localhost',
  VAULT_CLIENT_SECRET: 'vault-secret',
}

/** A folder that is gone when the test ends, with the shipped flows in `flows/`, or these in their place. */
export function folderOf(
  t: Pick<TestContext, 'after'>,
  files: Readonly<Record<string, string>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-command-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const flows = join(folder, 'flows')
  for (const { name, text } of filesWith(files)) writeIn(flows, name, text)
  return folder
}

export async function command(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Said> {
  return start(cwd, args, env, input).ended
}

export function start(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Started {
  const [out, err]: [string[], string[]] = [[], []]
  const stop = new AbortController()
  const said = () => ({ out: out.join('\n'), err: err.join('\n') })
  const ended = main(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    env: { ...commandEnv, ...env },
    cwd,
    stop: stop.signal,
    readInput: async () => input,
  }).then((code) => ({ code, ...said() }))
  return {
    said,
    ended,
    stop() {
      stop.abort()
      return ended
    },
  }
}

function writeIn(folder: string, name: string, text: string): void {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
