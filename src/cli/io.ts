/** What a command is given instead of the process: a test gives its own. */
export interface Io {
  /** Writes a line for whoever asked, on standard output. */
  out(line: string): void
  /** Writes a line for whoever watches, on standard error. */
  err(line: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder in which relative paths begin. */
  readonly cwd: string
  /** Ends a command that runs until it is told to stop. */
  readonly stop: AbortSignal
  /** Everything on standard input; empty where it is a terminal. */
  readInput(): Promise<string>
}

/** @returns the exit status */
export type Command = (args: readonly string[], io: Io) => Promise<number>

/** A command was called in a way that it does not understand. The message says what to do. */
export class UsageProblem extends Error {}
