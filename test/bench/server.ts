/**
 * One server in a process of its own: `server.ts KIND JSON`. It says `{ ready }` to its parent, and its
 * CPU time in microseconds whenever it is asked.
 */
import type { Server } from 'node:http'
import { openApp } from '../../src/app.ts'
import { listen } from '../../src/cli/listen.ts'
import { loadFolder } from '../../src/cli/load.ts'
import { noTryLimits } from '../../src/engine/tries.ts'
import { Secret } from '../../src/kit/secret.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { type BareOptions, bareServer } from './bare.ts'

export interface SallyportOptions {
  readonly issuer: string
  readonly database: string
  readonly durability: 'full' | 'normal'
  readonly flows: string
  readonly env: Readonly<Record<string, string>>
  readonly people: readonly {
    readonly userName: string
    readonly password: string
    readonly totpSecret?: string
  }[]
}

const cheapHash = { memoryKib: 8, passes: 1, lanes: 1 }

async function sallyport(options: SallyportOptions): Promise<Server> {
  const steps = listStepTypes({ issuer: new URL(options.issuer), hashCost: cheapHash })
  const organisation = await loadFolder(options.flows, process.cwd(), steps, options.env)
  const { accounts, server } = await openApp({
    ...options,
    issuer: new URL(options.issuer),
    tries: noTryLimits,
    secret: new Secret(new Uint8Array(32).fill(5)),
    organisation,
    steps,
    now: Date.now,
    report: (error) => console.error(error),
  })
  for (const { userName, password, totpSecret } of options.people) {
    const credentials = [{ kind: 'password', secret: await hashPassword(password, cheapHash) }]
    if (totpSecret) credentials.push({ kind: 'totp', secret: totpSecret })
    await accounts.add(
      { userName, claims: { name: userName }, groups: [], credentials },
      Date.now(),
    )
  }
  return server
}

const [kind, json] = process.argv.slice(2)
const options = JSON.parse(json!) as SallyportOptions & BareOptions
const server = kind === 'sallyport' ? await sallyport(options) : await bareServer(options)
await listen(server, Number(new URL(options.issuer).port))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send!({ cpuMicros: user + system })
})
process.on('disconnect', () => process.exit())
process.send!({ ready: true })
