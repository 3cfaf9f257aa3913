/** The servers that are measured, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { ServerOptions } from './server.ts'

export interface Bench {
  readonly issuer: string
  /** User and system time since the process began, in microseconds. */
  cpuMicros(): Promise<number>
  close(): unknown
}

export async function startBench(options: ServerOptions): Promise<Bench> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [JSON.stringify(options)])
  await new Promise((done, failed) => {
    child.once('message', done)
    child.once('exit', (status) => failed(new Error(`a server ended with ${status}`)))
  })
  return {
    issuer: options.issuer,
    cpuMicros: () => askCpu(child),
    close: () => child.connected && child.disconnect(),
  }
}

function askCpu(child: ChildProcess): Promise<number> {
  return new Promise((done) => {
    child.once('message', (message) => done((message as { cpuMicros: number }).cpuMicros))
    child.send('cpu')
  })
}
