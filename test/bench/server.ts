/**
 * One server in a process of its own: `server.ts JSON`. It says `{ ready }` to its parent, and its
 * CPU time in microseconds whenever it is asked.
 */
import type { Server } from 'node:http'
import { openApp } from '../../src/app.ts'
import { listen } from '../../src/cli/listen.ts'
import { loadFolder } from '../../src/cli/load.ts'
import { noTryLimits } from '../../src/engine/tries.ts'
import { KnownError } from '../../src/kit/errors.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import { hashPassword, owaspCost } from '../../src/steps/password/hash.ts'
import { type BareOptions, bareServer } from './bare.ts'
import { type PageOptions, pageServer } from './page.ts'
import { cheapHash, janesPassword, masterKey, totpSecret } from './secrets.ts'

interface SallyportOptions {
  readonly kind: 'sallyport'
  readonly issuer: string
  readonly database: string
  readonly flows: string
  readonly env: Readonly<Record<string, string>>
  /** How many people there are with an authenticator app, beside Bo and Kim, who have none. */
  readonly janes: number
  /** How many there are like Bo. Absent: none. */
  readonly bos?: number
  /** Absent: a password's hash costs next to nothing. */
  readonly hash?: 'full'
}

export type ServerOptions =
  | SallyportOptions
  | (BareOptions & { readonly kind: 'bare' })
  | (PageOptions & { readonly kind: 'page' })

async function sallyport(options: SallyportOptions): Promise<Server> {
  const hashCost = options.hash === 'full' ? owaspCost : cheapHash
  const steps = listStepTypes({ issuer: new URL(options.issuer), hashCost })
  const organisation = await loadFolder(options.flows, process.cwd(), steps, options.env)
  const { accounts, server } = await openApp({
    database: options.database,
    durability: 'full',
    issuer: new URL(options.issuer),
    tries: noTryLimits,
    secret: masterKey,
    organisation,
    steps,
    now: Date.now,
    // A refusal is an answer, and counted by those who get it.
    report: (error) => error instanceof KnownError || console.error(error),
  })
  const add = async (userName: string, password: string, more: readonly Credential[]) => {
    const credentials = [{ kind: 'password', secret: password }, ...more]
    const claims = { name: userName }
    await accounts.add({ userName, claims, groups: [], credentials }, Date.now())
  }
  const herons = await hashPassword('seven quiet herons', hashCost)
  for (const name of ['bo', 'kim']) await add(name, herons, [])
  for (let bo = 0; bo < (options.bos ?? 0); bo++) await add(`bo${bo}`, herons, [])
  const password = await hashPassword(janesPassword, hashCost)
  for (let jane = 0; jane < options.janes; jane++) {
    await add(`jane${jane}`, password, [{ kind: 'totp', secret: totpSecret }])
  }
  return server
}

interface Credential {
  readonly kind: string
  readonly secret: string
}

function start(options: ServerOptions): Promise<Server> {
  if (options.kind === 'bare') return bareServer(options)
  return options.kind === 'page' ? pageServer(options) : sallyport(options)
}

const options = JSON.parse(process.argv[2]!) as ServerOptions
const server = await start(options)
await listen(server, Number(new URL(options.issuer).port))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send!({ cpuMicros: user + system })
})
process.on('disconnect', () => process.exit())
process.send!({ ready: true })
