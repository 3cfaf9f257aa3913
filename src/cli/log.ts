/**
 * The log of a running server, on standard error: JSON, one line an event, each with the id by which the
 * rest of the story is found. Nothing typed or secret is in it: a failure says what is for the operator, a
 * move where a login went.
 */
import { pino } from 'pino'
import type { LogLevel } from '../config.ts'
import type { Login, LoginEvent } from '../engine/login.ts'
import { KnownError } from '../kit/errors.ts'
import type { Io } from './io.ts'
import type { Death } from './worker-life.ts'

export interface Log {
  /**
   * A refusal is information, everything else an error, with its stack.
   *
   * @param id a login's, or the one that the person was shown
   */
  failed(error: unknown, id: string | undefined): void
  /** Each move of a login, and its end. */
  moved(login: Login, events: readonly LoginEvent[]): void
  /** One of several processes that answer has come, or has died. */
  worker(which: NamedWorker, what: 'ready' | 'died', how?: WorkerDeath): void
}

export interface NamedWorker {
  readonly number: number
  /** Of its process; absent: there was none. */
  readonly pid: number | undefined
}

export interface WorkerDeath extends Death {
  /** Until another one takes its place. */
  readonly pauseMs: number
}

/** In UTF-16 units: whoever sends a long text fills no disk with it. */
const textMax = 2_000

/**
 * @param level what weighs less is not written
 * @param now milliseconds since the Unix epoch
 * @param own the number of the worker that writes; absent: there are none
 */
export function openLog(
  io: Pick<Io, 'err'>,
  level: LogLevel,
  now: () => number,
  own?: number,
): Log {
  const options = {
    level,
    base: own === undefined ? null : { worker: own },
    timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const lines = pino(options, { write: (line) => io.err(line.trimEnd()) })
  return {
    failed(error, id) {
      const thrown = error instanceof Error ? error : new Error(String(error))
      const { name, message } = thrown
      const isRefusal = thrown instanceof KnownError
      const code = isRefusal ? { code: thrown.code } : {}
      const stack = isRefusal ? {} : { stack: cut(thrown.stack ?? '') }
      const line = { event: isRefusal ? 'refused' : 'failed', id, name, ...code, ...stack }
      lines[isRefusal ? 'info' : 'error'](line, cut(message))
    },
    moved(login, events) {
      const of = { id: login.id, organisation: login.organisation, application: login.application }
      for (const { state, option, outcome, to, reason } of events) {
        lines.info({ event: 'move', ...of, flow: login.flow, state, option, outcome, to, reason })
      }
      const { end } = login.facts
      if (!end) return
      const seconds = (now() - login.createdMs) / 1000
      const { outcome, error, acr, amr } = end
      lines.info({ event: 'end', ...of, flow: login.flow, outcome, error, acr, amr, seconds })
    },
    worker({ number, pid }, what, how) {
      const line = { event: 'worker', worker: number, pid, what, ...how }
      lines[what === 'died' ? 'error' : 'info'](line)
    },
  }
}

function cut(text: string): string {
  return text.length <= textMax ? text : `${text.slice(0, textMax)}...`
}
