/**
 * Keeps a server of `mortal-server.ts` alive: starts it again on the same database and port after each of
 * its deaths.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Crossing, Fault } from './crossings.ts'

export interface MortalOptions {
  readonly issuer: string
  readonly database: string
  readonly env: Readonly<Record<string, string>>
  readonly aheadMs: number
  /** Where it listens. Absent: at its issuer's. */
  readonly port?: number
  /** Absent: `normal`. What is promised to whoever kills a process does not hang on a loss of power. */
  readonly durability?: 'full'
}

/** How the process itself is started. */
export interface Birth {
  readonly execArgv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Absent: what it says there is shown. */
  readonly stderr?: 'ignore'
}

/** What the process can be told. Telling it of a fault, or of none, counts its crossings anew. */
export interface Told {
  /** The first thing that it is told, once. */
  readonly open?: MortalOptions
  readonly fault?: Fault | null
  /** A setting of its connection to the database. */
  readonly pragma?: string
  readonly aheadMs?: number
  /** To take away what has expired, and whatever it keeps in memory without need. */
  readonly sweep?: true
  /** To take all memory that there is, bit by bit. */
  readonly hog?: true
  /** To finish what is under way, and end. */
  readonly leave?: true
}

/** What it says to that. */
export interface Heard {
  /** Since the last order. */
  readonly crossings: readonly Crossing[]
  /** How many of them were made to fail. */
  readonly failed: number
  /** In use, with what waits to be collected. */
  readonly heapBytes: number
  /** Sockets, timers and files that it has open. */
  readonly handles: number
}

const patienceMs = 60_000

export class Mortal {
  readonly #options: Omit<MortalOptions, 'aheadMs'>
  readonly #birth: Birth
  #child: ChildProcess | undefined
  #spare: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #aheadMs = 0
  #reviving: Promise<boolean> | undefined
  #isStopped = false
  deaths = 0
  readonly reports: string[] = []

  constructor(options: Omit<MortalOptions, 'aheadMs'>, birth: Birth = {}) {
    this.#options = options
    this.#birth = birth
  }

  /** @throws when it is not there within a minute, or is not to live any more */
  async start(): Promise<void> {
    if (this.#isStopped) throw new Error('it was stopped')
    const child = this.#spare ?? beget(this.#birth)
    this.#child = child
    // The next one loads its code while this one lives.
    this.#spare = beget(this.#birth)
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()))
    child.on('message', (said: { report?: string }) => {
      if (said.report) this.reports.push(said.report)
    })
    const ready = hear(child, 'ready')
    child.send({ open: { ...this.#options, aheadMs: this.#aheadMs } } satisfies Told)
    await ready
  }

  /** Starts it again, if it has died; of many who ask at once, for all of them. @returns whether it had */
  revive(): Promise<boolean> {
    this.#reviving ??= this.#revive().finally(() => {
      this.#reviving = undefined
    })
    return this.#reviving
  }

  async #revive(): Promise<boolean> {
    const child = this.#child
    // A reset connection is heard of before the death that was its cause.
    if (child?.exitCode === null && child.signalCode === null) {
      await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, 500))])
    }
    if (child?.exitCode === null && child.signalCode === null) return false
    // Out of memory, the engine of JavaScript aborts.
    if (!['SIGKILL', 'SIGABRT'].includes(child?.signalCode ?? ''))
      throw new Error(`it ended by itself: ${child?.exitCode}`)
    this.deaths++
    await this.start()
    return true
  }

  /** Resolves when the process that there is now has ended. */
  ended(): Promise<void> {
    return this.#ended
  }

  async tell(told: Told = {}): Promise<Heard> {
    this.#aheadMs = told.aheadMs ?? this.#aheadMs
    const child = this.#child!
    const heard = hear(child, 'crossings')
    child.send(told)
    return heard
  }

  /** Has it end as an operator would. */
  async leave(): Promise<void> {
    this.#child!.send({ leave: true } satisfies Told)
    await this.#ended
  }

  /** Whether it was stopped in the middle of something (`SIGSTOP`). Linux alone. */
  isPaused(): boolean {
    const stat = readFileSync(`/proc/${this.#child!.pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')')).startsWith(') T')
  }

  resume(): void {
    this.#child!.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#child?.kill('SIGKILL')
    this.#spare?.kill('SIGKILL')
    await this.#ended
  }
}

/** Most of what a server does before it is there is to compile the same text. */
const compiled = join(tmpdir(), 'sallyport-compiled')

function beget({ execArgv = [], env = {}, stderr }: Birth): ChildProcess {
  return fork(join(import.meta.dirname, 'mortal-server.ts'), [], {
    execArgv: [...process.execArgv, ...execArgv],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ['ignore', 'ignore', stderr ?? 'inherit', 'ipc'],
  })
}

function hear(child: ChildProcess, what: 'ready' | 'crossings') {
  return new Promise<Heard>((resolve, reject) => {
    const timer = setTimeout(
      () => end(() => reject(new Error(`it never said ${what}`))),
      patienceMs,
    )
    const listen = (said: Heard) => {
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
