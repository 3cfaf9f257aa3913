/**
 * Keeps a server of `mortal-server.ts` alive: starts it again on the same database and port after each of
 * its deaths.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

/** Dies at the `at`-th write from now on, counted from 1. */
export interface Death {
  readonly at: number
  readonly when: 'before' | 'after'
}

export interface MortalOptions {
  readonly issuer: string
  readonly database: string
  readonly env: Readonly<Record<string, string>>
  readonly aheadMs: number
}

/** What the process can be told. Telling it of a death, or of none, counts its writes anew. */
export interface Told {
  /** The first thing that it is told, once. */
  readonly open?: MortalOptions
  readonly death?: Death | null
  /** A setting of its connection to the database. */
  readonly pragma?: string
  readonly aheadMs?: number
}

const patienceMs = 20_000

export class Mortal {
  readonly #options: Omit<MortalOptions, 'aheadMs'>
  #child: ChildProcess | undefined
  #spare: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #aheadMs = 0
  deaths = 0
  readonly reports: string[] = []

  constructor(options: Omit<MortalOptions, 'aheadMs'>) {
    this.#options = options
  }

  /** @throws when it is not there within 20 seconds */
  async start(): Promise<void> {
    const child = this.#spare ?? beget()
    this.#child = child
    // The next one loads its code while this one lives.
    this.#spare = beget()
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()))
    child.on('message', (said: { report?: string }) => {
      if (said.report) this.reports.push(said.report)
    })
    const ready = hear(child, 'ready')
    child.send({ open: { ...this.#options, aheadMs: this.#aheadMs } } satisfies Told)
    await ready
  }

  /** Starts it again, if it has died. @returns whether it had */
  async revive(): Promise<boolean> {
    const child = this.#child
    // A reset connection is heard of before the death that was its cause.
    if (child?.exitCode === null && child.signalCode === null) {
      await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, 500))])
    }
    if (child?.exitCode === null && child.signalCode === null) return false
    if (child?.signalCode !== 'SIGKILL') throw new Error(`it ended by itself: ${child?.exitCode}`)
    this.deaths++
    await this.start()
    return true
  }

  /** @returns the first words of its writes so far */
  async tell(told: Told = {}): Promise<readonly string[]> {
    this.#aheadMs = told.aheadMs ?? this.#aheadMs
    const child = this.#child!
    const heard = hear(child, 'writes')
    child.send(told)
    const { writes } = await heard
    return writes
  }

  get aheadMs(): number {
    return this.#aheadMs
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGKILL')
    this.#spare?.kill('SIGKILL')
    await this.#ended
  }
}

function beget(): ChildProcess {
  return fork(join(import.meta.dirname, 'mortal-server.ts'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

function hear(child: ChildProcess, what: 'ready' | 'writes') {
  return new Promise<{ writes: readonly string[] }>((resolve, reject) => {
    const timer = setTimeout(
      () => end(() => reject(new Error(`it never said ${what}`))),
      patienceMs,
    )
    const listen = (said: { writes: readonly string[] }) => {
      if (what in said) end(() => resolve(said))
    }
    const dead = () => end(() => reject(new Error(`it died before it said ${what}`)))
    function end(settle: () => void) {
      clearTimeout(timer)
      child.off('message', listen)
      child.off('exit', dead)
      settle()
    }
    child.on('message', listen)
    child.once('exit', dead)
  })
}
