/** `sallyport serve` in processes of its own, as a service manager starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { commandEnv } from './command.ts'

const command = join(import.meta.dirname, '../../src/cli/main.ts')

export interface ServedOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Of Node itself. */
  readonly execArgv?: readonly string[]
}

export interface Ended {
  readonly status: number | null
  readonly signal: string | null
}

export class Served {
  readonly #child: ChildProcess
  readonly #said = { out: '', err: '' }
  #wake = () => {}
  /** When all of its processes have let go of what they were given to write to. */
  readonly ended: Promise<Ended>
  #how: Ended | undefined

  constructor(cwd: string, { args = [], env = {}, execArgv = [] }: ServedOptions) {
    const child = spawn(process.execPath, [...execArgv, command, 'serve', ...args], {
      cwd,
      env: { ...process.env, ...commandEnv, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of ['out', 'err'] as const) {
      child[`std${stream}`]!.setEncoding('utf8').on('data', (text: string) => {
        this.#said[stream] += text
        this.#wake()
      })
    }
    this.ended = new Promise((resolve) => {
      child.once('close', (status, signal) => {
        this.#how = { status, signal }
        resolve(this.#how)
        this.#wake()
      })
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  get said(): { readonly out: string; readonly err: string } {
    return this.#said
  }

  /** The lines of its log. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.#said.err
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line))
  }

  /** @throws when it ends before that is so */
  async until(isSo: (served: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      if (this.#how) throw new Error(`it has ended: ${this.#said.err}`)
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
    }
  }

  /** The process of each worker that is ready now, in the order in which they came. */
  workers(): readonly number[] {
    const living = new Set<number>()
    for (const { event, what, pid } of this.log) {
      if (event !== 'worker') continue
      if (what === 'ready') living.add(Number(pid))
      else living.delete(Number(pid))
    }
    return [...living]
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Told to stop. */
  stop(): Promise<Ended> {
    this.signal('SIGTERM')
    return this.ended
  }
}
