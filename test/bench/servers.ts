/** The servers that are measured, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { ServerOptions, Told, Used } from './server.ts'

export interface Bench {
  readonly issuer: string
  /** User and system time since the process began, in microseconds. */
  cpuMicros(): Promise<number>
  tell(told: Told): Promise<Used>
  close(): unknown
}

export async function startBench(options: ServerOptions): Promise<Bench> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [JSON.stringify(options)], {
    execArgv: [...process.execArgv, '--expose-gc'],
  })
  await new Promise((done, failed) => {
    child.once('message', done)
    child.once('exit', (status) => failed(new Error(`a server ended with ${status}`)))
  })
  return {
    issuer: options.issuer,
    cpuMicros: async () => (await tell(child, {})).cpuMicros,
    tell: (told) => tell(child, told),
    close: () => child.connected && child.disconnect(),
  }
}

function tell(child: ChildProcess, told: Told): Promise<Used> {
  return new Promise((done) => {
    child.once('message', (used) => done(used as Used))
    child.send(told)
  })
}
